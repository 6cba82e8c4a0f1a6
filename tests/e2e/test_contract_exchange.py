"""What the contract says of Exchange: SASL without AMQP's frames."""

import grpc

from harness.contract_case import AUTH, OK, SYS_PERM, SYS_TEMP, ContractCase
from harness.contract_client import context
from harness.sasl_frames import SASL_HEADER
from harness.scram_client import Scram
from harness.stubs import wire

_PLAIN = b'\0alice\0' + ContractCase.users['alice'].encode()


class ExchangeCase(ContractCase):

    def setUp(self):
        super().setUp()
        self.exchange = self.new_exchange()

    def assert_ends(self, exchange, status=grpc.StatusCode.OK):
        """Ended with this status, and without another answer."""
        self.assertEqual(exchange.status(), status)
        self.assertEqual(exchange.unread(), [])

    def assert_exchange_accepted(self, exchange, username='alice'):
        outcome = exchange.read_outcome()
        self.assert_consistent(outcome, OK)
        self.assertEqual(outcome.identity.authentication_id, username)
        self.assert_ends(exchange)
        return outcome

    def assert_exchange_refused(self, exchange, reason, code=AUTH):
        """An outcome, after which the service ends the call with OK."""
        outcome = exchange.read_outcome()
        self.assert_consistent(outcome, code, reason)
        self.assertFalse(outcome.HasField('final_data'))
        self.assert_ends(exchange)
        return outcome

    def finish_exchange(self, exchange, client, username='alice'):
        exchange.respond(client.final(exchange.read_challenge()))
        outcome = self.assert_exchange_accepted(exchange, username)
        self.assertTrue(client.verifies(outcome.final_data))
        return outcome


class Logins(ExchangeCase):

    def test_by_plain_have_no_final_data(self):
        """`final_data` is absent where the mechanism has none."""
        self.exchange.start('PLAIN', _PLAIN, hostname='broker.example')
        outcome = self.assert_exchange_accepted(self.exchange)
        self.assertFalse(outcome.HasField('final_data'))
        self.assertEqual((outcome.identity.mechanism, outcome.identity.authorization_id,
                          outcome.identity.store), ('PLAIN', 'alice', 'local'))

    def test_by_scram_have_the_servers_proof_as_final_data(self):
        for mechanism, name in (('SCRAM-SHA-256', 'sha256'), ('SCRAM-SHA-512', 'sha512')):
            exchange = self.new_exchange()
            client = Scram('alice', self.users['alice'], hash_name=name)
            exchange.start(mechanism, client.first())
            self.finish_exchange(exchange, client)

    def test_by_scram_with_channel_binding(self):
        client = Scram('alice', self.users['alice'], flag='p=tls-exporter', binding=b'e' * 32)
        self.exchange.start('SCRAM-SHA-256-PLUS', client.first(),
                            context(bindings=[('tls-exporter', b'e' * 32)]))
        outcome = self.finish_exchange(self.exchange, client)
        self.assertTrue(outcome.identity.channel_bound)

    def test_by_external(self):
        certified = context(certificate=self.certificate('alice'))
        for initial_response in (None, b''):
            exchange = self.new_exchange()
            exchange.start('EXTERNAL', initial_response, certified)
            outcome = self.assert_exchange_accepted(exchange)
            self.assertFalse(outcome.HasField('final_data'))

    def test_without_an_initial_response_are_asked_for_it(self):
        """Absent and empty differ; absent is answered by an empty challenge."""
        self.exchange.start('PLAIN')
        self.assertEqual(self.exchange.read_challenge(), b'')
        self.exchange.respond(_PLAIN)
        self.assert_exchange_accepted(self.exchange)

    def test_with_an_empty_initial_response_are_malformed(self):
        for mechanism in ('PLAIN', 'SCRAM-SHA-256'):
            exchange = self.new_exchange()
            exchange.start(mechanism, b'')
            self.assert_exchange_refused(exchange, 'MALFORMED_MESSAGE')

    def test_run_beside_one_another(self):
        exchanges = [self.new_exchange() for _ in range(10)]
        clients = [Scram('bob', self.users['bob']) for _ in exchanges]
        for exchange, client in zip(exchanges, clients):
            exchange.start('SCRAM-SHA-256', client.first())
        for exchange, client in zip(exchanges, clients):
            self.finish_exchange(exchange, client, 'bob')


class Mistakes(ExchangeCase):
    """The call's own mistakes (a response before the start, a second start, an empty message, an
    unknown critical parameter) end it with INVALID_ARGUMENT."""

    def assert_mistaken(self, exchange):
        self.assert_ends(exchange, grpc.StatusCode.INVALID_ARGUMENT)

    def test_a_response_before_the_start(self):
        for response in (b'', _PLAIN):
            exchange = self.new_exchange()
            exchange.respond(response)
            self.assert_mistaken(exchange)

    def test_a_second_start(self):
        self.exchange.start('PLAIN')
        self.exchange.read_challenge()
        self.exchange.start('PLAIN', _PLAIN)
        self.assert_mistaken(self.exchange)

    def test_an_empty_message_first(self):
        self.exchange.write(wire.ExchangeRequest())
        self.assert_mistaken(self.exchange)

    def test_an_empty_message_later(self):
        self.exchange.start('PLAIN')
        self.exchange.read_challenge()
        self.exchange.write(b'')
        self.assert_mistaken(self.exchange)

    def test_an_unknown_critical_parameter(self):
        self.exchange.start('PLAIN', _PLAIN, parameters=[
            wire.Parameter(name='realm', value='a'),
            wire.Parameter(name='unheard-of', value='b', critical=True)])
        self.assert_mistaken(self.exchange)

    def test_an_undecodable_message(self):
        self.exchange.write(b'\xff')
        self.assert_mistaken(self.exchange)

    def test_no_mistake_is_an_unknown_parameter_that_is_not_critical(self):
        self.exchange.start('PLAIN', _PLAIN,
                            parameters=[wire.Parameter(name='unheard-of', value='b')])
        self.assert_exchange_accepted(self.exchange)


