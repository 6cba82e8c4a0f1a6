"""What the contract says of codes: which fault gets which, and that the client hears the same."""

import grpc

from harness import sasl_frames
from harness.contract_case import AUTH, SYS_PERM, ContractCase, ContractService
from harness.contract_client import context, list_mechanisms
from harness.sasl_frames import AMQP_HEADER, SASL_HEADER
from harness.scram_client import Scram
from harness.stubs import wire

# What every other test checks of every outcome, in ContractCase.assert_refused, is not repeated
# here: the code in the sasl-outcome frame always equals `Outcome.code`.


class ClientsFault(ContractCase):
    """The client's fault (bad credentials, anything malformed or out of turn, a mechanism that is
    not offered, TLS missing): AUTH."""

    def assert_auth(self, reason, *sent, connection_context=None):
        connection = self.answer(SASL_HEADER, *sent, connection_context=connection_context)
        return self.assert_refused(connection, reason, AUTH)

    def test_wrong_password_by_plain(self):
        self.assert_auth('BAD_CREDENTIALS', sasl_frames.plain('alice', 'wrong'))

    def test_unknown_user_by_plain(self):
        self.assert_auth('UNKNOWN_USER', sasl_frames.plain('mallory', 'wrong'))

    def test_wrong_password_by_scram(self):
        for user, reason in (('alice', 'BAD_CREDENTIALS'), ('mallory', 'UNKNOWN_USER')):
            client = Scram(user, 'wrong')
            connection = self.answer(SASL_HEADER,
                                     sasl_frames.init('SCRAM-SHA-256', client.first()))
            connection.send(sasl_frames.response(client.final(connection.read_challenge())))
            self.assert_refused(connection, reason)

    def test_foreign_authorization_id(self):
        self.assert_auth('AUTHZID_NOT_ALLOWED',
                         sasl_frames.plain('alice', self.users['alice'], authorization_id='bob'))

    def test_malformed_frame(self):
        self.assert_auth('MALFORMED_FRAME', sasl_frames.frame(b'\x01'))

    def test_malformed_message(self):
        self.assert_auth('MALFORMED_MESSAGE', sasl_frames.init('PLAIN', b'no NUL'))

    def test_out_of_turn(self):
        self.assert_auth('OUT_OF_TURN', sasl_frames.response(b''))

    def test_mechanism_not_offered(self):
        self.assert_auth('MECHANISM_NOT_OFFERED', sasl_frames.init('KERBEROS_V4', b''))

    def test_tls_missing(self):
        self.assert_auth('TLS_REQUIRED', sasl_frames.plain('alice', self.users['alice']),
                         connection_context=context(tls=False))

    def test_wrong_protocol_header(self):
        """A wrong protocol header gets our header (already sent) and no frame."""
        for header in (AMQP_HEADER, b'AMQP\x02\x01\x00\x00', b'AMQP\x03\x01\x00\x01',
                       b'AMQP\x03\x00\x09\x01', b'AMQP\x00\x00\x09\x01', b'GET / HTTP/1.1\r\n',
                       b'\x16\x03\x01\x02\x00\x01\x00\x01'):
            connection = self.answer(header)
            self.assert_refused(connection, 'PROTOCOL_HEADER', AUTH, tells_client=False)
            self.assertEqual(connection.consumed, 0)


class Success(ContractCase):

    def test_has_an_identity_and_no_reason(self):
        """`identity` is set if and only if code is OK; the reason unspecified if and only if code
        is OK; the handshake id on every outcome, and the hostname that the client named."""
        init = sasl_frames.init('PLAIN', f'\0alice\0{self.users["alice"]}'.encode(),
                                'broker.example')
        outcome, _ = self.assert_accepted(self.answer(SASL_HEADER, init))
        self.assertEqual(outcome.hostname, 'broker.example')
        self.assertEqual(outcome.detail, '')
        identity = outcome.identity
        self.assertEqual((identity.authentication_id, identity.authorization_id,
                          identity.mechanism, identity.store, identity.channel_bound),
                         ('alice', 'alice', 'PLAIN', 'local', False))

    def test_has_a_handshake_id_of_its_own(self):
        outcomes = [self.log_in(self.answer()) for _ in range(2)]
        self.assertNotEqual(outcomes[0].handshake_id, outcomes[1].handshake_id)


