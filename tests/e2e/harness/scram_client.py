"""SCRAM's client (RFC 5802, RFC 7677), from Python's hashlib and hmac alone."""

import base64
import hashlib
import hmac
import secrets


class Scram:
    """One login: `first`, then `final` with the server's answer, then `verifies` the server."""

    def __init__(self, username, password, hash_name='sha256', authorization_id='', flag='n',
                 binding=b'', nonce=None):
        """`flag`: "n", "y" or "p=TYPE"; `binding`: the channel's data, behind the GS2 header."""
        self._hash = hash_name
        self._password = password.encode()
        self._gs2 = f'{flag},{"a=" + _escape(authorization_id) if authorization_id else ""},'
        self._binding = binding
        self.nonce = secrets.token_urlsafe(18) if nonce is None else nonce
        self._bare = f'n={_escape(username)},r={self.nonce}'
        self._signature = b''

    def first(self):
        return (self._gs2 + self._bare).encode()

    def final(self, server_first, without_proof=None, encode_proof=None):
        """`without_proof` and `encode_proof` put something odd in place of what is right."""
        server_first = server_first.decode()
        fields = dict(part.split('=', 1) for part in server_first.split(','))
        if not fields['r'].startswith(self.nonce) or fields['r'] == self.nonce:
            raise ValueError(f'the server did not add to the nonce: {server_first}')
        channel = encode64(self._gs2.encode() + self._binding)
        without_proof = without_proof or f'c={channel},r={fields["r"]}'
        message = ','.join((self._bare, server_first, without_proof)).encode()

        salted = hashlib.pbkdf2_hmac(self._hash, self._password, base64.b64decode(fields['s']),
                                     int(fields['i']))
        client_key = self._hmac(salted, b'Client Key')
        stored_key = hashlib.new(self._hash, client_key).digest()
        proof = bytes(a ^ b for a, b in zip(client_key, self._hmac(stored_key, message)))
        self._signature = self._hmac(self._hmac(salted, b'Server Key'), message)
        return f'{without_proof},p={(encode_proof or encode64)(proof)}'.encode()

    def verifies(self, server_final):
        return server_final == f'v={encode64(self._signature)}'.encode()

    def _hmac(self, key, message):
        return hmac.new(key, message, self._hash).digest()


def encode64(data):
    return base64.b64encode(data).decode()


def _escape(name):
    return name.replace('=', '=3D').replace(',', '=2C')
