"""What the contract says of resume tokens: who gets them, what they cover, what spends them."""

import base64
import os
import pathlib
import tempfile
import threading

import grpc

from harness import sasl_frames
from harness.case import EndToEndCase
from harness.contract_case import AUTH, SYS, SYS_TEMP, ContractCase, ContractService
from harness.contract_client import context, connect
from harness.sasl_frames import SASL_HEADER
from harness.scram_client import Scram
from harness.stubs import wire

_PLAIN = sasl_frames.plain('alice', ContractCase.users['alice'])
_BINDING = ('tls-exporter', b'e' * 32)


def resumable(*arguments, **fields):
    return context(*arguments, resumable=True, **fields)


def new_key():
    return base64.b64encode(os.urandom(32)).decode()


def key_file(*keys):
    """A file with these keys; its text is as an operator may write it."""
    folder = tempfile.mkdtemp(prefix='keys-', dir=EndToEndCase.deployment.scratch)
    file = pathlib.Path(folder) / 'resume.keys'
    file.write_text('# of the tests\n' + ''.join(f'{key}  # one\n' for key in keys) + '\n',
                    encoding='ascii')
    return file


class ResumeCase(ContractCase):
    """Two streams of the service, and a replica of it: a process of its own, with the same keys
    and the same store."""

    settings = ''
    keys = ()
    replica = None

    @classmethod
    def setUpClass(cls):
        cls.keys = (new_key(),)
        cls.configuration = cls.configure(cls.keys)
        super().setUpClass()
        cls.replica = ContractService(configuration=cls.configuration, shared=cls.service)
        cls.addClassCleanup(cls.replica.stop)
        cls.replica_channel = connect(cls.replica.address)
        cls.addClassCleanup(cls.replica_channel.close)

    @classmethod
    def configure(cls, keys):
        return f'{cls.settings}resume:\n  key_file: {key_file(*keys)}\n'

    def setUp(self):
        super().setUp()
        self.other = self.new_stream()
        self.elsewhere = self.new_stream(self.replica_channel)
        self.client = Scram('alice', self.users['alice'])
        self.first = SASL_HEADER + sasl_frames.init('SCRAM-SHA-256', self.client.first())

    def begin(self, *sent, stream=None, connection_context=None):
        """A resumable connection whose client has sent this; its greeting has been read."""
        return self.answer(*sent, stream=stream,
                           connection_context=connection_context or resumable())

    def begin_scram(self, **options):
        """(a connection that waits for the last message, that message)"""
        connection = self.begin(self.first, **options)
        return connection, sasl_frames.response(self.client.final(connection.read_challenge()))

    def resume(self, token, stream=None, received=b'', connection_context=None):
        return (stream or self.other).open(connection_context or resumable(), received=received,
                                           resume_token=token)

    def assert_resume_refused(self, connection):
        """AUTH, and nothing is sent to the client."""
        outcome = self.assert_refused(connection, 'RESUME_REFUSED', AUTH, tells_client=False)
        self.assertEqual(connection.sent, b'')
        return outcome


