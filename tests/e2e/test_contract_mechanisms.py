"""What the contract says of mechanisms: where each is offered, of SCRAM and of SASLprep."""

import base64

from harness import sasl_frames
from harness.contract_case import ContractCase, ContractService
from harness.contract_client import context
from harness.processes import ProgramFailed
from harness.sasl_frames import SASL_HEADER
from harness.scram_client import Scram, encode64

_EXPORTER = ('tls-exporter', b'e' * 32)
_END_POINT = ('tls-server-end-point', b'p' * 32)
_UNIQUE = ('tls-unique', b'u' * 12)


class MechanismCase(ContractCase):

    def offered(self, *arguments, **traits):
        connection = self.stream.open(context(*arguments, **traits))
        names = connection.read_greeting()
        connection.send_closed()
        return names

    def begin_scram(self, client, mechanism='SCRAM-SHA-256', **traits):
        return self.answer(SASL_HEADER, sasl_frames.init(mechanism, client.first()),
                           connection_context=context(**traits))


class Offered(MechanismCase):
    """Offered only where they can work and are safe."""

    def test_plain_only_over_tls_unless_policy_says_otherwise(self):
        self.assertIn('PLAIN', self.offered())
        self.assertNotIn('PLAIN', self.offered(tls=False))
        self.assertIn('PLAIN', self.offered('cleartext', tls=False))

    def test_plain_withheld_is_refused_with_the_right_password(self):
        login = SASL_HEADER + sasl_frames.plain('alice', self.users['alice'])
        connection = self.answer(login, connection_context=context(tls=False))
        self.assert_refused(connection, 'TLS_REQUIRED')
        connection = self.answer(login, connection_context=context('cleartext', tls=False))
        self.assert_accepted(connection, 'alice')

    def test_external_only_with_a_verified_client_certificate(self):
        certificate = self.certificate('alice')
        self.assertNotIn('EXTERNAL', self.offered())
        self.assertNotIn('EXTERNAL', self.offered(tls=False))
        self.assertIn('EXTERNAL', self.offered(certificate=certificate))
        init = sasl_frames.init('EXTERNAL', b'')
        connection = self.answer(SASL_HEADER, init)
        self.assert_refused(connection, 'MECHANISM_NOT_OFFERED')
        connection = self.answer(SASL_HEADER, init,
                                 connection_context=context(certificate=certificate))
        self.assert_accepted(connection, 'alice')

    def test_plus_only_with_a_binding_of_a_type_that_policy_accepts(self):
        plus = ['SCRAM-SHA-512-PLUS', 'SCRAM-SHA-256-PLUS']
        for listener, binding, expected in (
                ('default', _EXPORTER, plus), ('default', _END_POINT, plus),
                ('default', _UNIQUE, []), ('unique', _UNIQUE, plus), ('unique', _EXPORTER, []),
                ('default', ('tls-exporter', b''), []), ('default', ('tls-other', b'x'), [])):
            names = self.offered(listener, bindings=[binding])
            self.assertEqual([name for name in names if name.endswith('-PLUS')], expected,
                             (listener, binding))
        self.assertEqual([name for name in self.offered() if name.endswith('-PLUS')], [])
        self.assertLessEqual(set(plus), set(self.offered(bindings=[_UNIQUE, _EXPORTER])))

    def test_others_only_where_policy_names_them(self):
        """GSSAPI, CRAM-MD5, DIGEST-MD5 and ANONYMOUS only where policy names them."""
        named = {'GSSAPI', 'CRAM-MD5', 'DIGEST-MD5', 'ANONYMOUS'}
        by_default = self.offered(certificate=self.certificate('alice'), bindings=[_EXPORTER])
        self.assertEqual(named & set(by_default), set())
        self.assertIn('ANONYMOUS', self.offered('anonymous'))
        for mechanism in sorted(named):
            connection = self.answer(SASL_HEADER, sasl_frames.init(mechanism, b''))
            self.assert_refused(connection, 'MECHANISM_NOT_OFFERED')

    def test_others_only_where_policy_names_them_with_no_configuration(self):
        service = ContractService(listeners='')
        self.addCleanup(service.stop)
        stream = self.new_stream(self.new_channel(service))
        names = stream.open(context('anything', tls=False)).read_greeting()
        self.assertEqual(names, ['SCRAM-SHA-512', 'SCRAM-SHA-256'])