class RefusalAtOpen(ContractCase):
    """A refusal at `open` sends our header and the sasl-outcome, without mechanisms."""

    def test_of_a_listener_without_a_policy_is_permanent(self):
        """Misconfiguration (no policy for this listener): SYS_PERM."""
        for listener in ('elsewhere', '', 'Default'):
            for received in (b'', SASL_HEADER, b'HTTP/1.1'):
                connection = self.stream.open(context(listener), received=received)
                self.assert_refused_at_open(connection, 'NO_POLICY', SYS_PERM)
                connection.send(SASL_HEADER)
                self.assert_silent(connection)

    def test_of_a_connection_without_a_context_is_by_its_empty_listener(self):
        connection = self.stream.open(wire.ConnectionContext())
        self.assert_refused_at_open(connection, 'NO_POLICY', SYS_PERM)

    def test_where_nothing_is_left_to_offer_is_the_clients_fault(self):
        connection = self.stream.open(context('certificates'))
        self.assert_refused_at_open(connection, 'MECHANISM_NOT_OFFERED', AUTH)
        # The mechanism needs a certificate, and so TLS.
        connection = self.stream.open(context('certificates', tls=False))
        self.assert_refused_at_open(connection, 'TLS_REQUIRED', AUTH)


class ListMechanisms(ContractCase):
    """ListMechanisms has no SASL code to answer with."""

    def names(self, channel=None, **request):
        answer = list_mechanisms(channel or self.channel, **request)
        return [mechanism.name for mechanism in answer.mechanisms]

    def test_is_in_order_of_preference(self):
        self.assertEqual(self.names(context=context('ordered')),
                         ['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])

    def test_is_what_a_handshake_is_offered(self):
        certificate = self.certificate('alice')
        for listener in ('default', 'ordered', 'anonymous', 'unique', 'cleartext'):
            for traits in ({}, {'tls': False}, {'certificate': certificate},
                           {'bindings': [('tls-exporter', b'data')]},
                           {'bindings': [('tls-unique', b'data')], 'certificate': certificate}):
                asked = context(listener, **traits)
                offered = self.stream.open(asked).read_greeting()
                self.assertEqual(self.names(context=asked), offered, (listener, traits))

    def test_describes_each_mechanism(self):
        asked = context('anonymous')
        plain = {one.name: one for one in
                 list_mechanisms(self.channel, context=asked).mechanisms}['PLAIN']
        self.assertEqual((plain.client_first, plain.server_sends_final_data,
                          plain.supports_authzid, plain.channel_binding),
                         (wire.CLIENT_FIRST_REQUIRED, False, True, False))
        asked = context(bindings=[('tls-exporter', b'data')])
        plus = {one.name: one for one in
                list_mechanisms(self.channel, context=asked).mechanisms}['SCRAM-SHA-256-PLUS']
        self.assertEqual((plus.client_first, plus.server_sends_final_data,
                          plus.supports_authzid, plus.channel_binding),
                         (wire.CLIENT_FIRST_REQUIRED, True, True, True))

    def test_without_a_policy_is_a_failed_precondition(self):
        for request in ({'context': context('elsewhere')}, {'context': wire.ConnectionContext()},
                        {}):
            with self.assertRaises(grpc.RpcError) as refused:
                self.names(**request)
            self.assertEqual(refused.exception.code(), grpc.StatusCode.FAILED_PRECONDITION)

    def test_without_a_context_is_of_an_empty_one(self):
        """No context is an empty context."""
        service = ContractService(listeners='')
        self.addCleanup(service.stop)
        channel = self.new_channel(service)
        names = self.names(channel)
        self.assertEqual(names, ['SCRAM-SHA-512', 'SCRAM-SHA-256'])
        self.assertEqual(names, self.names(channel, context=wire.ConnectionContext()))

    def test_offers_nothing_where_nothing_is_left(self):
        self.assertEqual(self.names(context=context('certificates')), [])