class Tokens(ResumeCase):
    """With `resumable`, every output that waits for the client carries a token."""

    def test_come_with_every_output_that_waits(self):
        connection = self.begin()
        tokens = [connection.token]
        connection.send(SASL_HEADER + sasl_frames.init('SCRAM-SHA-256'))
        connection.read_challenge()
        tokens.append(connection.token)
        connection.send(sasl_frames.response(self.client.first()))
        final = self.client.final(connection.read_challenge())
        tokens.append(connection.token)
        self.assertTrue(all(tokens))
        self.assertEqual(len(set(tokens)), 3)
        connection.send(sasl_frames.response(final))
        outcome = connection.read_output()
        self.assertEqual(outcome.resume_token, b'')
        self.assertTrue(outcome.HasField('outcome'))

    def test_come_with_a_last_message_sent_as_a_challenge(self):
        connection, final = self.begin_scram(connection_context=resumable('final-challenge'))
        connection.send(final)
        self.assertTrue(self.client.verifies(connection.read_challenge()))
        self.assertTrue(connection.token)

    def test_come_with_outputs_of_bytes_that_came_with_open(self):
        connection = self.begin(SASL_HEADER, sasl_frames.init('PLAIN'))
        self.assertEqual(connection.read_challenge(), b'')
        self.assertTrue(connection.token)

    def test_come_with_no_outcome(self):
        """A resume token: never with an outcome."""
        for sent in (_PLAIN, sasl_frames.plain('alice', 'wrong'), b'\xff' * 4):
            connection = self.begin(SASL_HEADER)
            connection.send(sent)
            output = connection.read_output()
            self.assertTrue(output.HasField('outcome'))
            self.assertEqual(output.resume_token, b'')
        refused = self.stream.open(resumable('elsewhere')).read_output()
        self.assertTrue(refused.HasField('outcome'))
        self.assertEqual(refused.resume_token, b'')

    def test_come_to_nobody_who_did_not_ask(self):
        connection = self.answer()
        self.assertEqual(connection.token, b'')
        connection.send(self.first)
        final = self.client.final(connection.read_challenge())
        self.assertEqual(connection.token, b'')
        connection.send(sasl_frames.response(final))
        self.assert_accepted(connection, 'alice')


