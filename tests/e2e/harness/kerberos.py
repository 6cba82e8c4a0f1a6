"""A Kerberos realm of MIT's, in a scratch folder."""

import os
import pathlib
import socket
import subprocess

from harness.processes import Program

REALM = 'E2E.TEST'


class Realm:
    """A running KDC. `environment` is for the programs that are to know it."""

    def __init__(self, scratch):
        self._folder = pathlib.Path(scratch) / 'kerberos'
        self._folder.mkdir()
        self.keytab = self._folder / 'service.keytab'
        self._holder = _reserve_port()
        port = self._holder.getsockname()[1]
        configuration = self._folder / 'krb5.conf'
        configuration.write_text(f'''\
[libdefaults]
  default_realm = {REALM}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
[realms]
  {REALM} = {{
    kdc = 127.0.0.1:{port}
  }}
''', encoding='utf-8')
        profile = self._folder / 'kdc.conf'
        profile.write_text(f'''\
[kdcdefaults]
  kdc_listen = 127.0.0.1:{port}
  kdc_tcp_listen = 127.0.0.1:{port}
[realms]
  {REALM} = {{
    database_name = {self._folder}/principal
    key_stash_file = {self._folder}/stash
  }}
[logging]
  kdc = STDERR
''', encoding='utf-8')
        self.environment = {**os.environ, 'KRB5_CONFIG': str(configuration),
                            'KRB5_KDC_PROFILE': str(profile),
                            'KRB5RCACHEDIR': str(self._folder)}
        self._run('kdb5_util', 'create', '-r', REALM, '-s', '-P', 'master')
        self._kdc = Program('krb5kdc', ['krb5kdc', '-n', '-P', self._folder / 'kdc.pid'],
                            self._folder, environment=self.environment)
        self._kdc.wait_for_line(lambda line: 'commencing operation' in line)
        self._holder.close()

    def add_user(self, name, password):
        self._run('kadmin.local', '-r', REALM, '-q', f'addprinc -pw "{password}" {name}')

    def add_service(self, name):
        """Its key goes to the keytab."""
        self._run('kadmin.local', '-r', REALM, '-q', f'addprinc -randkey {name}')
        self._run('kadmin.local', '-r', REALM, '-q', f'ktadd -k {self.keytab} {name}')

    def log_in(self, name, password):
        """The environment of a program that has the user's ticket."""
        tickets = {**self.environment, 'KRB5CCNAME': f'FILE:{self._folder}/{name}.tickets'}
        self._run('kinit', name, environment=tickets, text=f'{password}\n')
        return tickets

    def stop(self):
        self._kdc.stop()

    def _run(self, *command, environment=None, text=None):
        done = subprocess.run([str(part) for part in command], input=text, capture_output=True,
                              text=True, env=environment or self.environment, timeout=60,
                              check=False)
        # kadmin.local says what went wrong, and ends with 0.
        if done.returncode != 0 or 'rror while' in done.stderr or ': while' in done.stderr:
            raise RuntimeError(f'{command[0]}: {done.stdout}{done.stderr}')


def _reserve_port():
    """A listening socket, which krb5kdc, too, shares its port with."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    held.bind(('127.0.0.1', 0))
    return held
