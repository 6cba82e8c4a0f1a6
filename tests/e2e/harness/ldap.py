"""An OpenLDAP server of a test's own, in a scratch folder."""

import pathlib
import socket
import subprocess
import tempfile

from harness.processes import Program, ProgramFailed, free_port

_ATTEMPTS = 10

_DIRECTORY = '''\
dn: dc=test
objectClass: domain
dc: test

dn: ou=people,dc=test
objectClass: organizationalUnit
ou: people

dn: cn=searcher,dc=test
objectClass: person
cn: searcher
sn: searcher
userPassword: search
'''


class Ldap:
    """A running slapd over TLS, with no users yet; `cn=searcher,dc=test` may search, with the
    password `search`. After `stop`, `start` brings it back at the same port."""

    def __init__(self, scratch, tls):
        """`tls`: a key pair for 127.0.0.1."""
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix='ldap-', dir=scratch))
        (self._folder / 'data').mkdir()
        self._configuration = self._folder / 'slapd.conf'
        self._configuration.write_text(f'''\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile {tls.certificate}
TLSCertificateKeyFile {tls.key}
database mdb
directory {self._folder}/data
dbnosync
suffix dc=test
rootdn cn=root,dc=test
rootpw root
access to attrs=userPassword
  by * auth
access to *
  by dn.exact=cn=searcher,dc=test read
  by * none
''', encoding='utf-8')
        subprocess.run(['/usr/sbin/slapadd', '-f', self._configuration], input=_DIRECTORY,
                       text=True, capture_output=True, check=True, timeout=60)
        self._server = None
        self.port = None
        self.start()

    @property
    def url(self):
        return f'ldaps://127.0.0.1:{self.port}'

    def start(self):
        for _ in range(_ATTEMPTS):
            port = self.port or free_port()
            server = Program('slapd', ['/usr/sbin/slapd', '-f', self._configuration, '-d', 'stats',
                                       '-h', f'ldaps://127.0.0.1:{port}'], self._folder)
            try:
                server.wait_for_line(lambda line: 'slapd starting' in line)
                server.wait_until(lambda: _answers(port), 'does not listen')
            except ProgramFailed:
                server.stop()
                continue
            self._server, self.port = server, port
            return
        raise ProgramFailed('slapd does not start')

    def stop(self):
        server, self._server = self._server, None
        if server is not None:
            server.stop()

    def add_user(self, name, password, mail):
        entry = f'''\
dn: uid={name},ou=people,dc=test
objectClass: inetOrgPerson
uid: {name}
cn: {name}
sn: {name}
mail: {mail}
userPassword: {password}
'''
        done = subprocess.run(
            ['ldapadd', '-H', self.url, '-D', 'cn=root,dc=test', '-w', 'root'], input=entry,
            env={'LDAPTLS_REQCERT': 'never', 'PATH': '/usr/bin:/bin'}, text=True,
            capture_output=True, check=False, timeout=60)
        if done.returncode != 0:
            raise ProgramFailed(f'ldapadd: {done.stderr}')


def _answers(port):
    try:
        socket.create_connection(('127.0.0.1', port), timeout=5).close()
    except OSError:
        return False
    return True
