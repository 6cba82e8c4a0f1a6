"""An issuer of bearer tokens: an RSA key made, and used, by the openssl program."""

import base64
import json
import pathlib
import subprocess
import time

ISSUER = 'https://issuer.test'
AUDIENCE = 'brokers'


class TokenIssuer:
    """`key_set` is the file with its public key."""

    def __init__(self, scratch):
        folder = pathlib.Path(scratch)
        self._key = folder / 'issuer.key'
        self.key_set = folder / 'issuer.jwks'
        _openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048',
                 '-out', self._key)
        modulus = _openssl('rsa', '-in', self._key, '-noout', '-modulus').decode().strip()
        modulus = bytes.fromhex(modulus.removeprefix('Modulus='))
        self.key_set.write_text(json.dumps({'keys': [
            {'kty': 'RSA', 'kid': 'e2e', 'alg': 'RS256', 'use': 'sig', 'n': _base64url(modulus),
             'e': 'AQAB'}]}), encoding='utf-8')

    def token(self, name, **claims):
        """A token for an hour, unless `claims` say otherwise."""
        claims = {'iss': ISSUER, 'aud': AUDIENCE, 'sub': name, 'exp': int(time.time()) + 3600,
                  **claims}
        signed = '.'.join(_base64url(json.dumps(part).encode())
                          for part in ({'alg': 'RS256', 'kid': 'e2e'}, claims))
        signature = _openssl('dgst', '-sha256', '-sign', self._key, text=signed.encode())
        return f'{signed}.{_base64url(signature)}'


def _base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def _openssl(*arguments, text=None):
    done = subprocess.run(['openssl', *map(str, arguments)], input=text, capture_output=True,
                          check=False)
    if done.returncode != 0:
        raise RuntimeError(f'openssl {arguments[0]}: {done.stderr.decode().strip()}')
    return done.stdout