class Resumed(ResumeCase):
    """A token covers the state at `consumed`. The resumed handshake is silent until bytes come."""

    def each_stream(self):
        """Where a handshake may go on: on another stream, and at another replica."""
        return (self.other, self.elsewhere)

    def assert_silent_until_bytes(self, connection, stream):
        stream.pass_by()
        self.assertEqual(connection.unread(), [])

    def test_from_the_greeting(self):
        for stream in self.each_stream():
            connection = self.resume(self.begin().token, stream)
            self.assert_silent_until_bytes(connection, stream)
            connection.send(SASL_HEADER + _PLAIN)
            self.assert_accepted(connection, 'alice')
            self.assertEqual(connection.consumed, len(SASL_HEADER + _PLAIN))

    def test_from_an_empty_challenge(self):
        init = SASL_HEADER + sasl_frames.init('PLAIN')
        answer = sasl_frames.response(b'\0alice\0' + self.users['alice'].encode())
        for stream in self.each_stream():
            begun = self.begin(init)
            begun.read_challenge()
            connection = self.resume(begun.token, stream)
            self.assert_silent_until_bytes(connection, stream)
            connection.send(answer)
            self.assert_accepted(connection, 'alice')
            self.assertEqual(connection.consumed, len(init + answer))

    def test_from_scrams_challenge(self):
        for stream in self.each_stream():
            begun, final = self.begin_scram()
            connection = self.resume(begun.token, stream)
            self.assert_silent_until_bytes(connection, stream)
            connection.send(final)
            _, frames = self.assert_accepted(connection, 'alice')
            self.assertTrue(self.client.verifies(frames[0].data))
            self.assertEqual(connection.consumed, len(self.first + final))

    def test_from_a_last_message_sent_as_a_challenge(self):
        asked = resumable('final-challenge')
        for stream in self.each_stream():
            begun, final = self.begin_scram(connection_context=asked)
            begun.send(final)
            begun.read_challenge()
            connection = self.resume(begun.token, stream, connection_context=asked)
            self.assert_silent_until_bytes(connection, stream)
            connection.send(sasl_frames.response(b''))
            self.assert_accepted(connection, 'alice')

    def test_with_a_channel_binding(self):
        asked = resumable(bindings=[_BINDING])
        for stream in self.each_stream():
            client = Scram('alice', self.users['alice'], flag='p=tls-exporter',
                           binding=_BINDING[1])
            init = sasl_frames.init('SCRAM-SHA-256-PLUS', client.first())
            begun = self.begin(SASL_HEADER, init, connection_context=asked)
            final = sasl_frames.response(client.final(begun.read_challenge()))
            connection = self.resume(begun.token, stream, connection_context=asked)
            connection.send(final)
            outcome, _ = self.assert_accepted(connection, 'alice')
            self.assertTrue(outcome.identity.channel_bound)

    def test_twice_one_after_the_other(self):
        begun = self.begin()
        connection = self.resume(begun.token, self.elsewhere)
        connection.send(SASL_HEADER + sasl_frames.init('SCRAM-SHA-256'))
        self.assertEqual(connection.read_challenge(), b'')
        connection = self.resume(connection.token, self.other)
        connection.send(sasl_frames.response(self.client.first()))
        self.finish_login(connection, self.client)

    def test_with_wrong_credentials_it_is_refused_as_ever(self):
        for stream in self.each_stream():
            self.client = Scram('alice', 'wrong')
            begun = self.begin(SASL_HEADER, sasl_frames.init('SCRAM-SHA-256',
                                                             self.client.first()))
            final = self.client.final(begun.read_challenge())
            connection = self.resume(begun.token, stream)
            connection.send(sasl_frames.response(final))
            self.assert_refused(connection, 'BAD_CREDENTIALS')

    def test_with_bytes_that_come_with_open(self):
        begun, final = self.begin_scram()
        connection = self.resume(begun.token, received=final + b'tail')
        self.assert_accepted(connection, 'alice')
        self.assertEqual(connection.consumed, len(self.first + final))

    def test_after_its_stream_was_cancelled(self):
        """A cancelled stream forgets its handshakes, unless they are resumed elsewhere."""
        begun, final = self.begin_scram()
        self.stream.cancel()
        self.assertEqual(self.stream.status(), grpc.StatusCode.CANCELLED)
        connection = self.resume(begun.token)
        connection.send(final)
        self.assert_accepted(connection, 'alice')

    def test_with_everything_past_consumed_sent_again(self):
        """On a resume, everything past the token's `consumed` is sent again, and `consumed` goes
        on counting from the client's first byte."""
        for at in (1, 8, 40):
            begun, final = self.begin_scram()
            begun.send(final[:at])
            self.stream.pass_by()
            connection = self.resume(begun.token)
            for byte in final:
                connection.send(bytes([byte]))
            self.assert_accepted(connection, 'alice')
            self.assertEqual(connection.consumed, len(self.first + final))

    def test_with_half_a_header_sent_again(self):
        begun = self.begin(SASL_HEADER[:5])
        self.assertEqual(begun.consumed, 0)
        connection = self.resume(begun.token, received=SASL_HEADER + _PLAIN)
        self.assert_accepted(connection, 'alice')

    def test_without_resumable_it_has_no_more_tokens(self):
        begun = self.begin()
        connection = self.resume(begun.token, connection_context=context())
        connection.send(SASL_HEADER + sasl_frames.init('PLAIN'))
        connection.read_challenge()
        self.assertEqual(connection.token, b'')
        connection.send(sasl_frames.response(b'\0alice\0' + self.users['alice'].encode()))
        self.assert_accepted(connection, 'alice')

    def test_with_another_traceparent(self):
        """Bound to the whole context but traceparent and resumable."""
        begun = self.begin(connection_context=resumable(traceparent='00-aa-bb-01'))
        connection = self.resume(begun.token, received=SASL_HEADER + _PLAIN,
                                 connection_context=resumable(traceparent='00-cc-dd-01'))
        self.assert_accepted(connection, 'alice')

    def test_that_is_closed_is_forgotten(self):
        begun, final = self.begin_scram()
        connection = self.resume(begun.token)
        connection.send_closed()
        connection.send(final)
        self.assert_silent(connection, self.other)


