"""AMQP 1.0 by hand, for what no client library does: bytes in, frames out."""

import socket
import ssl
import struct

AMQP_HEADER = b'AMQP\x00\x01\x00\x00'
SASL_HEADER = b'AMQP\x03\x01\x00\x00'

OPEN = 0x10
SASL_MECHANISMS = 0x40
SASL_OUTCOME = 0x44


def sasl_init(mechanism, response):
    return _frame(1, 0x41, _short(0xa3, mechanism.encode()), _short(0xa0, response))


def plain(username, password):
    return sasl_init('PLAIN', f'\0{username}\0{password}'.encode())


def amqp_open(container):
    return _frame(0, OPEN, _short(0xa1, container.encode()), _short(0xa1, b'localhost'))


def outcome_code(body):
    # A ubyte, the first field of the list; what follows it is not looked at.
    return body[body.index(b'\x50', 3) + 1]


class Connection:
    """A connection to `address` ("host:port"), encrypted where `ca` is given."""

    def __init__(self, address, ca=None, server_name='localhost'):
        host, _, port = address.rpartition(':')
        self._socket = socket.create_connection((host, int(port)), timeout=30)
        if ca is not None:
            context = ssl.create_default_context(cafile=ca)
            self._socket = context.wrap_socket(self._socket, server_hostname=server_name)

    def close(self):
        self._socket.close()

    def send(self, data):
        self._socket.sendall(data)

    def read_header(self):
        return self._read(8)

    def read_frame(self):
        """(performative's code, body)"""
        size, offset, _, _ = struct.unpack('>IBBH', self._read(8))
        body = self._read(size - 8)[offset * 4 - 8:]
        if body[:2] != b'\x00\x53':
            raise ValueError(f'not a performative: {body[:8].hex()}')
        return body[2], body

    def read_mechanisms(self):
        body = self._expect(SASL_MECHANISMS)
        # An array of short symbols: what Sallyport always sends.
        start = body.index(b'\xa3') + 1
        names = []
        while start < len(body):
            end = start + 1 + body[start]
            names.append(body[start + 1:end].decode())
            start = end
        return names

    def read_outcome(self):
        """The SASL code."""
        return outcome_code(self._expect(SASL_OUTCOME))

    def at_end(self):
        """Waits for the other side to close."""
        return self._socket.recv(1) == b''

    def _expect(self, wanted):
        code, body = self.read_frame()
        if code != wanted:
            raise ValueError(f'wanted performative {wanted:#x}, got {code:#x}')
        return body

    def _read(self, count):
        data = b''
        while len(data) < count:
            piece = self._socket.recv(count - len(data))
            if not piece:
                raise EOFError(f'closed after {len(data)} of {count} bytes')
            data += piece
        return data


def _short(constructor, value):
    return bytes([constructor, len(value)]) + value


def _frame(frame_type, descriptor, *fields):
    items = b''.join(fields)
    body = bytes([0x00, 0x53, descriptor, 0xc0, len(items) + 1, len(fields)]) + items
    return struct.pack('>IBBH', len(body) + 8, 2, frame_type, 0) + body
