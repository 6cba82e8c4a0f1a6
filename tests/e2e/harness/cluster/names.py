"""The cluster's DNS: address records of names that come and go, by UDP."""

import socket
import struct
import threading

_A = 1
_INTERNET = 1
_NAME_ERROR = 3
# CoreDNS's.
_TTL_SECONDS = 5


class Names(threading.Thread):
    """Answers at `address`, port 53, until the process ends. Thread-safe."""

    def __init__(self, address):
        super().__init__(daemon=True)
        self._addresses = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 53))
        self.start()

    def set(self, name, addresses):
        """No address: the name is there and has none."""
        # Replaced whole: the thread reads it without a lock.
        self._addresses = {**self._addresses, name: tuple(addresses)}

    def run(self):
        while True:
            query, client = self._socket.recvfrom(4096)
            self._socket.sendto(self._answer(query), client)

    def _answer(self, query):
        name, end = _name(query, 12)
        kind, network_class = struct.unpack('>HH', query[end:end + 4])
        addresses = self._addresses.get(name)
        found = addresses or ()
        if (kind, network_class) != (_A, _INTERNET):
            found = ()
        header = query[:2] + struct.pack('>HHHHH', 0x8580 | (_NAME_ERROR if addresses is None
                                                             else 0), 1, len(found), 0, 0)
        records = b''.join(
            b'\xc0\x0c' + struct.pack('>HHIH', _A, _INTERNET, _TTL_SECONDS, 4)
            + socket.inet_aton(address) for address in found)
        return header + query[12:end + 4] + records


def _name(query, start):
    """The name that begins there, and where it ends."""
    labels = []
    while query[start]:
        labels.append(query[start + 1:start + 1 + query[start]].decode())
        start += 1 + query[start]
    return '.'.join(labels).lower(), start + 1