class Covered(ResumeCase):
    """It covers the state at `consumed`, the steps, bytes and time already used, and the
    handshake id."""

    def test_the_handshake_id(self):
        begun, final = self.begin_scram()
        # Its end as the broker's fault tells the id, and uses no frame.
        self.stream.send(begun.input(open=context()))
        told = self.assert_refused(begun, 'BROKER_FAULT', SYS, tells_client=False)
        connection = self.resume(begun.token, self.elsewhere)
        connection.send(final)
        outcome, _ = self.assert_accepted(connection, 'alice')
        self.assertEqual(outcome.handshake_id, told.handshake_id)

    def test_the_hostname_that_the_client_named(self):
        init = sasl_frames.init('SCRAM-SHA-256', self.client.first(), 'broker.example')
        begun = self.begin(SASL_HEADER, init)
        final = sasl_frames.response(self.client.final(begun.read_challenge()))
        connection = self.resume(begun.token, received=final)
        outcome, _ = self.assert_accepted(connection, 'alice')
        self.assertEqual(outcome.hostname, 'broker.example')

    def test_the_steps(self):
        asked = resumable('few-steps')
        empty = sasl_frames.frame(b'')
        for skipped, accepted in ((1, True), (2, True), (3, False)):
            begun = self.begin(SASL_HEADER, empty * skipped,
                               sasl_frames.init('SCRAM-SHA-256', self.client.first()),
                               connection_context=asked)
            final = sasl_frames.response(self.client.final(begun.read_challenge()))
            connection = self.resume(begun.token, received=final, connection_context=asked)
            if accepted:
                self.assert_accepted(connection, 'alice')
            else:
                self.assert_refused(connection, 'TOO_MANY_STEPS')

    def test_the_bytes(self):
        asked = resumable('few-bytes')
        padding = sasl_frames.frame(b'', extended=b'\0' * 460)
        for count, accepted in ((1, True), (2, False)):
            begun = self.begin(SASL_HEADER, padding * count, sasl_frames.init(
                'SCRAM-SHA-256', self.client.first()), connection_context=asked)
            final = sasl_frames.response(self.client.final(begun.read_challenge()))
            connection = self.resume(begun.token, received=final, connection_context=asked)
            if accepted:
                self.assert_accepted(connection, 'alice')
            else:
                self.assert_refused(connection, 'TOO_LARGE')


class Time(ResumeCase):
    """It lives as long as the handshake may."""

    settings = 'limits:\n  handshake_timeout: 1s\n'

    def test_used_before_is_not_given_again(self):
        begun = self.begin()
        # Time itself is what is looked at: there is nothing else to wait for.
        threading.Event().wait(0.5)
        resumed = self.resume(begun.token)
        fresh = self.begin(stream=self.other)
        self.assert_refused(resumed, 'TIMED_OUT', SYS_TEMP)
        self.assertEqual(fresh.unread(), [])
        self.assert_refused(fresh, 'TIMED_OUT', SYS_TEMP)

    def test_ends_a_token(self):
        begun, final = self.begin_scram()
        self.assert_refused(begun, 'TIMED_OUT', SYS_TEMP)
        for stream in (self.other, self.elsewhere):
            self.assert_resume_refused(self.resume(begun.token, stream, received=final))


