"""What the contract says of limits, of draining, and of the size of responses."""

import os
import signal
import sqlite3
import time

import grpc

from harness import contract_client, sasl_frames
from harness.contract_case import AUTH, OK, SYS_TEMP, ContractCase, ContractService
from harness.contract_client import NoAnswer, context
from harness.sasl_frames import SASL_HEADER
from harness.scram_client import Scram
from harness.stubs import health, health_rpc, wire

_SERVING = health.HealthCheckResponse.SERVING
_NOT_SERVING = health.HealthCheckResponse.NOT_SERVING


def empty_frame(size):
    """A frame without a body: what there is of it is an extended header."""
    return sasl_frames.frame(b'', extended=b'\0' * (size - 8))


class LimitCase(ContractCase):

    def finish(self, stream):
        """Ends it, so that its handshakes no longer count."""
        stream.half_close()
        self.assertEqual(stream.status(), grpc.StatusCode.OK)


class ClientLimits(LimitCase):
    """A frame, or a handshake's bytes or steps, over its limit is the client's fault: AUTH (too
    large, too many steps)."""

    def test_a_frame_at_the_limit_is_taken(self):
        connection = self.answer(SASL_HEADER, empty_frame(512),
                                 connection_context=context('few-bytes'))
        connection.send(sasl_frames.plain('alice', self.users['alice']))
        self.assert_accepted(connection)

    def test_a_frame_over_the_limit(self):
        connection = self.answer(SASL_HEADER, empty_frame(516),
                                 connection_context=context('few-bytes'))
        self.assert_refused(connection, 'TOO_LARGE', AUTH)

    def test_a_frame_over_the_limit_of_which_only_the_size_has_come(self):
        connection = self.answer(SASL_HEADER, (64 * 1024 + 1).to_bytes(4, 'big'))
        self.assert_refused(connection, 'TOO_LARGE', AUTH)

    def test_bytes_at_the_limit_are_taken(self):
        message = f'\0alice\0{self.users["alice"]}'.encode()
        # An extended header comes in words of 4 bytes; the hostname makes up for the rest.
        login = next(login for login in (sasl_frames.init('PLAIN', message, 'h' * size)
                                         for size in range(4)) if len(login) % 4 == 0)
        padding = empty_frame(1024 - 8 - 512 - len(login))
        connection = self.answer(SASL_HEADER, empty_frame(512), padding, login,
                                 connection_context=context('few-bytes'))
        self.assert_accepted(connection)
        self.assertEqual(connection.consumed, 1024)

    def test_bytes_over_the_limit(self):
        connection = self.answer(SASL_HEADER, empty_frame(512), empty_frame(504),
                                 connection_context=context('few-bytes'))
        self.assert_silent(connection)
        connection.send(sasl_frames.plain('alice', self.users['alice']))
        self.assert_refused(connection, 'TOO_LARGE', AUTH)

    def test_steps_at_the_limit_are_taken(self):
        client = Scram('alice', self.users['alice'])
        connection = self.answer(SASL_HEADER, *[empty_frame(8)] * 2,
                                 sasl_frames.init('SCRAM-SHA-256', client.first()),
                                 connection_context=context('few-steps'))
        self.finish_login(connection, client)

    def test_steps_over_the_limit(self):
        client = Scram('alice', self.users['alice'])
        connection = self.answer(SASL_HEADER, *[empty_frame(8)] * 3,
                                 sasl_frames.init('SCRAM-SHA-256', client.first()),
                                 connection_context=context('few-steps'))
        connection.send(sasl_frames.response(client.final(connection.read_challenge())))
        self.assert_refused(connection, 'TOO_MANY_STEPS', AUTH)


class HandshakeLimits(LimitCase):
    """A limit on how many handshakes gives an outcome SYS_TEMP (overloaded)."""

    configuration = 'limits:\n  handshakes_per_stream: 3\n  handshakes: 5\n'

    def test_over_those_of_a_stream(self):
        live = [self.answer() for _ in range(3)]
        self.assert_refused_at_open(self.stream.open(context()), 'OVERLOADED')
        login = SASL_HEADER + sasl_frames.plain('alice', self.users['alice'])
        self.assert_refused_at_open(self.stream.open(context(), received=login), 'OVERLOADED')
        self.log_in(live[0])
        self.log_in(self.answer())
        live[1].send_closed()
        self.log_in(self.answer())
        self.log_in(live[2])
        self.finish(self.stream)

    def test_over_those_of_all_streams(self):
        other = self.new_stream()
        live = [self.answer() for _ in range(2)]
        live += [self.answer(stream=other) for _ in range(3)]
        self.assert_refused_at_open(self.stream.open(context()), 'OVERLOADED')
        self.log_in(live[-1])
        self.log_in(self.answer())
        self.finish(other)
        self.answer()
        self.finish(self.stream)

    def test_are_free_again_when_a_stream_was_cancelled(self):
        """A cancelled stream forgets its handshakes."""
        other = self.new_stream()
        for _ in range(3):
            self.answer(stream=other)
        for _ in range(2):
            self.answer()
        other.cancel()
        deadline = time.monotonic() + contract_client.TIMEOUT
        while True:
            connection = self.stream.open(context())
            try:
                connection.read_greeting()
                break
            except NoAnswer:
                self.assert_refused(connection, 'OVERLOADED', SYS_TEMP)
            self.assertLess(time.monotonic(), deadline)
        self.finish(self.stream)


