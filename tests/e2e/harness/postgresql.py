"""A PostgreSQL server of a test's own, in a scratch folder."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from harness.processes import Program, ProgramFailed, free_port

_PROGRAMS = pathlib.Path('/usr/lib/postgresql/15/bin')
_ATTEMPTS = 10


class Postgresql:
    """A running server with the database "sallyport" and the role "sallyport", whose password is
    `password`. After `stop`, `start` brings it back at the same port."""

    password = 'sesame'

    def __init__(self, scratch):
        self._scratch = pathlib.Path(scratch)
        # A Unix socket's path must be short.
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix='postgresql-', dir='/tmp'))
        self._prefix = _as_another_user(self._folder)
        self._server = None
        self.port = None
        self._run('initdb', '-D', self._folder / 'data', '-U', 'postgres', '-A', 'trust',
                  '-E', 'UTF8', '--locale=C', '--no-sync')
        (self._folder / 'data' / 'pg_hba.conf').write_text(
            'local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n', encoding='utf-8')
        self.start()
        self.query(f"CREATE ROLE sallyport LOGIN PASSWORD '{self.password}'", 'postgres')
        self.query('CREATE DATABASE sallyport OWNER sallyport TEMPLATE template0', 'postgres')

    @property
    def connection(self):
        """libpq's connection string for the role, without the password."""
        return f'host=127.0.0.1 port={self.port} dbname=sallyport user=sallyport'

    def start(self):
        for _ in range(_ATTEMPTS):
            # It takes no port of the system's choice, and another may be faster.
            port = self.port or free_port()
            server = Program('postgresql', [
                *self._prefix, _PROGRAMS / 'postgres', '-D', self._folder / 'data',
                '-p', port, '-k', self._folder, '-c', 'listen_addresses=127.0.0.1',
                '-c', 'fsync=off'], self._scratch)
            try:
                server.wait_for_line(lambda line: 'ready to accept connections' in line)
            except ProgramFailed:
                server.stop()
                continue
            self._server, self.port = server, port
            return
        raise ProgramFailed('PostgreSQL does not start')

    def stop(self):
        server, self._server = self._server, None
        if server is not None:
            # Without waiting for its clients to leave.
            server.send_signal(signal.SIGINT)
            server.wait()
            server.stop()

    def remove(self):
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def query(self, sql, database='sallyport'):
        """Standard output, without headers."""
        return self._run('psql', '-h', self._folder, '-p', self.port, '-U', 'postgres', '-d',
                         database, '-X', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-c', sql)

    def _run(self, program, *arguments):
        done = subprocess.run(
            [*self._prefix, str(_PROGRAMS / program), *map(str, arguments)],
            capture_output=True, text=True, timeout=60, check=False, cwd=self._folder)
        if done.returncode != 0:
            raise ProgramFailed(f'{program}: {done.stderr}')
        return done.stdout.strip()


def _as_another_user(folder):
    """What to put before a command: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, 'postgres', 'postgres')
    return ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups']
