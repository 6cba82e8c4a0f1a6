"""What the contract says of frames: which are taken, which are refused, which are sent."""

import contextlib

from harness import sasl_frames
from harness.contract_case import ContractCase
from harness.contract_client import NoAnswer, context
from harness.sasl_frames import (CHALLENGE, INIT, LIST0, MECHANISMS, NAMES, NULL, OUTCOME, RESPONSE,
                                 SASL_HEADER, binary, described, frame, list8, list32, smallulong,
                                 string, symbol, ulong)
from harness.scram_client import Scram

_MESSAGE = b'\0alice\0' + ContractCase.users['alice'].encode()
_FIELDS = (symbol('PLAIN'), binary(_MESSAGE))


def init_of(*fields, **options):
    return frame(described(INIT, list8(*fields)), **options)


def named(frames):
    return frames if isinstance(frames, dict) else {sent.hex(): sent for sent in frames}


class FrameCase(ContractCase):
    """Each test sends many frames at once, a connection for each."""

    def send_each(self, frames, connection_context=None):
        """(what it is called, its connection) for each, with the greeting read. `frames`: {name:
        bytes}."""
        connections = [self.stream.connection() for _ in frames]
        self.stream.send(*(one.input(open=connection_context or context(),
                                     received=SASL_HEADER + sent)
                           for one, sent in zip(connections, frames.values())))
        for connection in connections:
            connection.read_greeting()
        return zip(frames, connections)

    @contextlib.contextmanager
    def naming(self, name):
        """Has a failure in here name the frame."""
        try:
            yield
        except (AssertionError, NoAnswer) as failure:
            raise AssertionError(f'{name}: {failure}') from failure

    def assert_logs_in(self, frames, connection_context=None):
        """The outcomes, by name. `frames`: {name: bytes}, or a list of the bytes alone."""
        outcomes = {}
        frames = named(frames)
        for name, connection in self.send_each(frames, connection_context):
            with self.naming(name):
                outcomes[name], _ = self.assert_accepted(connection, 'alice')
                self.assertEqual(connection.consumed, len(SASL_HEADER + frames[name]))
        return outcomes

    def assert_each_refused(self, frames, reason='MALFORMED_FRAME'):
        """At a failure `consumed` includes the frame that failed, if that was whole."""
        frames = named(frames)
        for name, connection in self.send_each(frames):
            with self.naming(name):
                self.assert_refused(connection, reason)
                self.assertEqual(connection.consumed, len(SASL_HEADER + frames[name]))