class StreamLimit(LimitCase):

    configuration = 'limits:\n  streams: 2\n'

    def test_a_stream_over_it_is_resource_exhausted(self):
        """A stream over the limit gets RESOURCE_EXHAUSTED."""
        other = self.new_stream()
        first, second = self.answer(), self.answer(stream=other)
        third = self.new_stream()
        self.assertEqual(third.status(), grpc.StatusCode.RESOURCE_EXHAUSTED)
        self.log_in(first)
        self.log_in(second)


class WorkLimit(LimitCase):
    """A limit on how much work gives an outcome SYS_TEMP (overloaded)."""

    rules = 'credentials:\n  store_as: [ARGON2ID]\n'
    configuration = 'limits:\n  derivation_threads: 1\n  derivation_queue: 1\n'
    users = {'alice': ContractCase.users['alice']}

    def test_sheds_what_is_over_it(self):
        connections = [self.stream.connection() for _ in range(30)]
        self.stream.send(*(
            connection.input(open=context(), received=SASL_HEADER + sasl_frames.plain(
                'alice', f'wrong {connection.id}'))
            for connection in connections))
        reasons = set()
        for connection in connections:
            connection.read_greeting()
            outcome, frames = connection.read_outcome()
            reasons.add((outcome.code, outcome.reason))
            self.assertEqual(frames, [sasl_frames.Outcome(outcome.code - 1, None)])
        self.assertEqual(reasons, {(AUTH, wire.FAILURE_REASON_BAD_CREDENTIALS),
                                   (SYS_TEMP, wire.FAILURE_REASON_OVERLOADED)})
        connection = self.answer(SASL_HEADER, sasl_frames.plain('alice', self.users['alice']))
        self.assert_accepted(connection)


class TimeLimit(LimitCase):
    """Outage, overload, draining, time out: SYS_TEMP. A failure inside the exchange sends the
    sasl-outcome."""

    configuration = 'limits:\n  handshake_timeout: 300ms\n'

    def test_ends_a_handshake_wherever_it_waits(self):
        client = Scram('alice', self.users['alice'])
        init = sasl_frames.init('SCRAM-SHA-256', client.first())
        waiting = [self.answer(*sent) for sent in
                   ((), (SASL_HEADER[:5],), (SASL_HEADER,), (SASL_HEADER, init[:-1]),
                    (SASL_HEADER, init))]
        waiting[-1].read_challenge()
        for connection in waiting:
            self.assert_refused(connection, 'TIMED_OUT', SYS_TEMP)
        self.log_in(self.answer())


