"""Certificates, keys, authorities and sealing keys are replaced under load, and no login is lost.

The service and two gateways use mutual TLS. Both sides' certificates, keys and authorities are
replaced from files, as an operator would: trust both authorities, replace the pairs, stop trusting
the old ones. Meanwhile clients log in through the gateways.
"""

import base64
import collections
import json
import pathlib
import secrets
import socket
import ssl
import tempfile
import threading

from harness import raw_amqp, sasl_frames
from harness.case import EndToEndCase
from harness.certificates import Authority, Keypair
from harness.sallyport import Ctl, Gateway, Service, policy_of
from harness.scram_client import Scram

CLIENTS = 6
USER, PASSWORD = 'alice', 'correct horse battery staple'
# Logins between two steps, so that each of them is under load.
BETWEEN_STEPS = 40
# The gateways have no broker: a client is told that it is in, and then closed.
NO_BROKER = '''\
broker:
  address: "127.0.0.1:1"
  login: anonymous
'''


def replace(path, content):
    """Replaces a file at once, as a deployment does."""
    fresh = path.with_suffix('.new')
    fresh.write_bytes(content)
    fresh.rename(path)


def read_frame(connection):
    """A challenge or an outcome."""
    _, body = connection.read_frame()
    frame, _ = sasl_frames.read_frame(sasl_frames.frame(body))
    return frame


def log_in(address):
    """The SASL code that the client hears; it checks the service's proof."""
    connection = raw_amqp.Connection(address)
    try:
        scram = Scram(USER, PASSWORD)
        connection.send(raw_amqp.SASL_HEADER + sasl_frames.init('SCRAM-SHA-256', scram.first()))
        connection.read_header()
        connection.read_mechanisms()
        challenge = read_frame(connection)
        if isinstance(challenge, sasl_frames.Outcome):
            return challenge.code
        connection.send(sasl_frames.response(scram.final(challenge.data)))
        outcome = read_frame(connection)
        if outcome.code == 0 and not scram.verifies(outcome.data):
            raise ValueError('the service has not proved itself')
        return outcome.code
    finally:
        connection.close()


