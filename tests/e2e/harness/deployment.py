"""All of it together: RabbitMQ, sallyportd, and the gateway in front of RabbitMQ.

Four authorities, as a real site would have: one for the servers, one for the
gateway as a client of the service, one that signs the logins to the broker, and
one for clients that log in with a certificate.
"""

import pathlib
import shutil
import tempfile

from harness.certificates import Authority
from harness.clients import Client
from harness.processes import Program
from harness.rabbitmq import RabbitMq
from harness.sallyport import Binaries, Ctl, Gateway, Service


class Deployment:
    """Starts nothing by itself: `start_...` in the order below, then `stop`."""

    def __init__(self, bin_folder, users, with_account=False):
        """`users`: {name: password}. `with_account`: the broker's service account."""
        self.binaries = Binaries(bin_folder)
        self.users = users
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix='sallyport-e2e-'))
        self.servers = Authority(self.scratch / 'server-ca', 'Scratch server CA')
        self.brokers = Authority(self.scratch / 'broker-ca', 'Scratch broker CA')
        self.logins = Authority(self.scratch / 'login-ca', 'Scratch login CA')
        self.clients = Authority(self.scratch / 'client-ca', 'Scratch client CA')
        self._server = self.servers.issue('localhost')
        self._broker_certificate = self.brokers.issue('gateway', usage='clientAuth')
        self.rabbitmq = RabbitMq(self.scratch, self._server.certificate, self._server.key,
                                 self.logins.certificate, users, with_account)
        self.service_tls = self._server._replace(ca=self.brokers.certificate)
        self.service = Service(self.binaries.service, self.scratch, self.service_tls)
        self.ctl = Ctl(self.binaries.ctl, self.service.admin_socket)
        self.gateway = None

    def start_rabbitmq(self):
        self.rabbitmq.start()

    def start_service(self):
        self.service.start()

    def add_users(self):
        for name, password in self.users.items():
            self.ctl.add_user(name, password)

    @property
    def gateway_settings(self):
        """All that a gateway in front of the broker needs to know but its service's address."""
        return {'service_tls': self._broker_certificate._replace(ca=self.servers.certificate),
                'listener_tls': self._server, 'client_ca': self.clients.certificate,
                'broker_address': self.rabbitmq.address, 'broker_ca': self.servers.certificate,
                'login_ca': self.logins}

    def start_gateway(self):
        self.gateway = Gateway(self.binaries.gateway, self.scratch,
                               service_address=self.service.address, **self.gateway_settings)
        self.gateway.start()

    def start(self):
        self.start_rabbitmq()
        self.start_service()
        self.add_users()
        self.start_gateway()

    def client(self, library, mechanism, username, password=None, queue=None):
        """A client that logs in through the gateway's TLS listener: with its right password and
        to a queue of its own, unless told otherwise. With EXTERNAL it shows a certificate."""
        keypair = None
        if mechanism == 'EXTERNAL':
            keypair = self.clients.issue(username, usage='clientAuth')
        return Client(library, self.scratch, self.gateway.listeners['amqps'],
                      self.servers.certificate, mechanism, username,
                      self.users.get(username, '') if password is None else password,
                      queue=queue, keypair=keypair)

    def stop(self):
        if self.gateway is not None:
            self.gateway.stop()
        self.service.stop()
        self.rabbitmq.stop()
        Program.stop_all()

    def remove_scratch(self):
        shutil.rmtree(self.scratch, ignore_errors=True)