class Outage(LimitCase):

    def test_of_the_store_is_temporary(self):
        """Outage: SYS_TEMP."""
        # Nobody has logged in yet, so no cache knows the users.
        database = sqlite3.connect(self.service.state / 'users.db')
        self.addCleanup(database.close)
        tables = [name for name, in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%user%'")]
        self.assertTrue(tables)
        for table in tables:
            database.execute(f'ALTER TABLE {table} RENAME TO {table}_away')
        for mechanism, message in (('PLAIN', b'\0alice\0password'),
                                   ('SCRAM-SHA-256', Scram('bob', '').first())):
            connection = self.answer(SASL_HEADER, sasl_frames.init(mechanism, message))
            self.assert_refused(connection, 'STORE_UNAVAILABLE', SYS_TEMP)


class Draining(LimitCase):
    """While draining, new opens get SYS_TEMP (draining); live ones finish within the grace
    period."""

    configuration = 'drain: 30s\n'

    def setUp(self):
        self.service = ContractService(configuration=self.configuration)
        self.addCleanup(self.service.stop)
        self.service.ctl.add_user('alice', self.users['alice'])
        self.channel = self.new_channel()
        super().setUp()
        self.client = Scram('alice', self.users['alice'])
        self.live = self.answer(SASL_HEADER, sasl_frames.init('SCRAM-SHA-256',
                                                              self.client.first()))
        self.challenge = self.live.read_challenge()

    @classmethod
    def setUpClass(cls):
        """A service that drains is of no use to a second test."""

    def begin_draining(self):
        watch = health_rpc.HealthStub(self.channel).Watch(
            health.HealthCheckRequest(service='sallyport.v1.Authenticator'), timeout=30)
        self.addCleanup(watch.cancel)
        self.assertEqual(next(watch).status, _SERVING)
        os.kill(self.service.program.pid, signal.SIGTERM)
        self.assertEqual(next(watch).status, _NOT_SERVING)
        self.assertEqual(health_rpc.HealthStub(self.channel).Check(
            health.HealthCheckRequest(), timeout=30).status, _NOT_SERVING)

    def finish_live(self):
        self.live.send(sasl_frames.response(self.client.final(self.challenge)))
        _, frames = self.assert_accepted(self.live, 'alice')
        self.assertTrue(self.client.verifies(frames[0].data))
        self.assertEqual(self.service.program.wait(), 0)

    def begin_exchange(self):
        """(the only live login, its client's last message, its client)"""
        self.live.send_closed()
        self.stream.pass_by()
        client = Scram('alice', self.users['alice'])
        exchange = self.new_exchange()
        exchange.start('SCRAM-SHA-256', client.first())
        return exchange, client.final(exchange.read_challenge()), client

    def assert_exchange_refused(self):
        exchange = self.new_exchange()
        exchange.start('PLAIN', b'\0alice\0' + self.users['alice'].encode())
        self.assert_consistent(exchange.read_outcome(), SYS_TEMP, 'DRAINING')
        self.assertEqual(exchange.status(), grpc.StatusCode.OK)

    def test_refuses_new_opens_and_lets_the_live_one_finish(self):
        self.begin_draining()
        self.assert_refused_at_open(self.stream.open(context()), 'DRAINING')
        login = SASL_HEADER + sasl_frames.plain('alice', self.users['alice'])
        self.assert_refused_at_open(self.stream.open(context(), received=login), 'DRAINING')
        self.finish_live()

    def test_refuses_a_new_exchange(self):
        self.begin_draining()
        self.assert_exchange_refused()
        self.finish_live()

    def test_lets_a_live_exchange_finish(self):
        exchange, final, client = self.begin_exchange()
        self.begin_draining()
        exchange.respond(final)
        outcome = exchange.read_outcome()
        self.assert_consistent(outcome, OK)
        self.assertTrue(client.verifies(outcome.final_data))
        self.assertEqual(self.service.program.wait(), 0)

    def test_refuses_new_opens_on_a_stream_that_was_idle(self):
        idle = self.new_stream()
        idle.pass_by()
        self.begin_draining()
        self.assert_refused_at_open(idle.open(context()), 'DRAINING')
        self.finish_live()

    def test_refuses_new_opens_on_a_new_stream(self):
        self.begin_draining()
        self.assert_refused_at_open(self.new_stream().open(context()), 'DRAINING')
        self.finish_live()

    def test_refuses_a_new_exchange_while_only_an_exchange_is_live(self):
        exchange, final, _ = self.begin_exchange()
        self.begin_draining()
        self.assert_exchange_refused()
        exchange.respond(final)
        self.assert_consistent(exchange.read_outcome(), OK)


class GracePeriod(ContractCase):

    configuration = 'drain: 100ms\n'

    def test_ends_with_handshakes_that_do_not_finish(self):
        service = ContractService(configuration=self.configuration)
        self.addCleanup(service.stop)
        self.answer(stream=self.new_stream(self.new_channel(service)))
        os.kill(service.program.pid, signal.SIGTERM)
        self.assertEqual(service.program.wait(), 0)


class Responses(ContractCase):

    def test_stay_under_a_megabyte(self):
        """A response message stays under 1 MB: larger batches are split."""
        connections = [self.stream.connection() for _ in range(18_000)]
        terse = wire.ConnectionContext(listener='ordered', tls=wire.TlsContext())
        self.stream.send(*(one.input(open=terse) for one in connections))
        for connection in connections:
            connection.read_greeting()
        self.assertGreater(sum(self.stream.response_sizes), 1_000_000)
        self.assertLess(max(self.stream.response_sizes), 1_000_000)
        self.stream.send(*(one.input(received=b'HTTP/1.1') for one in connections))
        for connection in connections:
            self.assert_refused(connection, 'PROTOCOL_HEADER', AUTH, tells_client=False)
        self.assertLess(max(self.stream.response_sizes), 1_000_000)
