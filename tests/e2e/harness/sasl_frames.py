"""AMQP 1.0's SASL frames, byte by byte: every encoding, legal or not, and what a server answers.

Written from AMQP 1.0 parts 1 and 5, with nothing of the service's.
"""

import struct
from typing import NamedTuple, Optional

SASL_HEADER = b'AMQP\x03\x01\x00\x00'
AMQP_HEADER = b'AMQP\x00\x01\x00\x00'
MAX_FRAME_SIZE = 512

MECHANISMS, INIT, CHALLENGE, RESPONSE, OUTCOME = range(0x40, 0x45)
NAMES = {MECHANISMS: b'amqp:sasl-mechanisms:list', INIT: b'amqp:sasl-init:list',
         CHALLENGE: b'amqp:sasl-challenge:list', RESPONSE: b'amqp:sasl-response:list',
         OUTCOME: b'amqp:sasl-outcome:list'}

NULL = b'\x40'
LIST0 = b'\x45'


def _variable(code8, code32):
    def encode(value, wide=None):
        value = value.encode() if isinstance(value, str) else value
        if wide or (wide is None and len(value) > 255):
            return bytes([code32]) + struct.pack('>I', len(value)) + value
        return bytes([code8, len(value)]) + value
    return encode


binary = _variable(0xa0, 0xb0)
string = _variable(0xa1, 0xb1)
symbol = _variable(0xa3, 0xb3)


def list8(*fields, count=None):
    items = b''.join(fields)
    return bytes([0xc0, len(items) + 1, len(fields) if count is None else count]) + items


def list32(*fields, count=None):
    items = b''.join(fields)
    count = len(fields) if count is None else count
    return b'\xd0' + struct.pack('>II', len(items) + 4, count) + items


def list_of(*fields):
    return (list8 if sum(map(len, fields)) < 255 else list32)(*fields)


def smallulong(number):
    return bytes([0x53, number])


def ulong(number):
    return b'\x80' + struct.pack('>Q', number)


def described(descriptor, value):
    """`descriptor`: a number, or the bytes of one that is encoded already."""
    if isinstance(descriptor, int):
        descriptor = smallulong(descriptor)
    return b'\x00' + descriptor + value


def frame(body, frame_type=1, extended=b'', doff=None, size=None, channel=0):
    """`extended`: the extended header, in whole words of 4 bytes."""
    doff = 2 + len(extended) // 4 if doff is None else doff
    size = 8 + len(extended) + len(body) if size is None else size
    return struct.pack('>IBBH', size, doff, frame_type, channel) + extended + body


def init(mechanism, response=None, hostname=None):
    """A sasl-init in the usual form; fields that are None at the end are left away."""
    fields = [symbol(mechanism), NULL if response is None else binary(response)]
    if hostname is not None:
        fields.append(string(hostname))
    elif response is None:
        fields.pop()
    return frame(described(INIT, list_of(*fields)))


def response(data):
    return frame(described(RESPONSE, list_of(binary(data))))


def plain(username, password, authorization_id='', hostname=None):
    message = '\0'.join((authorization_id, username, password)).encode()
    return init('PLAIN', message, hostname)


class Mechanisms(NamedTuple):
    names: list


class Challenge(NamedTuple):
    data: bytes


class Outcome(NamedTuple):
    code: int
    data: Optional[bytes]


class Malformed(Exception):
    """The service sent what AMQP does not allow, or we do not."""


def read_frame(data):
    """(what the server's frame at the front of `data` says, the bytes behind it)"""
    if len(data) < 8:
        raise Malformed(f'half a frame: {data.hex()}')
    size, doff, frame_type, _ = struct.unpack('>IBBH', data[:8])
    if size > MAX_FRAME_SIZE or size > len(data) or doff != 2 or frame_type != 1:
        raise Malformed(f'a frame of {size} bytes, offset {doff}, type {frame_type}, '
                        f'in {len(data)} bytes')
    body, rest = data[8:size], data[size:]
    if body[:2] != b'\x00\x53':
        raise Malformed(f'not a performative: {body.hex()}')
    fields, end = _value(body, 3)
    if end != len(body):
        raise Malformed(f'bytes behind the performative: {body.hex()}')
    return _performative(body[2], fields), rest


def _performative(code, fields):
    if code == MECHANISMS and len(fields) == 1:
        return Mechanisms([name.decode('ascii') for name in fields[0]])
    if code == CHALLENGE and len(fields) == 1 and fields[0] is not None:
        return Challenge(fields[0])
    if code == OUTCOME and len(fields) in (1, 2):
        return Outcome(fields[0], fields[1] if len(fields) == 2 else None)
    raise Malformed(f'performative {code:#x} with {fields}')


def _value(data, at):
    """(the value whose constructor is at `at`, where it ends)"""
    return _content(data[at], data, at + 1)


def _content(code, data, at):
    if code == 0x40:
        return None, at
    if code == 0x45:
        return [], at
    if code == 0x50:
        return data[at], at + 1
    width = 1 if code < 0xb0 or code in (0xc0, 0xe0) else 4
    size = int.from_bytes(data[at:at + width], 'big')
    begin, end = at + width, at + width + size
    if end > len(data):
        raise Malformed(f'a value that runs past its frame: {data.hex()}')
    if code in (0xa0, 0xa1, 0xa3, 0xb0, 0xb1, 0xb3):
        return data[begin:end], end
    count = int.from_bytes(data[begin:begin + width], 'big')
    if code in (0xc0, 0xd0):
        values, at = _values(data, begin + width, count)
    elif code in (0xe0, 0xf0):
        values, at = _elements(data, begin + width, count)
    else:
        raise Malformed(f'constructor {code:#x}')
    if at != end:
        raise Malformed(f'a list or array that does not end where it says: {data.hex()}')
    return values, end


def _values(data, at, count):
    values = []
    for _ in range(count):
        value, at = _value(data, at)
        values.append(value)
    return values, at


def _elements(data, at, count):
    code, at = data[at], at + 1
    values = []
    for _ in range(count):
        value, at = _content(code, data, at)
        values.append(value)
    return values, at
