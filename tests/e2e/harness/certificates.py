"""A scratch certificate authority, made with the openssl program."""

import pathlib
import subprocess
from typing import NamedTuple


class Keypair(NamedTuple):
    """PEM files: a certificate, its key, and the CA to check the other side with."""
    certificate: pathlib.Path
    key: pathlib.Path
    ca: pathlib.Path


class Authority:
    """A CA in a folder of its own; `certificate` and `key` are PEM files."""

    def __init__(self, folder, name):
        self._folder = pathlib.Path(folder)
        self._folder.mkdir(parents=True, exist_ok=True)
        self.certificate = self._folder / 'ca.pem'
        self.key = self._folder / 'ca.key'
        _openssl('req', '-x509', *_NEW_KEY, '-keyout', self.key, '-out', self.certificate,
                 '-days', '2', '-subj', f'/CN={name}',
                 '-addext', 'basicConstraints=critical,CA:TRUE',
                 '-addext', 'keyUsage=critical,keyCertSign,cRLSign')

    def issue(self, common_name, usage='serverAuth', names=''):
        """A key pair for `common_name`. `names`: subject alternative names, as the openssl program
        writes them; a server's are localhost's unless told otherwise."""
        stem = self._folder / common_name
        certificate, key, request = (
            stem.with_name(f'{common_name}.{end}') for end in ('pem', 'key', 'csr'))
        extensions = stem.with_name(f'{common_name}.ext')
        lines = [f'extendedKeyUsage={usage}']
        if usage == 'serverAuth':
            names = names or 'DNS:localhost,IP:127.0.0.1'
        if names:
            lines.append(f'subjectAltName={names}')
        extensions.write_text('\n'.join(lines) + '\n', encoding='utf-8')
        _openssl('req', *_NEW_KEY, '-keyout', key, '-out', request, '-subj', f'/CN={common_name}')
        _openssl('x509', '-req', '-in', request, '-CA', self.certificate, '-CAkey', self.key,
                 '-CAcreateserial', '-days', '2', '-extfile', extensions, '-out', certificate)
        return Keypair(certificate, key, self.certificate)


_NEW_KEY = ('-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes')


def _openssl(*arguments):
    done = subprocess.run(['openssl', *map(str, arguments)], capture_output=True, text=True,
                          check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise RuntimeError(f'openssl {arguments[0]}: {done.stderr.strip()}')