class Load:
    """Clients that log in through `addresses` until they are stopped."""

    def __init__(self, addresses):
        self._changed = threading.Condition()
        self._stopping = False
        self.results = collections.Counter()
        self._threads = [threading.Thread(target=self._run, args=(addresses[i % len(addresses)],))
                         for i in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def _run(self, address):
        while not self._stopping:
            try:
                result = log_in(address)
            except (OSError, EOFError, ValueError) as error:
                result = repr(error)
            with self._changed:
                self.results[result] += 1
                self._changed.notify_all()

    def wait_for_more(self, count=BETWEEN_STEPS):
        with self._changed:
            wanted = sum(self.results.values()) + count
            if not self._changed.wait_for(lambda: sum(self.results.values()) >= wanted, 60):
                raise TimeoutError(f'the logins have stopped: {self.results}')

    def stop(self):
        self._stopping = True
        for thread in self._threads:
            thread.join()


class Rotation(EndToEndCase):

    def setUp(self):
        super().setUp()
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix='rotation-',
                                                     dir=self.deployment.scratch))
        # Of the service, and of the brokers: the old ones and the new ones.
        self.servers = [Authority(self.scratch / f'servers-{age}', f'servers {age}')
                        for age in ('old', 'new')]
        self.brokers = [Authority(self.scratch / f'brokers-{age}', f'brokers {age}')
                        for age in ('old', 'new')]
        self.server_pairs = [authority.issue('localhost') for authority in self.servers]
        self.broker_pairs = [
            authority.issue('gateway', usage='clientAuth', names=f'DNS:{age}.brokers.example')
            for authority, age in zip(self.brokers, ('old', 'new'))]
        self.service_files = self.files('service', self.server_pairs[0], self.brokers[0])
        self.gateway_files = self.files('gateway', self.broker_pairs[0], self.servers[0])
        self.keys = [base64.b64encode(secrets.token_bytes(32)) for _ in range(2)]
        self.key_file = self.scratch / 'resume.keys'
        replace(self.key_file, self.keys[0] + b'\n')
        self.audit_file = self.scratch / 'audit.jsonl'
        self.service = self.start_service()
        self.gateways = [self.start_gateway(name) for name in ('first', 'second')]

    def files(self, name, pair, trusted):
        """Copies, to be replaced, in a folder of their own."""
        folder = self.scratch / name
        folder.mkdir()
        files = Keypair(folder / 'tls.pem', folder / 'tls.key', folder / 'ca.pem')
        replace(files.certificate, pair.certificate.read_bytes())
        replace(files.key, pair.key.read_bytes())
        self.trust(files, trusted)
        return files

    @staticmethod
    def trust(files, *authorities):
        replace(files.ca, b''.join(a.certificate.read_bytes() for a in authorities))

    def start_service(self):
        brokers = ('brokers:\n'
                   '  - {name: old, identities: [old.brokers.example]}\n'
                   '  - {name: new, identities: [new.brokers.example]}\n')
        service = Service(self.deployment.binaries.service, self.scratch, self.service_files,
                          policy=policy_of(self.scratch / 'users.db', more=brokers),
                          configuration=f'resume: {{key_file: {self.key_file}}}\n'
                                        f'audit: {{file: {self.audit_file}}}\n',
                          grpc='max_connection_age: 3s')
        service.start()
        self.addCleanup(service.stop)
        Ctl(self.deployment.binaries.ctl, service.admin_socket).add_user(USER, PASSWORD)
        return service

    def start_gateway(self, name):
        folder = self.scratch / name
        folder.mkdir()
        gateway = Gateway(self.deployment.binaries.gateway, folder,
                          service_address=self.service.address, service_tls=self.gateway_files,
                          listener_tls=self.server_pairs[0],
                          client_ca=self.servers[0].certificate, broker=NO_BROKER,
                          service='max_stream_age: 1s')
        gateway.start()
        self.addCleanup(gateway.stop)
        return gateway

    def wait_for_log(self, message, step):
        """Takes the step, and waits for the service to say so."""
        position = self.service.program.position
        step()
        self.service.logs_since(position, message)

    def wait_for_brokers(self, age):
        """Waits until the last logins came of brokers with that certificate alone."""
        def has_come():
            with open(self.audit_file, encoding='utf-8') as audit:
                lines = audit.read().split('\n')[:-1]
            return {json.loads(line).get('broker') for line in lines[-BETWEEN_STEPS:]} == {age}
        self.service.program.wait_until(has_come, f'still hears of others than {age} brokers', 60)

    def hear(self, broker, trusted):
        """What a broker with the pair `broker` hears first on a new connection: nothing where the
        service does not take its certificate. SSLCertVerificationError where the service's is not
        of `trusted`."""
        context = ssl.create_default_context(cafile=trusted.certificate)
        context.load_cert_chain(broker.certificate, broker.key)
        context.set_alpn_protocols(['h2'])
        host, _, port = self.service.address.rpartition(':')
        with socket.create_connection((host, int(port)), timeout=20) as plain:
            with context.wrap_socket(plain, server_hostname='localhost') as tls:
                try:
                    return tls.recv(1)
                except (ssl.SSLError, ConnectionResetError):
                    return b''

    def test_of_everything_loses_no_login(self):
        load = Load([gateway.listeners['amqp'] for gateway in self.gateways])
        self.addCleanup(load.stop)
        load.wait_for_more()
        self.rotate_certificates(load)
        self.rotate_sealing_keys(load)
        load.wait_for_more(10 * BETWEEN_STEPS)
        load.stop()
        self.assertEqual(set(load.results), {0}, load.results)
        self.assert_old_is_refused()

    def rotate_certificates(self, load):
        self.wait_for_log('TLS files loaded', lambda: self.trust(self.service_files, *self.brokers))
        self.trust(self.gateway_files, *self.servers)
        load.wait_for_more()

        # The service's: half of the new pair is of no use, and does no harm.
        new = self.server_pairs[1]
        self.wait_for_log('TLS files not loaded: the old ones stay in use', lambda: replace(
            self.service_files.certificate, new.certificate.read_bytes()))
        load.wait_for_more()
        self.wait_for_log('TLS files loaded', lambda: replace(
            self.service_files.key, new.key.read_bytes()))
        load.wait_for_more()

        # The gateways', likewise.
        new = self.broker_pairs[1]
        replace(self.gateway_files.key, new.key.read_bytes())
        load.wait_for_more()
        self.wait_for_brokers('old')
        replace(self.gateway_files.certificate, new.certificate.read_bytes())
        self.wait_for_brokers('new')

        self.wait_for_log('TLS files loaded',
                          lambda: self.trust(self.service_files, self.brokers[1]))
        self.trust(self.gateway_files, self.servers[1])
        load.wait_for_more()

    def rotate_sealing_keys(self, load):
        old, new = self.keys
        for keys in ([old, new], [new, old], [new]):
            content = b'\n'.join(keys) + b'\n'
            self.wait_for_log('resume keys loaded',
                              lambda content=content: replace(self.key_file, content))
            load.wait_for_more()

    def assert_old_is_refused(self):
        old, new = self.broker_pairs
        self.assertNotEqual(self.hear(new, self.servers[1]), b'')
        with self.assertRaises(ssl.SSLCertVerificationError):
            self.hear(new, self.servers[0])
        self.assertEqual(self.hear(old, self.servers[1]), b'')