class Bound(ResumeCase):
    """A token that is altered, or of another context or RPC ends the connection with AUTH; a
    refused resume sends nothing."""

    def test_to_every_byte_of_it(self):
        begun, final = self.begin_scram()
        token = begun.token
        altered = [token[:at] + bytes([token[at] ^ flip]) + token[at + 1:]
                   for at in range(len(token)) for flip in (0x01, 0x80)]
        altered += [token[:size] for size in range(1, len(token))]
        altered += [token[at:] for at in range(1, len(token))]
        altered += [token + b'\0', b'\0' + token, token + token, b'\0', b'x' * 1000]
        connections = [self.other.connection() for _ in altered]
        self.other.send(*(one.input(open=resumable(), resume_token=odd, received=final)
                          for one, odd in zip(connections, altered)))
        for connection in connections:
            self.assert_resume_refused(connection)
        self.assert_accepted(self.resume(token, received=final), 'alice')

    def test_to_every_field_of_the_context(self):
        certificate = self.certificate('alice')
        asked = resumable(bindings=[_BINDING], certificate=certificate)

        def change(**fields):
            changed = wire.ConnectionContext()
            changed.CopyFrom(asked)
            for name, value in fields.items():
                setattr(changed, name, value)
            return changed

        def change_tls(**fields):
            changed = change()
            for name, value in fields.items():
                setattr(changed.tls, name, value)
            return changed

        def change_bindings(*bindings):
            return resumable(certificate=certificate, bindings=bindings)

        without_tls = change()
        without_tls.ClearField('tls')
        others = [
            change(listener='skipping'), change(remote_address='192.0.2.7:40001'),
            change(remote_address=''), change(local_address='192.0.2.2:5671'), without_tls,
            change_tls(server_name='other.example'), change_tls(version='TLSv1.2'),
            change_tls(cipher='TLS_AES_128_GCM_SHA256'),
            change_tls(peer_certificate=self.certificate('bob')),
            change_tls(peer_certificate=b''), change_bindings(),
            change_bindings(('tls-exporter', b'f' * 32)),
            change_bindings(('tls-server-end-point', b'e' * 32)),
            change_bindings(_BINDING, _BINDING),
            # The same characters, of another field.
            change(remote_address='192.0.2.7:40000192.0.2.1:5671', local_address=''),
        ]
        begun, final = self.begin_scram(connection_context=asked)
        for stream in (self.other, self.elsewhere):
            for other in others:
                connection = self.resume(begun.token, stream, final, other)
                self.assert_resume_refused(connection)
        self.assert_accepted(self.resume(begun.token, received=final, connection_context=asked))

    def test_to_whether_there_is_tls(self):
        bare = wire.ConnectionContext(listener='default', resumable=True)
        empty_tls = wire.ConnectionContext(listener='default', resumable=True,
                                           tls=wire.TlsContext())
        for one, other in ((bare, empty_tls), (empty_tls, bare)):
            begun = self.begin(connection_context=one)
            self.assert_resume_refused(self.resume(begun.token, connection_context=other))

    def test_and_is_checked_before_policy(self):
        """It is checked before policy."""
        begun = self.begin()
        for asked in (resumable('elsewhere'), resumable('certificates')):
            self.assert_resume_refused(self.resume(begun.token, connection_context=asked))

    def test_to_the_rpc(self):
        begun, _ = self.begin_scram()
        exchange = self.new_exchange()
        exchange.start('SCRAM-SHA-256', None, resumable(), resume_token=begun.token)
        self.assert_consistent(exchange.read_outcome(), AUTH, 'RESUME_REFUSED')
        self.assertEqual(exchange.status(), grpc.StatusCode.OK)

        exchange = self.new_exchange()
        exchange.start('SCRAM-SHA-256', self.client.first(), resumable())
        response = exchange.read()
        self.assertTrue(response.resume_token)
        self.assert_resume_refused(self.resume(response.resume_token))

    def test_and_a_refusal_leaves_the_stream_healthy(self):
        self.assert_resume_refused(self.resume(b'token', self.stream))
        self.log_in(self.answer())