class ChannelBinding(MechanismCase):

    def test_is_told_of_in_the_identity(self):
        for binding in (_EXPORTER, _END_POINT):
            for mechanism, name in (('SCRAM-SHA-256-PLUS', 'sha256'),
                                    ('SCRAM-SHA-512-PLUS', 'sha512')):
                connection = self.answer(connection_context=context(bindings=[binding]))
                outcome = self.log_in(connection, mechanism=mechanism, hash_name=name,
                                      flag=f'p={binding[0]}', binding=binding[1])
                self.assertTrue(outcome.identity.channel_bound)
        connection = self.answer(connection_context=context(bindings=[_EXPORTER]))
        self.assertFalse(self.log_in(connection).identity.channel_bound)

    def test_of_another_channel_is_refused(self):
        client = Scram('alice', self.users['alice'], flag='p=tls-exporter', binding=b'f' * 32)
        connection = self.begin_scram(client, 'SCRAM-SHA-256-PLUS', bindings=[_EXPORTER])
        connection.send(sasl_frames.response(client.final(connection.read_challenge())))
        self.assert_refused(connection, 'CHANNEL_BINDING_MISMATCH')

    def test_of_a_type_that_the_connection_lacks_is_refused(self):
        client = Scram('alice', self.users['alice'], flag='p=tls-server-end-point',
                       binding=_END_POINT[1])
        connection = self.begin_scram(client, 'SCRAM-SHA-256-PLUS', bindings=[_EXPORTER])
        self.assert_refused(connection, 'CHANNEL_BINDING_MISMATCH')

    def test_flag_y_fails_where_a_plus_mechanism_was_offered(self):
        """SCRAM: flag `y` fails if and only if a -PLUS mechanism was offered on this
        connection."""
        for binding in (_EXPORTER, _END_POINT):
            client = Scram('alice', self.users['alice'], flag='y')
            connection = self.begin_scram(client, bindings=[binding])
            self.assert_refused(connection, 'CHANNEL_BINDING_DOWNGRADE')

    def test_flag_y_succeeds_where_none_was_offered(self):
        for traits in ({}, {'tls': False}, {'bindings': [_UNIQUE]},
                       {'bindings': [('tls-exporter', b'')]}):
            connection = self.answer(connection_context=context(**traits))
            self.log_in(connection, flag='y')

    def test_flag_p_without_plus_fails(self):
        """`p=` without -PLUS in the mechanism's name fails."""
        for traits in ({}, {'bindings': [_EXPORTER]}):
            client = Scram('alice', self.users['alice'], flag='p=tls-exporter',
                           binding=_EXPORTER[1])
            self.assert_refused(self.begin_scram(client, **traits), 'CHANNEL_BINDING_WITHOUT_PLUS')

    def test_flags_n_and_y_with_plus_fail(self):
        for flag, reason in (('n', 'MALFORMED_MESSAGE'), ('y', None)):
            client = Scram('alice', self.users['alice'], flag=flag)
            connection = self.begin_scram(client, 'SCRAM-SHA-256-PLUS', bindings=[_EXPORTER])
            outcome, frames = connection.read_outcome()
            self.assertEqual(frames, [sasl_frames.Outcome(1, None)])
            if reason is not None:
                self.assert_consistent(outcome, outcome.code, reason)


