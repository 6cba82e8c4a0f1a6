"""The gateway logs everybody in to the broker by one service account."""

import pathlib
import tempfile

from harness.case import EndToEndCase
from harness.clients import Client
from harness.processes import json_line
from harness.rabbitmq import ACCOUNT, ACCOUNT_PASSWORD
from harness.sallyport import Gateway


class ServiceAccount(EndToEndCase):
    """Gateways of their own, in front of the RabbitMQ and the service that all tests share."""

    def start_gateway(self, password):
        deployment = self.deployment
        scratch = pathlib.Path(tempfile.mkdtemp(prefix='account-', dir=deployment.scratch))
        password_file = scratch / 'password'
        password_file.write_text(password + '\n', encoding='utf-8')
        gateway = Gateway(deployment.binaries.gateway, scratch,
                          service_address=deployment.service.address,
                          **deployment.gateway_settings, broker=f'''\
broker:
  address: "{deployment.rabbitmq.plaintext_address}"
  login: account
  account:
    username: {ACCOUNT}
    password_file: {password_file}
log:
  level: debug
''')
        gateway.start()
        self.addCleanup(gateway.stop)
        return gateway

    def client_of(self, gateway, mechanism, username):
        client = Client('rhea', self.deployment.scratch, gateway.listeners['amqps'],
                        self.deployment.servers.certificate, mechanism, username,
                        self.deployment.users[username])
        self.addCleanup(client.stop)
        return client

    def test_is_what_the_broker_sees_of_every_client(self):
        gateway = self.start_gateway(ACCOUNT_PASSWORD)
        clients = [self.client_of(gateway, 'SCRAM-SHA-256', 'alice'),
                   self.client_of(gateway, 'PLAIN', 'bob')]
        for client in clients:
            client.exchange()
        self.deployment.rabbitmq.wait_for_users([ACCOUNT, ACCOUNT])
        for client in clients:
            client.finish()
        gateway.program.wait_for_line(json_line(msg='broker login', mechanism='PLAIN'))

    def test_with_a_wrong_password_lets_nobody_in(self):
        gateway = self.start_gateway('wrong')
        client = self.client_of(gateway, 'SCRAM-SHA-256', 'alice')
        gateway.program.wait_for_line(json_line(msg='broker login failed', step='login'))
        client.wait_for_end()