class Sent(ContractCase):
    """We never send a frame above 512 bytes; the harness looks at every one."""

    def test_is_no_frame_above_512_bytes_with_the_longest_nonce(self):
        """A SCRAM client nonce over 256 bytes is malformed."""
        for mechanism, name in (('SCRAM-SHA-256', 'sha256'), ('SCRAM-SHA-512', 'sha512')):
            self.log_in(self.answer(), mechanism=mechanism, hash_name=name, nonce='n' * 256)
            client = Scram('alice', self.users['alice'], nonce='n' * 257)
            connection = self.answer(SASL_HEADER, sasl_frames.init(mechanism, client.first()))
            self.assert_refused(connection, 'MALFORMED_MESSAGE')

    def test_is_no_frame_above_512_bytes_for_an_unknown_user(self):
        client = Scram('m' * 1000, 'wrong', nonce='n' * 256)
        connection = self.answer(SASL_HEADER, sasl_frames.init('SCRAM-SHA-256', client.first()))
        connection.send(sasl_frames.response(client.final(connection.read_challenge())))
        self.assert_refused(connection, 'UNKNOWN_USER')

    def test_is_every_mechanism_that_fits(self):
        bindings = [('tls-exporter', b'data')]
        names = self.stream.open(context('ordered', bindings=bindings,
                                         certificate=self.certificate('alice'))).read_greeting()
        self.assertEqual(names, ['PLAIN', 'SCRAM-SHA-1', 'EXTERNAL', 'SCRAM-SHA-256',
                                 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-512'])


class Descriptors(FrameCase):
    """Descriptors are accepted in every legal form (ulong in any width, or the symbol)."""

    def forms(self, code):
        return {'smallulong': smallulong(code), 'ulong': ulong(code),
                'sym8': symbol(NAMES[code]), 'sym32': symbol(NAMES[code], wide=True)}

    def test_of_an_init_in_every_form(self):
        self.assert_logs_in({name: frame(described(form, list8(*_FIELDS)))
                             for name, form in self.forms(INIT).items()})

    def test_of_a_response_in_every_form(self):
        for form in self.forms(RESPONSE).values():
            connection = self.answer(SASL_HEADER, sasl_frames.init('PLAIN'))
            self.assertEqual(connection.read_challenge(), b'')
            connection.send(frame(described(form, list8(binary(_MESSAGE)))))
            self.assert_accepted(connection, 'alice')

    def test_of_something_else_are_refused(self):
        names = {
            'ulong0': b'\x44',
            'a smallulong of another performative': smallulong(0x45),
            'AMQP open': smallulong(0x10),
            'a ulong that ends in the number of an init': ulong(0x100000041),
            'an unknown symbol': symbol('amqp:sasl-init:map'),
            'a longer symbol': symbol('amqp:sasl-init:list '),
            'an empty symbol': symbol(''),
            'a symbol with bytes outside ASCII': symbol(b'amqp:sasl-init:list\xc3\xa9'),
            'a string': string('amqp:sasl-init:list'),
            'a binary': binary('amqp:sasl-init:list'),
            'a ubyte': b'\x50\x41',
            'a uint': b'\x70\0\0\0\x41',
            'a smalluint': b'\x52\x41',
            'null': NULL,
            'a descriptor that is described': described(smallulong(0), smallulong(INIT)),
            'an unknown constructor': b'\xff',
        }
        self.assert_each_refused({name: frame(described(form, list8(*_FIELDS)))
                                  for name, form in names.items()})


class Encodings(FrameCase):
    """Every legal encoding of each field; extended headers are skipped."""

    def test_of_an_inits_fields(self):
        self.assert_logs_in([
            frame(described(INIT, make(symbol('PLAIN', wide_name), binary(_MESSAGE, wide_message),
                                       *hostname)))
            for make in (list8, list32)
            for wide_name in (False, True)
            for wide_message in (False, True)
            for hostname in ((), (NULL,), (string('h'),), (string('h', True),), (string(''),))])

    def test_of_a_hostname(self):
        hostnames = {'a': string('a'), 'bücher.example': string('bücher.example', True),
                     '\U0001f600': string('\U0001f600'), 'h' * 255: string('h' * 255),
                     'g' * 256: string('g' * 256), '': string('', True)}
        frames = {name: frame(described(INIT, list32(*_FIELDS, encoded)))
                  for name, encoded in hostnames.items()}
        for name, outcome in self.assert_logs_in(frames).items():
            self.assertEqual(outcome.hostname, name)

    def test_of_a_responses_field(self):
        for make in (list8, list32):
            for wide in (False, True):
                connection = self.answer(SASL_HEADER, sasl_frames.init('PLAIN'))
                connection.read_challenge()
                connection.send(frame(described(RESPONSE, make(binary(_MESSAGE, wide)))))
                self.assert_accepted(connection, 'alice')

    def test_of_an_extended_header(self):
        self.assert_logs_in({str(size): init_of(*_FIELDS, extended=b'\xff' * size)
                             for size in (4, 8, 400, 253 * 4)})

    def test_of_an_extended_header_that_comes_in_pieces(self):
        sent = SASL_HEADER + init_of(*_FIELDS, extended=b'\0' * 8)
        connection = self.answer()
        for byte in sent:
            connection.send(bytes([byte]))
        self.assert_accepted(connection, 'alice')

    def test_of_a_frames_channel_bytes(self):
        """Bytes 6 and 7 of a SASL frame are ignored (AMQP 1.0 part 5, 3.1)."""
        self.assert_logs_in([init_of(*_FIELDS, channel=0xffff)])


class InitialResponse(FrameCase):
    """An absent initial response (null, or a shorter list) differs from an empty one."""

    absent_forms = {
        'shorter list8': lambda name: list8(symbol(name)),
        'shorter list32': lambda name: list32(symbol(name)),
        'null': lambda name: list8(symbol(name), NULL),
        'null before a hostname': lambda name: list8(symbol(name), NULL, string('h')),
        'only nulls': lambda name: list8(symbol(name), NULL, NULL),
    }
    empty_forms = {
        'vbin8': lambda name: list8(symbol(name), binary(b'')),
        'vbin32': lambda name: list8(symbol(name), binary(b'', wide=True)),
    }

    def inits(self, forms, mechanism):
        return {name: frame(described(INIT, form(mechanism))) for name, form in forms.items()}

    def test_of_plain_is_asked_for_where_it_is_absent(self):
        """For a mechanism in which the client speaks first it is answered by an empty challenge,
        whose response then counts as the initial response (RFC 4422)."""
        for _, connection in self.send_each(self.inits(self.absent_forms, 'PLAIN')):
            self.assertEqual(connection.read_challenge(), b'')
            connection.send(sasl_frames.response(_MESSAGE))
            self.assert_accepted(connection, 'alice')

    def test_of_scram_is_asked_for_where_it_is_absent(self):
        for _, connection in self.send_each(self.inits(self.absent_forms, 'SCRAM-SHA-256')):
            self.assertEqual(connection.read_challenge(), b'')
            client = Scram('alice', self.users['alice'])
            connection.send(sasl_frames.response(client.first()))
            self.finish_login(connection, client)

    def test_is_a_malformed_message_where_it_is_empty(self):
        for mechanism in ('PLAIN', 'SCRAM-SHA-256'):
            self.assert_each_refused(self.inits(self.empty_forms, mechanism), 'MALFORMED_MESSAGE')

    def test_is_a_malformed_message_where_the_answer_to_the_challenge_is_empty(self):
        for mechanism in ('PLAIN', 'SCRAM-SHA-256'):
            connection = self.answer(SASL_HEADER, sasl_frames.init(mechanism))
            self.assertEqual(connection.read_challenge(), b'')
            connection.send(sasl_frames.response(b''))
            self.assert_refused(connection, 'MALFORMED_MESSAGE')

    def test_of_anonymous_may_be_absent_or_empty(self):
        """For ANONYMOUS and EXTERNAL absent and empty mean the same."""
        forms = {**self.absent_forms, **self.empty_forms}
        for _, connection in self.send_each(self.inits(forms, 'ANONYMOUS'), context('anonymous')):
            outcome, _ = self.assert_accepted(connection)
            self.assertEqual(outcome.identity.mechanism, 'ANONYMOUS')

    def test_of_external_may_be_absent_or_empty(self):
        forms = {**self.absent_forms, **self.empty_forms}
        certified = context(certificate=self.certificate('alice'))
        self.assert_logs_in(self.inits(forms, 'EXTERNAL'), certified)


class Refused(FrameCase):

    def test_a_mechanism_that_is_no_symbol(self):
        """Refused: a mechanism that is a string."""
        self.assert_each_refused({
            'str8': init_of(string('PLAIN'), _FIELDS[1]),
            'str32': init_of(string('PLAIN', True), _FIELDS[1]),
            'binary': init_of(binary('PLAIN'), _FIELDS[1]),
            'null': init_of(NULL, _FIELDS[1]),
            'an array of one symbol': init_of(b'\xe0\x08\x01\xa3\x05PLAIN', _FIELDS[1]),
            'bytes outside ASCII': init_of(symbol(b'PLAIN\xc3\xa9'), _FIELDS[1]),
        })

    def test_a_mechanism_of_another_name(self):
        self.assert_each_refused({name: init_of(symbol(name), _FIELDS[1]) for name in
                                  ('', 'plain', 'PLAIN\0', 'PLAIN ', 'SCRAM-SHA-256-PLUS',
                                   'P' * 180)}, 'MECHANISM_NOT_OFFERED')

    def test_a_list_longer_than_its_type(self):
        """Refused: a list longer than its type."""
        self.assert_each_refused({
            'init of 4': init_of(*_FIELDS, string('h'), NULL),
            'init of 4, the last one a value': init_of(*_FIELDS, NULL, binary(b'x')),
            'init of 4 in list32': frame(described(INIT, list32(*_FIELDS, NULL, NULL))),
            'response of 2': frame(described(RESPONSE, list8(binary(b''), NULL))),
        })

    def test_a_list_whose_count_is_not_that_of_its_fields(self):
        self.assert_each_refused({
            'fewer': frame(described(INIT, list8(*_FIELDS, count=1))),
            'none': frame(described(INIT, list8(*_FIELDS, count=0))),
            'more': frame(described(INIT, list8(*_FIELDS, count=3))),
            'very many': frame(described(INIT, list32(*_FIELDS, count=0xffffffff))),
        })

    def test_bytes_after_the_list(self):
        """Refused: bytes after the list in a frame."""
        whole = described(INIT, list8(*_FIELDS))
        self.assert_each_refused({'a zero': frame(whole + b'\0'), 'a null': frame(whole + NULL),
                                  'another init': frame(whole + whole)})

    def test_fields_of_another_type(self):
        self.assert_each_refused({
            'a symbol for the initial response': init_of(_FIELDS[0], symbol('alice')),
            'a string for the initial response': init_of(_FIELDS[0], string(_MESSAGE)),
            'a list for the initial response': init_of(_FIELDS[0], LIST0),
            'a binary for the hostname': init_of(*_FIELDS, binary('h')),
            'a symbol for the hostname': init_of(*_FIELDS, symbol('h')),
            'a boolean for the hostname': init_of(*_FIELDS, b'\x41'),
            'an unknown constructor': init_of(*_FIELDS, b'\x3f'),
        })

    def test_a_hostname_that_is_not_utf8(self):
        self.assert_each_refused({encoded.hex(): init_of(*_FIELDS, string(encoded)) for encoded in
                                  (b'\xff', b'h\x80', b'\xc0\xaf', b'\xed\xa0\x80',
                                   b'\xf4\x90\x80\x80', b'\xe2\x82', b'\xc3')})

    def test_a_body_that_is_no_performative(self):
        whole = described(INIT, list8(*_FIELDS))
        self.assert_each_refused({
            'not described': frame(list8(*_FIELDS)),
            'no value': frame(b'\x00\x53\x41'),
            'no descriptor': frame(b'\x00'),
            'a map': frame(described(INIT, b'\xc1' + whole[4:])),
            'an array': frame(described(INIT, b'\xe0' + whole[4:])),
            'a null': frame(described(INIT, NULL)),
            'a binary': frame(described(INIT, binary(b''))),
            'zeros': frame(b'\0' * 40),
        })

    def test_an_init_or_a_response_without_what_it_must_have(self):
        self.assert_each_refused({
            'init of list0': frame(described(INIT, LIST0)),
            'init of an empty list8': frame(described(INIT, list8())),
            'init of an empty list32': frame(described(INIT, list32())),
            'response of list0': frame(described(RESPONSE, LIST0)),
            'response of null': frame(described(RESPONSE, list8(NULL))),
            'response of a string': frame(described(RESPONSE, list8(string('r')))),
            'response of a symbol': frame(described(RESPONSE, list8(symbol('r')))),
        })

    def test_values_that_run_past_their_end(self):
        """Sizes that are cut short, at each place where a size stands."""
        narrow = described(INIT, list8(*_FIELDS))
        wide = described(INIT, list32(symbol('PLAIN', True), binary(_MESSAGE, True)))
        cut = {f'{name} cut to {size}': frame(body[:size])
               for name, body in (('narrow', narrow), ('wide', wide))
               for size in range(1, len(body))}
        self.assert_each_refused(cut)
        self.assert_each_refused({
            'list8 of size 0': frame(described(INIT, b'\xc0\x00')),
            'list32 of size 3': frame(described(INIT, b'\xd0\0\0\0\x03\0\0\0')),
            'list8 beyond the frame': frame(described(INIT, b'\xc0\xff' + narrow[5:])),
            'list32 beyond the frame': frame(described(INIT, b'\xd0\xff\xff\xff\xff' + wide[8:])),
            'sym8 beyond the list': init_of(b'\xa3\xffPLAIN'),
            'sym32 beyond the list': init_of(b'\xb3\xff\xff\xff\xffPLAIN'),
            'vbin8 beyond the list': init_of(_FIELDS[0], b'\xa0\x40' + _MESSAGE),
            'vbin32 beyond the list': init_of(_FIELDS[0], b'\xb0\x80\0\0\0' + _MESSAGE),
            'str32 beyond the list': init_of(*_FIELDS, b'\xb1\0\0\1\0h'),
        })

    def test_a_frame_that_is_no_sasl_frame(self):
        self.assert_each_refused({
            'of type AMQP': init_of(*_FIELDS, frame_type=0),
            'of an unknown type': init_of(*_FIELDS, frame_type=2),
            'with an offset of 0': init_of(*_FIELDS, doff=0),
            'with an offset of 1': init_of(*_FIELDS, doff=1),
            'with an offset past its end': init_of(*_FIELDS, doff=255),
            'with an offset into its body': init_of(*_FIELDS, doff=3),
        })

    def test_a_frame_smaller_than_its_header(self):
        for size in range(8):
            connection = self.answer(SASL_HEADER, frame(b'', size=size))
            self.assert_refused(connection, 'MALFORMED_FRAME')

    def test_an_empty_frame(self):
        """Refused: an empty frame (a listener may choose to skip those)."""
        self.assert_each_refused({'bare': frame(b''), 'extended': frame(b'', extended=b'\0' * 8)})

    def test_an_empty_frame_after_an_init(self):
        connection = self.answer(SASL_HEADER, sasl_frames.init('PLAIN'), frame(b''))
        connection.read_challenge()
        self.assert_refused(connection, 'MALFORMED_FRAME')

    def test_no_empty_frame_where_the_listener_skips_them(self):
        connection = self.answer(SASL_HEADER, frame(b''), frame(b''), sasl_frames.init('PLAIN'),
                                 frame(b''), connection_context=context('skipping'))
        connection.read_challenge()
        connection.send(frame(b'') + sasl_frames.response(_MESSAGE))
        self.assert_accepted(connection, 'alice')

    def test_a_second_init(self):
        """Refused: a second init."""
        for second in ('PLAIN', 'SCRAM-SHA-256'):
            connection = self.answer(SASL_HEADER, sasl_frames.init('PLAIN'))
            connection.read_challenge()
            connection.send(sasl_frames.init(second, _MESSAGE))
            self.assert_refused(connection, 'OUT_OF_TURN')

    def test_a_second_init_in_the_same_bytes(self):
        connection = self.answer(SASL_HEADER, sasl_frames.init('PLAIN'),
                                 sasl_frames.init('PLAIN', _MESSAGE))
        connection.read_challenge()
        self.assert_refused(connection, 'OUT_OF_TURN')

    def test_a_response_before_a_challenge(self):
        """Refused: a response before a challenge."""
        self.assert_each_refused([sasl_frames.response(_MESSAGE), sasl_frames.response(b'')],
                                 'OUT_OF_TURN')

    def test_a_frame_that_only_a_server_sends(self):
        """Refused: any frame that only a server sends."""
        sent = {
            'mechanisms': frame(described(MECHANISMS, list8(symbol('PLAIN')))),
            'an array of mechanisms': frame(described(
                MECHANISMS, list8(b'\xe0\x08\x01\xa3\x05PLAIN'))),
            'challenge': frame(described(CHALLENGE, list8(binary(b'c')))),
            'outcome': frame(described(OUTCOME, list8(b'\x50\x00'))),
            'outcome with data': frame(described(OUTCOME, list8(b'\x50\x00', binary(b'v=')))),
        }
        self.assert_each_refused(sent, 'OUT_OF_TURN')
        for one in sent.values():
            connection = self.answer(SASL_HEADER, sasl_frames.init('PLAIN'))
            connection.read_challenge()
            connection.send(one)
            self.assert_refused(connection, 'OUT_OF_TURN')
