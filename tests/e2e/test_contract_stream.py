"""What the contract says of a Handshake stream: what is answered, consumed, dropped and ended."""

import grpc

from harness import sasl_frames
from harness.contract_case import AUTH, SYS, ContractCase, ContractService
from harness.contract_client import context
from harness.processes import json_line
from harness.sasl_frames import AMQP_HEADER, SASL_HEADER
from harness.scram_client import Scram
from harness.stubs import wire


def every_split(data):
    """`data` cut in two at each place, and byte by byte."""
    return ([[data[:at], data[at:]] for at in range(len(data) + 1)]
            + [[bytes([byte]) for byte in data]])


class Opening(ContractCase):
    """The service answers `open` at once with its SASL header and its mechanisms."""

    def test_is_answered_when_no_bytes_come_with_it(self):
        connection = self.stream.open(context())
        output = connection.read_output()
        self.assertIn('SCRAM-SHA-256', connection.read_greeting())
        self.assertEqual(output.consumed, 0)
        self.assertFalse(output.HasField('outcome'))

    def test_is_answered_when_half_a_header_comes_with_it(self):
        connection = self.stream.open(context(), received=SASL_HEADER[:3])
        self.assertIn('SCRAM-SHA-256', connection.read_greeting())
        connection.send(SASL_HEADER[3:] + sasl_frames.plain('alice', self.users['alice']))
        self.assert_accepted(connection, 'alice')

    def test_is_answered_when_a_whole_login_comes_with_it(self):
        login = SASL_HEADER + sasl_frames.plain('alice', self.users['alice'])
        self.assert_accepted(self.answer(login), 'alice')

    def test_is_answered_alike_with_and_without_bytes(self):
        without = self.stream.open(context())
        with_bytes = self.stream.open(context(), received=SASL_HEADER)
        self.assertEqual(without.read_greeting(), with_bytes.read_greeting())
        self.assertEqual(without.sent, with_bytes.sent)


