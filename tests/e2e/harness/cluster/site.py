"""What a site brings to the manifests: authorities, certificates, keys and passwords."""

import base64
import os

from harness.certificates import Authority
from harness.overlays import FROM_THE_SITE

# As the fleet's database knows it.
DATABASE_PASSWORD = 'a database password'


class Site:
    """`brought`: {(namespace, kind, name): {file: bytes}}, for a Cluster."""

    def __init__(self, scratch):
        self.services = Authority(scratch / 'service-ca', 'Scratch service CA')
        self.servers = Authority(scratch / 'server-ca', 'Scratch server CA')
        self.logins = Authority(scratch / 'login-ca', 'Scratch login CA')
        self.gateway = self.broker('gateway', 'spiffe://cluster.local/ns/messaging/sa/gateway')
        self.rabbitmq = self.server('rabbitmq.messaging.svc')
        self.database = self.server('postgresql.databases.svc')
        self.brought = {
            ('sallyport', 'Secret', 'sallyport-tls'): self.service_tls(),
            ('sallyport', 'Secret', 'sallyport-keys'): {
                'decoy.key': os.urandom(32), 'resume.keys': sealing_key()},
            ('sallyport', 'Secret', 'sallyport-postgresql'): {
                'password': DATABASE_PASSWORD.encode(), 'ca.crt': self._server_ca},
            ('messaging', 'Secret', 'sallyport-gateway-service-tls'): _tls(self.gateway),
            ('messaging', 'Secret', 'sallyport-gateway-listener-tls'):
                _tls(self.server('sallyport-gateway.messaging.svc'), authority=False),
            ('messaging', 'Secret', 'sallyport-gateway-login-ca'):
                {'tls.crt': self.logins.certificate.read_bytes(),
                 'tls.key': self.logins.key.read_bytes()},
            ('messaging', 'Secret', 'rabbitmq-tls'): _tls(self.rabbitmq),
            ('messaging', 'ConfigMap', 'broker-ca'): {'ca.crt': self._server_ca},
        }
        brought = {what: set(files) for what, files in self.brought.items()}
        if brought != {what: set(files) for what, files in FROM_THE_SITE.items()}:
            raise RuntimeError('the site brings other files than FROM_THE_SITE says')

    def server(self, name):
        """A key pair of a server of that name."""
        return self.servers.issue(name, names=f'DNS:{name}')

    def broker(self, name, identity):
        """A key pair that a broker shows to the service."""
        return self.services.issue(name, usage='clientAuth', names=f'URI:{identity}')

    def service_tls(self):
        """A fresh certificate of the service's."""
        return _tls(self.services.issue('sallyport', names='DNS:sallyport.sallyport.svc'))

    @property
    def _server_ca(self):
        return self.servers.certificate.read_bytes()


def sealing_key():
    return base64.b64encode(os.urandom(32)) + b'\n'


def _tls(pair, authority=True):
    files = {'tls.crt': pair.certificate.read_bytes(), 'tls.key': pair.key.read_bytes()}
    if authority:
        files['ca.crt'] = pair.ca.read_bytes()
    return files