class ScramMessages(MechanismCase):

    def begin(self, **scram):
        client = Scram('alice', self.users['alice'], **scram)
        connection = self.begin_scram(client)
        return client, connection, connection.read_challenge()

    def test_of_each_hash_log_in(self):
        for mechanism, name in (('SCRAM-SHA-256', 'sha256'), ('SCRAM-SHA-512', 'sha512')):
            outcome = self.log_in(self.answer(), mechanism=mechanism, hash_name=name)
            self.assertEqual(outcome.identity.mechanism, mechanism)

    def test_with_a_proof_in_base64_that_is_not_canonical_are_refused(self):
        """Base64 must be canonical."""
        alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

        def with_stray_bits(proof):
            # 32 bytes leave 2 bits of the last digit unused.
            text = encode64(proof)
            return text[:-2] + alphabet[alphabet.index(text[-2]) + 1] + '='

        odd = {
            'stray bits': with_stray_bits,
            'no padding': lambda proof: encode64(proof).rstrip('='),
            'more padding': lambda proof: encode64(proof) + '=',
            'more padded groups': lambda proof: encode64(proof) + '====',
            'the alphabet for URLs': lambda proof: '-_' + encode64(proof)[2:],
            'a blank': lambda proof: encode64(proof)[:20] + ' ' + encode64(proof)[20:],
            'a line feed at the end': lambda proof: encode64(proof) + '\n',
            'padding inside': lambda proof: encode64(proof[:16]) + encode64(proof[16:]),
            'nothing': lambda proof: '',
        }
        self.assertEqual(base64.b64decode(with_stray_bits(b'p' * 32)), b'p' * 32)
        for encode in odd.values():
            client, connection, challenge = self.begin()
            connection.send(sasl_frames.response(client.final(challenge, encode_proof=encode)))
            self.assert_refused(connection, 'MALFORMED_MESSAGE')

    def test_with_a_channel_in_base64_that_is_not_canonical_are_refused(self):
        # "n,a=alice,": 10 bytes leave 4 bits of the last digit unused.
        for channel in ('bixhPWFsaWNlLB==', 'bixhPWFsaWNlLA', 'bixhPWFsaWNlLA=',
                        'bixhPWFsaWNlLA== '):
            client, connection, challenge = self.begin(authorization_id='alice')
            nonce = challenge.decode().split(',')[0]
            final = client.final(challenge, without_proof=f'c={channel},{nonce}')
            connection.send(sasl_frames.response(final))
            self.assert_refused(connection, 'MALFORMED_MESSAGE')
        client, connection, challenge = self.begin(authorization_id='alice')
        final = client.final(challenge, without_proof='c=bixhPWFsaWNlLA==,'
                             + challenge.decode().split(',')[0])
        connection.send(sasl_frames.response(final))
        self.assert_accepted(connection, 'alice')

    def test_that_do_not_repeat_what_was_agreed_are_refused(self):
        for change in (lambda nonce: f'c=biws,r={nonce}x', lambda nonce: f'c=biws,r={nonce[:-1]}',
                       lambda nonce: f'c=eSws,r={nonce}', lambda nonce: f'r={nonce},c=biws'):
            client, connection, challenge = self.begin()
            nonce = challenge.decode().split(',')[0][2:]
            final = client.final(challenge, without_proof=change(nonce))
            connection.send(sasl_frames.response(final))
            self.assert_refused(connection, 'MALFORMED_MESSAGE')

    def test_of_the_server_as_a_challenge_are_answered_by_an_empty_response(self):
        """A server-final sent as a challenge must be answered by an empty response."""
        asked = context('final-challenge')
        for answer, accepted in ((b'', True), (b' ', False), (b'v=', False)):
            client = Scram('alice', self.users['alice'])
            connection = self.answer(SASL_HEADER,
                                     sasl_frames.init('SCRAM-SHA-256', client.first()),
                                     connection_context=asked)
            connection.send(sasl_frames.response(client.final(connection.read_challenge())))
            self.assertTrue(client.verifies(connection.read_challenge()))
            self.assert_silent(connection)
            connection.send(sasl_frames.response(answer))
            if accepted:
                _, frames = self.assert_accepted(connection, 'alice')
                self.assertIsNone(frames[0].data)
            else:
                self.assert_refused(connection, 'MALFORMED_MESSAGE')