class Consumed(ContractCase):
    """`consumed` settles who owns which byte."""

    tail = AMQP_HEADER + b'\0\0\0\x0c\x02\0\0\0tail'

    def setUp(self):
        super().setUp()
        self.login = SASL_HEADER + sasl_frames.plain('alice', self.users['alice'])

    def send_in_pieces(self, pieces_of_each, with_open=False):
        """A connection for each list of pieces, their first pieces in one batch, and so on."""
        connections = [self.stream.connection() for _ in pieces_of_each]
        if not with_open:
            self.stream.send(*(one.input(open=context()) for one in connections))
        for step in range(max(map(len, pieces_of_each))):
            opening = {'open': context()} if with_open and step == 0 else {}
            self.stream.send(*(connection.input(received=pieces[step], **opening)
                               for connection, pieces in zip(connections, pieces_of_each)
                               if step < len(pieces)))
        for connection in connections:
            connection.read_greeting()
        return connections

    def test_is_a_whole_plain_login_in_every_split(self):
        """How many of the bytes received the handshake has used up; they are split anyhow."""
        for with_open in (False, True):
            for connection in self.send_in_pieces(every_split(self.login), with_open):
                self.assert_accepted(connection, 'alice')
                self.assertEqual(connection.consumed, len(self.login))

    def test_leaves_what_is_behind_a_plain_login_in_every_split(self):
        """At the outcome, everything past `consumed` (also what was still in flight) is the next
        layer's, and the service echoes none of it."""
        for connection in self.send_in_pieces(every_split(self.login + self.tail)):
            self.assert_accepted(connection, 'alice')
            self.assertEqual(connection.consumed, len(self.login))
            self.assertNotIn(AMQP_HEADER, connection.sent)

    def test_is_the_first_message_of_a_scram_login_in_every_split(self):
        client = Scram('alice', self.users['alice'])
        first = SASL_HEADER + sasl_frames.init('SCRAM-SHA-256', client.first())
        connections = self.send_in_pieces(every_split(first), with_open=True)
        finals = []
        for connection in connections:
            finals.append(sasl_frames.response(client.final(connection.read_challenge())))
            self.assertEqual(connection.consumed, len(first))
        self.stream.send(*(connection.input(received=final + self.tail)
                           for connection, final in zip(connections, finals)))
        for connection, final in zip(connections, finals):
            self.assert_accepted(connection, 'alice')
            self.assertEqual(connection.consumed, len(first) + len(final))

    def test_is_the_last_message_of_a_scram_login_in_every_split(self):
        client = Scram('alice', self.users['alice'])
        first = SASL_HEADER + sasl_frames.init('SCRAM-SHA-256', client.first())

        def next_final(connection):
            return sasl_frames.response(client.final(connection.read_challenge()))

        size = len(next_final(self.answer(first)))
        connections = self.send_in_pieces([[first]] * (size + 2))
        finals = [next_final(connection) for connection in connections]
        pieces = [every_split(final)[at] for at, final in enumerate(finals)]
        self.assertEqual(len(pieces[-1]), size)
        for step in range(size):
            self.stream.send(*(connection.input(received=each[step])
                               for connection, each in zip(connections, pieces)
                               if step < len(each)))
        for connection in connections:
            self.assert_accepted(connection, 'alice')
            self.assertEqual(connection.consumed, len(first) + size)

    def test_counts_from_the_first_byte_at_each_step(self):
        client = Scram('alice', self.users['alice'])
        connection = self.answer(SASL_HEADER)
        init = sasl_frames.init('SCRAM-SHA-256')
        connection.send(init)
        self.assertEqual(connection.read_challenge(), b'')
        self.assertEqual(connection.consumed, len(SASL_HEADER + init))
        first = sasl_frames.response(client.first())
        connection.send(first)
        final = sasl_frames.response(client.final(connection.read_challenge()))
        self.assertEqual(connection.consumed, len(SASL_HEADER + init + first))
        connection.send(final)
        self.assert_accepted(connection, 'alice')
        self.assertEqual(connection.consumed, len(SASL_HEADER + init + first + final))

    def test_leaves_out_half_a_frame(self):
        client = Scram('alice', self.users['alice'])
        first = SASL_HEADER + sasl_frames.init('SCRAM-SHA-256', client.first())
        connection = self.answer(first, sasl_frames.response(b'half of this')[:-1])
        connection.read_challenge()
        self.assertEqual(connection.consumed, len(first))

    def test_includes_a_frame_that_failed_whole_in_every_split(self):
        """At a failure it includes the frame that failed, if that was whole."""
        failing = SASL_HEADER + sasl_frames.frame(b'\x00\x53\x41\xc0\x02\x01\x40')
        for connection in self.send_in_pieces(every_split(failing + self.tail)):
            self.assert_refused(connection, 'MALFORMED_FRAME')
            self.assertEqual(connection.consumed, len(failing))

    def test_includes_the_frame_with_wrong_credentials(self):
        failing = SASL_HEADER + sasl_frames.plain('alice', 'wrong')
        connection = self.answer(failing, self.tail)
        self.assert_refused(connection, 'BAD_CREDENTIALS')
        self.assertEqual(connection.consumed, len(failing))

    def test_leaves_out_a_frame_that_is_refused_for_its_size(self):
        """... if that was whole: a frame is refused as soon as its size is known."""
        for size in (7, 0xffffffff):
            failing = SASL_HEADER + sasl_frames.frame(b'rest', size=size)
            connection = self.answer(failing)
            self.assert_refused(connection, 'MALFORMED_FRAME' if size < 8 else 'TOO_LARGE')
            self.assertEqual(connection.consumed, len(SASL_HEADER))

    def test_leaves_the_tail_free_of_limits(self):
        """Only bytes up to `consumed`, and the frame being read, count against a handshake's
        limit: the tail is free."""
        tail = b'\xff' * 300_000
        few = context('few-bytes')
        for pieces in ([self.login + tail], [self.login, tail], [self.login[:-1],
                                                                 self.login[-1:] + tail]):
            connection = self.stream.open(few)
            connection.read_greeting()
            for piece in pieces:
                connection.send(piece)
            self.assert_accepted(connection, 'alice')
            self.assertEqual(connection.consumed, len(self.login))

    def test_leaves_the_tail_of_a_scram_login_free_of_limits(self):
        client = Scram('alice', self.users['alice'])
        connection = self.answer(SASL_HEADER, sasl_frames.init('SCRAM-SHA-256', client.first()),
                                 connection_context=context('few-bytes'))
        final = sasl_frames.response(client.final(connection.read_challenge()))
        connection.send(final + b'\0' * 300_000)
        self.assert_accepted(connection, 'alice')


