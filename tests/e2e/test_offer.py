"""A client is offered only what is safe and can work on its connection."""

from harness import raw_amqp
from harness.case import EndToEndCase


class Offer(EndToEndCase):

    def offered(self, listener):
        connection = self.raw_connection(listener)
        connection.send(raw_amqp.SASL_HEADER)
        self.assertEqual(connection.read_header(), raw_amqp.SASL_HEADER)
        return connection, connection.read_mechanisms()

    def test_tls_without_a_client_certificate_has_plain_but_not_external(self):
        _, mechanisms = self.offered('amqps')
        self.assertIn('PLAIN', mechanisms)
        self.assertIn('SCRAM-SHA-256', mechanisms)
        self.assertNotIn('EXTERNAL', mechanisms)
        self.assertNotIn('ANONYMOUS', mechanisms)

    def test_plaintext_has_scram_but_not_plain(self):
        _, mechanisms = self.offered('amqp')
        self.assertIn('SCRAM-SHA-256', mechanisms)
        self.assertNotIn('PLAIN', mechanisms)
        self.assertNotIn('ANONYMOUS', mechanisms)

    def test_plain_on_plaintext_is_refused_even_with_the_right_password(self):
        connection, _ = self.offered('amqp')
        connection.send(raw_amqp.plain('alice', self.deployment.users['alice']))
        self.assertEqual(connection.read_outcome(), 1)
        self.assertTrue(connection.at_end())
        self.gateway_logs('client refused', listener='amqp')

    def test_anonymous_is_refused(self):
        connection, _ = self.offered('amqps')
        connection.send(raw_amqp.sasl_init('ANONYMOUS', b''))
        self.assertEqual(connection.read_outcome(), 1)
        self.assertTrue(connection.at_end())
        self.gateway_logs('client refused', reason='mechanism_not_offered')

    def test_rhea_finds_no_anonymous_login(self):
        refused = self.client('rhea', 'ANONYMOUS', 'alice').refusal()
        self.assertIn('No suitable mechanism', refused['description'])

    def test_a_client_without_sasl_is_shown_the_sasl_header_and_closed(self):
        connection = self.raw_connection()
        connection.send(raw_amqp.AMQP_HEADER + raw_amqp.amqp_open('no-sasl'))
        self.assertEqual(connection.read_header(), raw_amqp.SASL_HEADER)
        self.gateway_logs('client refused', reason='protocol_header')


class Pipelining(EndToEndCase):

    def test_header_init_header_and_open_in_one_write(self):
        connection = self.raw_connection()
        connection.send(raw_amqp.SASL_HEADER
                        + raw_amqp.plain('alice', self.deployment.users['alice'])
                        + raw_amqp.AMQP_HEADER + raw_amqp.amqp_open('pipelined'))
        self.assertEqual(connection.read_header(), raw_amqp.SASL_HEADER)
        connection.read_mechanisms()
        self.assertEqual(connection.read_outcome(), 0)
        self.assertEqual(connection.read_header(), raw_amqp.AMQP_HEADER)
        self.assertEqual(connection.read_frame()[0], raw_amqp.OPEN)