class Prepared(MechanismCase):
    """SASLprep (RFC 4013, Unicode 3.2) prepares names and passwords on the server, for PLAIN and
    SCRAM. `authentication_id` is the prepared form."""

    # What the client sends, and what it becomes: mapped to nothing, and NFKC.
    names = {'al\u00adice': 'alice', '\u2168': 'IX', 'I\u200dX': 'IX', '\uff42ob': 'bob'}

    def test_names_of_plain(self):
        for sent, prepared in self.names.items():
            connection = self.answer(SASL_HEADER, sasl_frames.plain(sent, self.users[prepared]))
            outcome, _ = self.assert_accepted(connection, prepared)
            self.assertEqual(outcome.identity.authorization_id, prepared)

    def test_names_of_scram(self):
        for sent, prepared in self.names.items():
            client = Scram(sent, self.users[prepared])
            connection = self.begin_scram(client)
            outcome = self.finish_login(connection, client)
            self.assertEqual(outcome.identity.authentication_id, prepared)

    def test_authorization_ids(self):
        init = sasl_frames.plain('alice', self.users['alice'], authorization_id='al\u00adice')
        outcome, _ = self.assert_accepted(self.answer(SASL_HEADER, init), 'alice')
        self.assertEqual(outcome.identity.authorization_id, 'alice')
        client = Scram('alice', self.users['alice'], authorization_id='\uff41lice')
        outcome = self.finish_login(self.begin_scram(client), client)
        self.assertEqual(outcome.identity.authorization_id, 'alice')

    def test_passwords(self):
        for user, sent in (('alice', 'correct\u00a0horse\u3000battery sta\u00adple'),
                           ('IX', 'nine \u2168')):
            self.assert_accepted(self.answer(SASL_HEADER, sasl_frames.plain(user, sent)), user)

    def test_passwords_when_they_are_stored(self):
        self.service.ctl.add_user('carol', '\u2168 \u00adlives')
        for password in ('IX lives', '\u2168 lives'):
            connection = self.answer(SASL_HEADER, sasl_frames.plain('carol', password))
            self.assert_accepted(connection, 'carol')
        client = Scram('carol', 'IX lives')
        self.finish_login(self.begin_scram(client), client)

    def test_what_is_prohibited_is_malformed(self):
        # A control character, a private use one, text of two directions, nothing left at all.
        for name in ('ali\u0007ce', 'alice\ue000', '\u0627alice', '\u00ad'):
            connection = self.answer(SASL_HEADER, sasl_frames.plain(name, 'password'))
            self.assert_refused(connection, 'MALFORMED_MESSAGE')
            connection = self.begin_scram(Scram(name, 'password'))
            self.assert_refused(connection, 'MALFORMED_MESSAGE')

    def test_unassigned_code_points_are_allowed_in_a_query(self):
        """Unassigned code points are allowed in a query and not in what is stored."""
        # U+0221 came with Unicode 4.0.
        connection = self.answer(SASL_HEADER, sasl_frames.plain('al\u0221ce', 'password'))
        self.assert_refused(connection, 'UNKNOWN_USER')
        connection = self.answer(SASL_HEADER, sasl_frames.plain('alice', 'pass\u0221'))
        self.assert_refused(connection, 'BAD_CREDENTIALS')

    def test_unassigned_code_points_are_not_stored(self):
        for name, password in (('d\u0221ve', 'password'), ('dave', 'pass\u0221')):
            with self.assertRaises(ProgramFailed):
                self.service.ctl.add_user(name, password)