class Inputs(ContractCase):
    """Which inputs do something, and which do nothing."""

    def assert_healthy(self):
        connection = self.answer()
        self.assertEqual(self.log_in(connection).identity.authentication_id, 'alice')

    def test_late_ones_are_dropped(self):
        """An input without `open` for an id that is not live is dropped: it is the normal race
        with an outcome."""
        connection = self.answer(SASL_HEADER, sasl_frames.plain('alice', self.users['alice']))
        self.assert_accepted(connection)
        connection.send(AMQP_HEADER)
        connection.send(SASL_HEADER + sasl_frames.plain('alice', self.users['alice']))
        connection.send_closed()
        self.assert_silent(connection)
        self.assert_healthy()

    def test_late_ones_are_dropped_behind_a_refusal(self):
        connection = self.answer(b'HTTP/1.1')
        self.assert_refused(connection, 'PROTOCOL_HEADER', tells_client=False)
        connection.send(SASL_HEADER)
        self.assert_silent(connection)

    def test_ones_for_an_id_that_never_was_are_dropped(self):
        connection = self.stream.connection()
        connection.send(SASL_HEADER)
        connection.send_closed()
        self.stream.send(connection.input(resume_token=b'token'))
        self.assert_silent(connection)
        self.assert_healthy()

    def test_a_second_open_ends_the_connection(self):
        """An `open` for a live id ends that connection (code SYS, broker's fault); a broker's
        fault sends nothing to the client."""
        bystander = self.answer()
        connection = self.answer(SASL_HEADER)
        self.stream.send(connection.input(open=context()))
        self.assert_refused(connection, 'BROKER_FAULT', SYS, tells_client=False)
        connection.send(sasl_frames.plain('alice', self.users['alice']))
        self.assert_silent(connection)
        self.log_in(bystander)

    def test_a_second_open_ends_the_connection_whatever_comes_with_it(self):
        login = SASL_HEADER + sasl_frames.plain('alice', self.users['alice'])
        connection = self.answer()
        self.stream.send(connection.input(open=context(), received=login))
        self.assert_refused(connection, 'BROKER_FAULT', SYS, tells_client=False)
        self.assertEqual(connection.consumed, 0)

    def test_a_second_open_in_the_same_batch_ends_the_connection(self):
        connection = self.stream.connection()
        self.stream.send(connection.input(open=context()), connection.input(open=context()))
        connection.read_greeting()
        self.assert_refused(connection, 'BROKER_FAULT', SYS, tells_client=False)

    def test_a_token_without_open_ends_the_connection(self):
        """... or a `resume_token` without `open`, ends that connection (code SYS, broker's
        fault)."""
        connection = self.answer(SASL_HEADER)
        self.stream.send(connection.input(resume_token=b'token', received=b'\0'))
        self.assert_refused(connection, 'BROKER_FAULT', SYS, tells_client=False)

    def test_of_id_0_are_like_any_other(self):
        """Id 0 is an id like any other; and so is the largest."""
        for connection_id in (0, 2 ** 64 - 1):
            connection = self.stream.open(context(), connection_id=connection_id)
            connection.read_greeting()
            self.log_in(connection)
            self.assertEqual(connection.id, connection_id)

    def test_without_content_do_nothing(self):
        """An input with no content and an empty batch do nothing."""
        connection = self.answer()
        self.stream.send(connection.input())
        self.stream.send()
        self.stream.write(b'')
        self.stream.send(self.stream.connection().input())
        self.stream.write(b'\x0a\x00')
        self.assert_silent(connection)
        self.log_in(connection)

    def test_closed_forgets_without_an_outcome(self):
        """`closed` forgets the handshake without an outcome; bytes that come with it are
        ignored."""
        login = SASL_HEADER + sasl_frames.plain('alice', self.users['alice'])
        connections = []
        for fields in ({}, {'received': login}, {'received': b'HTTP/1.1'},
                       {'open': context()}, {'resume_token': b'token'}):
            connection = self.answer()
            self.stream.send(connection.input(closed=True, **fields))
            connection.send(login)
            connections.append(connection)
        # Its end comes when nothing is left to answer.
        self.stream.half_close()
        self.assertEqual(self.stream.status(), grpc.StatusCode.OK)
        for connection in connections:
            self.assertEqual(connection.unread(), [])

    def test_closed_with_open_begins_nothing(self):
        connection = self.stream.connection()
        self.stream.send(connection.input(open=context(), closed=True, received=SASL_HEADER))
        self.assert_silent(connection)

    def test_closed_forgets_in_the_middle_of_a_login(self):
        client = Scram('alice', self.users['alice'])
        connection = self.answer(SASL_HEADER, sasl_frames.init('SCRAM-SHA-256', client.first()))
        final = sasl_frames.response(client.final(connection.read_challenge()))
        self.stream.send(connection.input(closed=True), connection.input(received=final))
        self.assert_silent(connection)