class Continued(ResumeCase):
    """A token that was already continued is refused (AUTH) by the replica that continued it; it is
    continued once a whole frame past its `consumed` has been used, on the stream that issued it
    or on one that resumed it, so that opening with it, or half a frame, spends nothing."""

    def test_on_the_stream_that_issued_it(self):
        begun = self.begin()
        token = begun.token
        begun.send(self.first)
        begun.read_challenge()
        self.assert_resume_refused(self.resume(token))
        self.assert_resume_refused(self.resume(token, received=self.first))

    def test_on_the_stream_that_issued_it_to_its_end(self):
        begun, final = self.begin_scram()
        token = begun.token
        begun.send(final)
        self.assert_accepted(begun, 'alice')
        self.assert_resume_refused(self.resume(token, received=final))

    def test_on_a_stream_that_resumed_it(self):
        for stream in (self.other, self.elsewhere):
            begun, final = self.begin_scram()
            self.assert_accepted(self.resume(begun.token, stream, final), 'alice')
            self.assert_resume_refused(self.resume(begun.token, stream, final))

    def test_with_a_frame_that_failed(self):
        begun, final = self.begin_scram()
        connection = self.resume(begun.token, received=sasl_frames.response(b'no proof'))
        self.assert_refused(connection, 'MALFORMED_MESSAGE')
        self.assert_resume_refused(self.resume(begun.token, received=final))

    def test_leaves_the_next_token_good(self):
        begun = self.begin()
        first_token = begun.token
        connection = self.resume(first_token, received=self.first)
        final = sasl_frames.response(self.client.final(connection.read_challenge()))
        self.assert_resume_refused(self.resume(first_token, received=self.first))
        self.assert_accepted(self.resume(connection.token, received=final), 'alice')

    def test_is_not_by_opening(self):
        begun, final = self.begin_scram()
        opened = [self.resume(begun.token, stream)
                  for stream in (self.other, self.elsewhere, self.other, self.stream)]
        for stream in (self.other, self.elsewhere, self.stream):
            stream.pass_by()
        for connection in opened:
            self.assertEqual(connection.unread(), [])
            connection.send_closed()
        self.assert_accepted(self.resume(begun.token, received=final), 'alice')

    def test_is_not_by_half_a_frame(self):
        begun, final = self.begin_scram()
        opened = [self.resume(begun.token, received=final[:-1]), begun]
        begun.send(final[:-1])
        for stream in (self.other, self.stream):
            stream.pass_by()
        for connection in opened:
            connection.send_closed()
        self.assert_accepted(self.resume(begun.token, received=final), 'alice')

    def test_is_not_by_the_header_alone(self):
        begun = self.begin(SASL_HEADER)
        self.stream.pass_by()
        begun.send_closed()
        token = begun.token
        received = SASL_HEADER[begun.consumed:]
        connection = self.resume(token, received=received)
        self.other.pass_by()
        connection.send_closed()
        self.assert_accepted(self.resume(token, received=received + _PLAIN), 'alice')

    def test_by_the_first_of_those_that_opened_with_it(self):
        begun, final = self.begin_scram()
        slower = [self.resume(begun.token), begun]
        faster = self.resume(begun.token)
        self.other.pass_by()
        faster.send(final)
        self.assert_accepted(faster, 'alice')
        for connection in slower:
            before = connection.sent
            connection.send(final)
            self.assert_refused(connection, 'RESUME_REFUSED', AUTH, tells_client=False)
            self.assertEqual(connection.sent, before)

    def test_by_the_first_where_a_slow_answer_is_awaited(self):
        # The password was never seen: it costs a derivation, while which the other one comes.
        init = SASL_HEADER + sasl_frames.plain('alice', 'never seen')
        begun = self.begin()
        begun.send(init)
        resumed = self.resume(begun.token, received=init)
        ends = sorted(connection.read_outcome()[0].reason for connection in (begun, resumed))
        self.assertEqual(ends, [wire.FAILURE_REASON_BAD_CREDENTIALS,
                                wire.FAILURE_REASON_RESUME_REFUSED])


class Refused(ResumeCase):
    """A refused resume sends nothing."""

    settings = 'limits:\n  handshakes_per_stream: 1\n'

    def test_by_overload_and_is_good_later(self):
        begun, final = self.begin_scram()
        holder = self.answer(stream=self.other)
        connection = self.resume(begun.token, received=final)
        self.assert_refused(connection, 'OVERLOADED', SYS_TEMP, tells_client=False)
        holder.send_closed()
        self.assert_accepted(self.resume(begun.token, received=final), 'alice')


