"""The base of the end-to-end tests."""

import unittest

from harness import raw_amqp
from harness.processes import json_line


class EndToEndCase(unittest.TestCase):
    """Its tests share one deployment, which run.py starts, and leave it running."""

    deployment = None

    def setUp(self):
        self._gateway_said = self.deployment.gateway.program.position
        self._service_said = self.deployment.service.program.position

    def client(self, *arguments, **options):
        client = self.deployment.client(*arguments, **options)
        self.addCleanup(client.stop)
        return client

    def raw_connection(self, listener='amqps'):
        tls = listener == 'amqps'
        connection = raw_amqp.Connection(self.deployment.gateway.listeners[listener],
                                         self.deployment.servers.certificate if tls else None)
        self.addCleanup(connection.close)
        return connection

    def gateway_logs(self, message, **fields):
        """Waits for such a log line since the test began, and returns it."""
        return self.deployment.gateway.program.wait_for_line(
            json_line(msg=message, **fields), after=self._gateway_said)

    def service_logs(self, message, **fields):
        return self.deployment.service.logs_since(self._service_said, message, **fields)
