"""A PostgreSQL server in a scratch folder, which takes TLS connections only."""

import glob
import pathlib
import shutil
import subprocess

from harness.processes import Program

# It refuses to run as root.
_AS_A_USER = ['unshare', '--user', '--map-user=1000', '--map-group=1000']


class Database:
    """At `host`, port 5432, with a database and a user "sallyport"."""

    def __init__(self, scratch, host, server, password):
        """`server`: the key pair that it shows."""
        self._folder = pathlib.Path(scratch) / 'postgresql'
        self._folder.mkdir()
        self._programs = pathlib.Path(sorted(glob.glob('/usr/lib/postgresql/*/bin'))[-1])
        data = self._folder / 'data'
        self._run('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8',
                  '--locale=C', '--no-sync')
        (data / 'pg_hba.conf').write_text('local all postgres trust\n'
                                          'hostssl all all all scram-sha-256\n', encoding='ascii')
        shutil.copy(server.certificate, self._folder / 'server.pem')
        shutil.copy(server.key, self._folder / 'server.key')
        (self._folder / 'server.key').chmod(0o600)
        settings = {'listen_addresses': host, 'unix_socket_directories': self._folder,
                    'fsync': 'off', 'ssl': 'on', 'ssl_cert_file': self._folder / 'server.pem',
                    'ssl_key_file': self._folder / 'server.key'}
        options = [word for name, value in settings.items() for word in ('-c', f'{name}={value}')]
        self.server = Program('postgresql', [*_AS_A_USER, self._programs / 'postgres', '-D', data,
                                             *options], scratch)
        self.server.wait_for_line(lambda line: 'ready to accept connections' in line)
        self._sql(f"CREATE ROLE sallyport LOGIN PASSWORD '{password}'")
        self._sql('CREATE DATABASE sallyport OWNER sallyport TEMPLATE template0')

    def stop(self):
        self.server.stop()

    def _sql(self, statement):
        self._run('psql', '-h', self._folder, '-U', 'postgres', '-c', statement)

    def _run(self, program, *arguments):
        command = [*_AS_A_USER, self._programs / program, *arguments]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, cwd=self._folder, check=False)
        if done.returncode != 0:
            raise RuntimeError(f'{program}: {done.stderr.strip()}')