class BadNeighbours(ContractCase):
    """One bad connection never disturbs another."""

    def test_do_not_disturb_a_login_in_the_same_batches(self):
        """Rejected credentials are an outcome on a healthy stream, never a gRPC error."""
        bad = {
            'BAD_CREDENTIALS': SASL_HEADER + sasl_frames.plain('alice', 'wrong'),
            'MALFORMED_FRAME': SASL_HEADER + b'\0\0\0\x08\x01\0\0\0',
            'TOO_LARGE': SASL_HEADER + b'\xff' * 8,
            'MECHANISM_NOT_OFFERED': SASL_HEADER + sasl_frames.init('GSSAPI', b''),
            'PROTOCOL_HEADER': AMQP_HEADER,
        }
        client = Scram('bob', self.users['bob'])
        good = self.stream.connection()
        others = [self.stream.connection() for _ in bad]
        opens = [one.input(open=context()) for one in (good, *others)]
        steps = [one.input(received=data) for one, data in zip(others, bad.values())]
        first = good.input(received=SASL_HEADER
                           + sasl_frames.init('SCRAM-SHA-256', client.first()))
        self.stream.send(*opens, *steps[:2], first, *steps[2:])
        good.read_greeting()
        for connection, reason in zip(others, bad):
            connection.read_greeting()
            self.assert_refused(connection, reason, tells_client=reason != 'PROTOCOL_HEADER')
        self.assertEqual(self.finish_login(good, client).identity.authentication_id, 'bob')
        self.stream.half_close()
        self.assertEqual(self.stream.status(), grpc.StatusCode.OK)


class Ending(ContractCase):
    """How a stream ends."""

    def test_an_undecodable_message_is_an_invalid_argument(self):
        """What cannot be attributed to a connection (an undecodable message) ends the stream with
        INVALID_ARGUMENT."""
        bad_utf8 = wire.ConnectionInput(
            connection_id=1, open=context('XX')).SerializeToString().replace(b'XX', b'\xff\xfe')
        for message in (b'\xff', b'\x0a\x05\x08', b'\x0b', b'\x00\x00', b'AMQP\x03\x01\x00\x00',
                        b'\x0a' + bytes([len(bad_utf8)]) + bad_utf8):
            stream = self.new_stream()
            stream.pass_by()
            stream.write(message)
            self.assertEqual(stream.status(), grpc.StatusCode.INVALID_ARGUMENT, message)
        self.stream.pass_by()

    def test_an_unknown_field_is_no_mistake(self):
        message = wire.HandshakeRequest(inputs=[self.stream.connection().input()])
        self.stream.write(message.SerializeToString() + b'\xfa\x07\x01x')
        self.stream.pass_by()

    def test_a_half_close_is_answered_with_what_there_is(self):
        """When the broker half-closes, the service answers what it has and ends the stream with
        OK."""
        # A password that was never seen costs a derivation, so the half-close comes before it.
        passwords = [f'wrong {count}' for count in range(20)] + [self.users['bob']]
        connections = [self.stream.connection() for _ in passwords]
        self.stream.send(*(
            connection.input(open=context(),
                             received=SASL_HEADER + sasl_frames.plain('bob', password))
            for connection, password in zip(connections, passwords)))
        self.stream.half_close()
        self.assertEqual(self.stream.status(), grpc.StatusCode.OK)
        for connection in connections:
            connection.read_greeting()
        for connection in connections[:-1]:
            self.assert_refused(connection, 'BAD_CREDENTIALS')
        self.assert_accepted(connections[-1], 'bob')

    def test_a_half_close_leaves_waiting_handshakes_without_an_outcome(self):
        connection = self.answer(SASL_HEADER)
        self.stream.half_close()
        self.assertEqual(self.stream.status(), grpc.StatusCode.OK)
        self.assertEqual(connection.unread(), [])

    def test_a_half_close_of_an_unused_stream_is_ok(self):
        self.stream.half_close()
        self.assertEqual(self.stream.status(), grpc.StatusCode.OK)

    def test_a_cancelled_stream_leaves_the_others(self):
        other = self.new_stream()
        bystander = self.answer(stream=other)
        self.answer(SASL_HEADER)
        self.stream.cancel()
        self.assertEqual(self.stream.status(), grpc.StatusCode.CANCELLED)
        self.log_in(bystander)


class DroppedInputs(ContractCase):

    def test_are_counted(self):
        """An input without `open` for an id that is not live is dropped and counted."""
        service = ContractService()
        self.addCleanup(service.stop)
        stream = self.new_stream(self.new_channel(service))
        connection = self.answer(b'HTTP/1.1', stream=stream)
        self.assert_refused(connection, 'PROTOCOL_HEADER', AUTH, tells_client=False)
        for _ in range(3):
            connection.send(b'late')
        stream.pass_by()
        stream.half_close()
        stream.status()
        self.assertEqual(service.stop(), 0)
        service.program.wait_for_line(json_line(msg='drained', dropped_inputs=3))
