"""What clients see while the service or the broker is away, and afterwards."""

import time

from harness import raw_amqp
from harness.case import EndToEndCase

SYS_TEMP = 4
RECONNECT_SECONDS = 60


class Outage(EndToEndCase):

    def login_code(self):
        connection = self.raw_connection()
        connection.send(raw_amqp.SASL_HEADER)
        connection.read_header()
        code, body = connection.read_frame()
        if code == raw_amqp.SASL_MECHANISMS:
            connection.send(raw_amqp.plain('alice', self.deployment.users['alice']))
            return connection.read_outcome()
        self.assertEqual(code, raw_amqp.SASL_OUTCOME)
        return raw_amqp.outcome_code(body)

    def test_without_the_service_logins_fail_as_temporary_until_it_is_back(self):
        service = self.deployment.service
        held = self.client('rhea', 'PLAIN', 'alice')
        held.exchange()
        self.assertEqual(service.stop(), 0)
        self.addCleanup(lambda: service.program or service.start())

        self.assertEqual(self.login_code(), SYS_TEMP)
        self.gateway_logs('client refused', code='sys-temp')
        # Whoever is in already needs no service.
        self.deployment.rabbitmq.wait_for_users(['alice'])
        held.finish()

        service.start()
        deadline = time.monotonic() + RECONNECT_SECONDS
        code = SYS_TEMP
        while code == SYS_TEMP and time.monotonic() < deadline:
            code = self.login_code()
        self.assertEqual(code, 0)

    def test_without_the_broker_clients_are_closed_until_it_is_back(self):
        rabbitmq = self.deployment.rabbitmq
        held = self.client('rhea', 'PLAIN', 'alice')
        held.exchange()
        login = self.gateway_logs('client authenticated')
        rabbitmq.stop()
        self.addCleanup(lambda: rabbitmq.server or rabbitmq.start())
        self.gateway_logs('connection ended', handshake_id=login['handshake_id'])
        held.wait_for_end()

        connection = self.raw_connection()
        connection.send(raw_amqp.SASL_HEADER
                        + raw_amqp.plain('bob', self.deployment.users['bob']))
        connection.read_header()
        connection.read_mechanisms()
        self.assertEqual(connection.read_outcome(), 0)
        self.assertTrue(connection.at_end())
        failed = self.gateway_logs('broker login failed', authorization_id='bob')
        self.assertEqual(failed['step'], 'connect')

        rabbitmq.start()
        client = self.client('qpid-proton', 'PLAIN', 'bob')
        client.exchange()
        client.finish()
