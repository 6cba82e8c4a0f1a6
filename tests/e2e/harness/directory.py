"""An OpenLDAP server that speaks TLS only, in a scratch folder."""

import pathlib
import subprocess
import tempfile
import urllib.parse

from harness.processes import Program, ProgramFailed, free_port

BASE = 'dc=e2e,dc=test'
PEOPLE = f'ou=people,{BASE}'
SEARCHER = f'cn=searcher,{BASE}'
SEARCHER_PASSWORD = 'who searches'

_ATTEMPTS = 10


class Directory:
    """A running server at 127.0.0.1, with these users: {name: password}; the mail of each is
    NAME@example.org. After `stop`, `start` brings it back at the same port."""

    def __init__(self, scratch, tls, users, hostname='127.0.0.1'):
        """`tls`: a certificate for `hostname`, by which clients call it. Not localhost: libldap
        takes that for the machine's own name."""
        self._hostname = hostname
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix='directory-', dir=scratch))
        self._write_configuration(tls)
        self._populate(users)
        self._port = None
        self._server = None
        self.start()

    @property
    def url(self):
        return f'ldaps://{self._hostname}:{self._port}'

    def start(self):
        # It cannot take port 0, so another program may be faster to a free port.
        for _ in range(_ATTEMPTS):
            port = self._port or free_port()
            try:
                self._start(port)
            except ProgramFailed:
                self.stop()
                continue
            self._port = port
            return
        raise ProgramFailed('slapd does not start')

    def stop(self):
        self._server.stop()

    def _start(self, port):
        # The last that it opens.
        socket = self._folder / 'socket'
        socket.unlink(missing_ok=True)
        local = 'ldapi://' + urllib.parse.quote(str(socket), safe='')
        self._server = Program('slapd',
                               ['/usr/sbin/slapd', '-f', self._configuration, '-d', 'stats',
                                '-h', f'ldaps://127.0.0.1:{port} {local}'],
                               self._folder)
        self._server.wait_until(socket.exists, 'did not start')

    def _write_configuration(self, tls):
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
suffix {BASE}
access to attrs=userPassword by * auth
access to * by dn.exact={SEARCHER} read by * none
''', encoding='utf-8')

    def _populate(self, users):
        entries = f'''\
dn: {BASE}
objectClass: domain
dc: e2e

dn: {PEOPLE}
objectClass: organizationalUnit
ou: people

dn: {SEARCHER}
objectClass: person
cn: searcher
sn: searcher
userPassword: {SEARCHER_PASSWORD}
''' + ''.join(f'''
dn: uid={name},{PEOPLE}
objectClass: inetOrgPerson
uid: {name}
cn: {name}
sn: {name}
mail: {name}@example.org
userPassword: {password}
''' for name, password in users.items())
        done = subprocess.run(['/usr/sbin/slapadd', '-f', self._configuration], input=entries,
                              capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise RuntimeError(f'slapadd: {done.stderr.strip()}')
