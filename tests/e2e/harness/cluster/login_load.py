"""Clients that log in over and over, and remember every login that failed."""

import threading
import time

from harness import raw_amqp

_PAUSE_SECONDS = 0.5


class LoginLoad:
    """`endpoints` answers the addresses to log in at, "host:port"; each login takes the next.
    A login is one connection: TLS, SASL, AMQP's open and the broker's. Every other client takes
    its time in the middle of its handshake, so that there are always some under way."""

    def __init__(self, endpoints, ca, server_name, username, password, clients=8):
        self._endpoints = endpoints
        self._ca = ca
        self._server_name = server_name
        self._init = raw_amqp.plain(username, password)
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self.logins = 0
        self.failures = []
        self.slowest_seconds = 0.0
        self._threads = [threading.Thread(target=self._run, args=[number], daemon=True)
                         for number in range(clients)]
        for thread in self._threads:
            thread.start()

    def wait_for(self, count, timeout=60):
        """Until so many more have logged in, or one failed."""
        goal = self.logins + count
        deadline = time.monotonic() + timeout
        while self.logins < goal and not self.failures:
            if time.monotonic() > deadline:
                raise RuntimeError(f'{self.logins} logins, and not {goal}')
            self._ended.wait(0.02)

    def stop(self):
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _run(self, number):
        pause = number % 2 * _PAUSE_SECONDS
        while not self._ended.is_set():
            addresses = self._endpoints()
            address = addresses[number % len(addresses)]
            number += 1
            began = time.monotonic()
            try:
                failure = self._log_in(address, pause)
            except (OSError, EOFError, ValueError) as error:
                failure = f'{type(error).__name__}: {error}'
            seconds = time.monotonic() - began
            with self._lock:
                self.logins += 1
                self.slowest_seconds = max(self.slowest_seconds, seconds)
                if failure:
                    self.failures.append(f'{address}, after {seconds:.2f} s: {failure}')

    def _log_in(self, address, pause):
        """What went wrong, or None."""
        connection = raw_amqp.Connection(address, self._ca, self._server_name)
        try:
            connection.send(raw_amqp.SASL_HEADER)
            connection.read_header()
            code, body = connection.read_frame()
            if code == raw_amqp.SASL_MECHANISMS:
                self._ended.wait(pause)
                connection.send(self._init)
                code, body = connection.read_frame()
            if raw_amqp.outcome_code(body) != 0:
                return f'SASL code {raw_amqp.outcome_code(body)}'
            connection.send(raw_amqp.AMQP_HEADER + raw_amqp.amqp_open('load'))
            connection.read_header()
            code, _ = connection.read_frame()
            return None if code == raw_amqp.OPEN else f'performative {code:#x}, and no open'
        finally:
            connection.close()