class Fleet(ResumeCase):
    """The first key seals, all open."""

    def at(self, *keys):
        service = ContractService(configuration=self.configure(keys), shared=self.service)
        self.addCleanup(service.stop)
        return self.new_stream(self.new_channel(service))

    def test_with_another_key_refuses(self):
        begun, final = self.begin_scram()
        self.assert_resume_refused(self.resume(begun.token, self.at(new_key()), final))
        self.assert_accepted(self.resume(begun.token, received=final), 'alice')

    def test_opens_what_an_older_key_sealed(self):
        newer = new_key()
        rotated = self.at(newer, *self.keys)
        begun, final = self.begin_scram()
        self.assert_accepted(self.resume(begun.token, rotated, final), 'alice')

        begun, final = self.begin_scram(stream=rotated)
        self.assert_resume_refused(self.resume(begun.token, self.other, final))
        both = self.at(*self.keys, newer)
        self.assert_accepted(self.resume(begun.token, both, final), 'alice')


class ResumedExchange(ResumeCase):
    """Tokens of an exchange: as those of a handshake."""

    def begin_exchange(self):
        """(the token, the last message) of an exchange by SCRAM."""
        exchange = self.new_exchange()
        exchange.start('SCRAM-SHA-256', self.client.first(), resumable())
        response = exchange.read()
        exchange.cancel()
        return response.resume_token, self.client.final(response.challenge)

    def resume_exchange(self, token, channel=None, mechanism='SCRAM-SHA-256',
                        connection_context=None):
        exchange = self.new_exchange(channel)
        exchange.start(mechanism, None, connection_context or resumable(), resume_token=token)
        return exchange

    def assert_exchange_accepted(self, exchange):
        outcome = exchange.read_outcome()
        self.assert_consistent(outcome, wire.SASL_CODE_OK)
        self.assertTrue(self.client.verifies(outcome.final_data))
        self.assertEqual(exchange.status(), grpc.StatusCode.OK)

    def assert_exchange_refused(self, exchange):
        self.assert_consistent(exchange.read_outcome(), AUTH, 'RESUME_REFUSED')
        self.assertEqual(exchange.status(), grpc.StatusCode.OK)

    def test_goes_on_on_another_call_and_at_another_replica(self):
        for channel in (self.channel, self.replica_channel):
            token, final = self.begin_exchange()
            exchange = self.resume_exchange(token, channel)
            exchange.respond(final)
            self.assert_exchange_accepted(exchange)

    def test_gives_no_token_unasked(self):
        exchange = self.new_exchange()
        exchange.start('SCRAM-SHA-256', self.client.first(), context())
        self.assertEqual(exchange.read().resume_token, b'')

    def test_with_another_mechanism_is_an_invalid_argument(self):
        """A resume with another mechanism ends it with INVALID_ARGUMENT."""
        token, final = self.begin_exchange()
        exchange = self.resume_exchange(token, mechanism='SCRAM-SHA-512')
        self.assertEqual(exchange.status(), grpc.StatusCode.INVALID_ARGUMENT)
        self.assertEqual(exchange.unread(), [])
        exchange = self.resume_exchange(token)
        exchange.respond(final)
        self.assert_exchange_accepted(exchange)

    def test_is_refused_with_an_altered_token(self):
        token, _ = self.begin_exchange()
        for at in range(0, len(token), 7):
            self.assert_exchange_refused(self.resume_exchange(
                token[:at] + bytes([token[at] ^ 1]) + token[at + 1:]))

    def test_is_refused_in_another_context(self):
        token, _ = self.begin_exchange()
        for other in (resumable('skipping'), resumable('elsewhere'), resumable(tls=False),
                      resumable(remote_address='192.0.2.8:1')):
            self.assert_exchange_refused(self.resume_exchange(token, connection_context=other))

    def test_is_refused_once_it_was_continued(self):
        token, final = self.begin_exchange()
        exchange = self.resume_exchange(token)
        exchange.respond(final)
        self.assert_exchange_accepted(exchange)
        self.assert_exchange_refused(self.resume_exchange(token))

    def test_is_not_continued_by_its_start_alone(self):
        token, final = self.begin_exchange()
        abandoned = self.resume_exchange(token)
        abandoned.half_close()
        self.assertEqual(abandoned.status(), grpc.StatusCode.OK)
        self.assertEqual(abandoned.unread(), [])
        exchange = self.resume_exchange(token)
        exchange.respond(final)
        self.assert_exchange_accepted(exchange)