class Outcomes(ExchangeCase):
    """Everything else is an outcome, after which the service ends the call with OK."""

    def test_of_the_clients_fault(self):
        for mechanism, initial_response, reason in (
                ('PLAIN', b'\0alice\0wrong', 'BAD_CREDENTIALS'),
                ('PLAIN', b'\0mallory\0wrong', 'UNKNOWN_USER'),
                ('PLAIN', b'bob' + _PLAIN, 'AUTHZID_NOT_ALLOWED'),
                ('PLAIN', b'no NUL', 'MALFORMED_MESSAGE'),
                ('SCRAM-SHA-256', b'n,,n=alice', 'MALFORMED_MESSAGE'),
                ('SCRAM-SHA-256', Scram('alice', '', nonce='n' * 257).first(),
                 'MALFORMED_MESSAGE'),
                ('EXTERNAL', b'', 'MECHANISM_NOT_OFFERED'),
                ('', b'', 'MECHANISM_NOT_OFFERED'),
                ('PLAIN', b'\0' * 65537, 'TOO_LARGE')):
            exchange = self.new_exchange()
            exchange.start(mechanism, initial_response)
            self.assert_exchange_refused(exchange, reason)

    def test_of_a_wrong_proof(self):
        client = Scram('alice', 'wrong')
        self.exchange.start('SCRAM-SHA-256', client.first())
        self.exchange.respond(client.final(self.exchange.read_challenge()))
        self.assert_exchange_refused(self.exchange, 'BAD_CREDENTIALS')

    def test_of_plain_without_tls(self):
        self.exchange.start('PLAIN', _PLAIN, context(tls=False))
        self.assert_exchange_refused(self.exchange, 'TLS_REQUIRED')

    def test_of_a_listener_without_a_policy(self):
        for asked in (context('elsewhere'), wire.ConnectionContext()):
            exchange = self.new_exchange()
            exchange.start('PLAIN', _PLAIN, asked)
            self.assert_exchange_refused(exchange, 'NO_POLICY', SYS_PERM)

    def test_of_a_start_without_anything(self):
        self.exchange.write(wire.ExchangeRequest(start=wire.ExchangeStart()))
        self.assert_exchange_refused(self.exchange, 'NO_POLICY', SYS_PERM)

    def test_of_bytes_over_the_limit(self):
        self.exchange.start('PLAIN', None, context('few-bytes'))
        self.exchange.read_challenge()
        self.exchange.respond(b'\0' * 1025)
        self.assert_exchange_refused(self.exchange, 'TOO_LARGE')

    def test_of_one_on_a_call_beside_another(self):
        """One bad connection never disturbs another."""
        client = Scram('alice', self.users['alice'])
        self.exchange.start('SCRAM-SHA-256', client.first())
        bad = self.new_exchange()
        bad.respond(b'')
        bad.status()
        self.finish_exchange(self.exchange, client)


class HalfClose(ExchangeCase):
    """A half-close before the outcome abandons it: OK, no outcome, nobody authenticated."""

    rules = ('credentials:\n  store_as: [ARGON2ID]\n'
             '  argon2_memory_kib: 65536\n  argon2_passes: 4\n')
    users = {name: ContractCase.users[name] for name in ('alice', 'bob')}

    def test_before_the_start(self):
        self.exchange.half_close()
        self.assert_ends(self.exchange)

    def test_after_a_challenge(self):
        self.exchange.start('PLAIN')
        self.exchange.read_challenge()
        self.exchange.half_close()
        self.assert_ends(self.exchange)

    def test_after_an_outcome_changes_nothing(self):
        self.exchange.start('PLAIN', _PLAIN)
        self.assert_exchange_accepted(self.exchange)
        self.exchange.half_close()
        self.assert_ends(self.exchange)


    def test_while_the_password_is_being_checked(self):
        # It was never seen before, and so costs a slow derivation.
        self.exchange.start('PLAIN', b'\0bob\0' + self.users['bob'].encode())
        self.exchange.half_close()
        self.assert_ends(self.exchange)


class Limits(ExchangeCase):
    """A limit on how many handshakes gives an outcome SYS_TEMP (overloaded); and so does the time
    (timed out)."""

    configuration = 'limits:\n  handshakes: 2\n  handshake_timeout: 400ms\n'

    def test_over_those_of_all_calls(self):
        waiting = [self.answer(SASL_HEADER) for _ in range(2)]
        self.exchange.start('PLAIN', _PLAIN)
        self.assert_exchange_refused(self.exchange, 'OVERLOADED', SYS_TEMP)
        for connection in waiting:
            connection.send_closed()
        self.stream.half_close()
        self.stream.status()

    def test_of_an_exchange_that_waits_for_a_response(self):
        self.exchange.start('PLAIN')
        self.exchange.read_challenge()
        self.assert_exchange_refused(self.exchange, 'TIMED_OUT', SYS_TEMP)


class ListedMechanisms(ExchangeCase):

    def test_are_what_an_exchange_takes(self):
        offered = self.stream.open(context()).read_greeting()
        for mechanism in ('PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'):
            self.assertIn(mechanism, offered)
            exchange = self.new_exchange()
            exchange.start(mechanism)
            self.assertEqual(exchange.read_challenge(), b'')
