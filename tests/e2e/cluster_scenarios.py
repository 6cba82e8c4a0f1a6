#!/usr/bin/python3
"""The overlays of deploy/kubernetes, run: their containers are processes of this machine, and
their probes, grace periods and strategies are followed as the kubelet and the controllers do.

    cluster_scenarios.py --bin FOLDER NAME

It wants a network namespace of its own for each test; test_kubernetes_run starts it so.
"""

import argparse
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

from harness import kustomize, processes
from harness.cluster import images
from harness.cluster.cluster import Cluster
from harness.cluster.database import Database
from harness.cluster.kubelet import serves
from harness.cluster.login_load import LoginLoad
from harness.cluster.network import NODE
from harness.cluster.site import DATABASE_PASSWORD, Site, sealing_key
from harness.overlays import Overlay
from harness.processes import Program, json_line
from harness.rabbitmq import RabbitMq
from harness.sallyport import Binaries

PASSWORD = 'correct horse battery staple'
HEALTH_PORT = 7454
SERVICE = 'sallyport.sallyport.svc'


class Scenario(unittest.TestCase):

    binaries = None

    def setUp(self):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix='sallyport-cluster-'))
        self.addCleanup(self.end)
        kubectl = kustomize.Kubectl(self.scratch)
        self.overlay = lambda name: Overlay(kubectl, name)
        self.site = Site(self.scratch)
        sallyport = images.sallyport(self.binaries)
        self.cluster = Cluster(self.scratch, {'sallyport:0.1.0': sallyport,
                                              'rabbitmq:3.13': images.rabbitmq()},
                               self.site.brought)

    def end(self):
        self.cluster.stop()
        Program.stop_all()
        if not self._outcome.result.failures and not self._outcome.result.errors:
            shutil.rmtree(self.scratch)
        self.assertEqual(self.cluster.complaints, [])

    def apply(self, name, **changes):
        """`changes`: of a ConfigMap's texts, by its file's name: (from, to)"""
        overlay = self.overlay(name)
        for found in overlay.of_kind('ConfigMap'):
            for file, (before, after) in changes.items():
                if file in found['data']:
                    self.assertIn(before, found['data'][file])
                    found['data'][file] = found['data'][file].replace(before, after)
        self.cluster.apply(overlay)
        return overlay, self.cluster.pods(overlay)

    def ctl(self, pod, *arguments, text=''):
        """As an operator does with `kubectl exec`."""
        return pod.container('sallyportd').run('sallyportctl', *arguments, text=text)

    def log_in(self, pod, broker, check=True):
        """A login of alice's, as a broker with that key pair asks for it: by our SDK."""
        done = subprocess.run(
            [self.binaries.ctl, 'login', 'alice', '--service', f'{pod.address}:7450', '--tls',
             '--ca', broker.ca, '--certificate', broker.certificate, '--key', broker.key,
             '--server-name', SERVICE, '--listener', 'amqps', '--mechanism', 'SCRAM-SHA-256'],
            input=f'{PASSWORD}\n', capture_output=True, text=True, timeout=60, check=False)
        if check:
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def eventually(self, condition, timeout=60):
        deadline = time.monotonic() + timeout
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)


class Single(Scenario):

    def setUp(self):
        super().setUp()
        _, [self.pod] = self.apply('single')
        self.ctl(self.pod, 'user', 'add', 'alice', text=f'{PASSWORD}\n')

    def test_brokers_are_known_by_their_certificates(self):
        self.log_in(self.pod, self.site.gateway)
        stranger = self.site.broker('stranger', 'spiffe://cluster.local/ns/other/sa/gateway')
        refused = self.log_in(self.pod, stranger, check=False)
        self.assertIn('broker_not_allowed', refused.stdout + refused.stderr)
        context = ssl.create_default_context(cafile=self.site.services.certificate)
        context.set_alpn_protocols(['h2'])
        with socket.create_connection((self.pod.address, 7450)) as plain:
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                with context.wrap_socket(plain, server_hostname=SERVICE) as encrypted:
                    # TLS 1.3 tells of a missing certificate only then.
                    encrypted.recv(1)
                    encrypted.recv(1)
                    raise ConnectionResetError if not encrypted.recv(1) else AssertionError

    def test_users_outlive_their_pod(self):
        fresh = self.cluster.replace(self.pod)
        self.assertIn('alice', self.ctl(fresh, 'user', 'list'))
        self.log_in(fresh, self.site.gateway)

    def test_what_is_rotated_is_used_without_a_restart(self):
        service = self.pod.container('sallyportd').program
        said = service.position
        overlay = self.overlay('single')
        policy = overlay.named('ConfigMap', 'sallyport-policy')['data']['policy.yaml']
        self.cluster.site['sallyport', 'ConfigMap', 'sallyport-policy'] = {
            'policy.yaml': policy.replace('single-1', 'single-2').encode()}
        keys = self.cluster.site['sallyport', 'Secret', 'sallyport-keys']
        keys['resume.keys'] += sealing_key()
        before = self.certificate()
        self.cluster.site['sallyport', 'Secret', 'sallyport-tls'] = self.site.service_tls()
        self.cluster.remount()
        service.wait_for_line(json_line(msg='policy loaded', policy_version='single-2'), said)
        service.wait_for_line(json_line(msg='resume keys loaded'), said)
        self.eventually(lambda: self.certificate() != before)
        self.log_in(self.pod, self.site.gateway)
        self.assertTrue(serves(f'{self.pod.address}:{HEALTH_PORT}', 'sallyport.policy', 5))

        self.cluster.site['sallyport', 'ConfigMap', 'sallyport-policy'] = {'policy.yaml': b'no'}
        self.cluster.remount()
        service.wait_for_line(
            lambda line: 'policy refused: the one before stays active' in line, said)
        self.assertTrue(serves(f'{self.pod.address}:{HEALTH_PORT}', 'sallyport.ready', 5))
        self.log_in(self.pod, self.site.gateway)

    def certificate(self):
        return ssl.get_server_certificate((self.pod.address, 7450))


class UnderLoad(Scenario):
    """Clients log in all the while, through gateways, to RabbitMQ."""

    def load(self, endpoints, server_name, username='alice'):
        load = LoginLoad(endpoints, self.site.servers.certificate, server_name, username, PASSWORD)
        self.addCleanup(load.stop)
        load.wait_for(50)
        return load

    def assert_none_lost(self, load):
        load.wait_for(50)
        load.stop()
        print(f'    {load.logins} logins, the slowest in {load.slowest_seconds:.2f} s, '
              f'{len(load.failures)} lost', flush=True)
        self.assertEqual(load.failures, [])

    def apply_fleet(self, **changes):
        """With its database, and a broker with a gateway beside it."""
        database = Database(self.scratch, NODE, self.site.database, DATABASE_PASSWORD)
        self.addCleanup(database.stop)
        self.cluster.names.set('postgresql.databases.svc.cluster.local', [NODE])
        fleet, pods = self.apply('fleet', **changes)
        self.assertEqual(len(pods), 3)
        self.ctl(pods[0], 'user', 'add', 'alice', text=f'{PASSWORD}\n')
        _, [broker] = self.apply('gateway-sidecar')
        rabbitmq = broker.container('rabbitmq')
        rabbitmq.run('rabbitmqctl', '--quiet', 'add_user', 'alice', 'x')
        rabbitmq.run('rabbitmqctl', '--quiet', 'clear_password', 'alice')
        rabbitmq.run('rabbitmqctl', '--quiet', 'set_permissions', 'alice', '.*', '.*', '.*')
        return fleet, pods, self.load(lambda: [f'{broker.address}:5671'],
                                      'rabbitmq.messaging.svc')

    def test_a_rolling_update_of_the_fleet_loses_no_login(self):
        fleet, pods, load = self.apply_fleet()
        self.cluster.roll(fleet)
        fresh = self.cluster.pods(fleet)
        self.assertEqual(len(fresh), 3)
        self.assertFalse(set(fresh) & set(pods))
        self.assert_none_lost(load)

    def test_streams_move_to_new_replicas_and_lose_no_login(self):
        fleet, pods, load = self.apply_fleet(
            **{'sallyportd.yaml': ('max_connection_age: 10m', 'max_connection_age: 2s')})
        fresh = self.cluster.add_replica(fleet)
        self.eventually(lambda: self.logins_at(fresh) > 20)
        self.cluster.end(pods[0])
        self.assert_none_lost(load)

    @staticmethod
    def logins_at(pod):
        """Those in the audit log of its standard output."""
        return sum('"kind":"login"' in line and '"outcome":"ok"' in line
                   for line in pod.container('sallyportd').program.lines)

    def test_a_rolling_update_of_the_gateway_loses_no_login(self):
        _, [service] = self.apply('single')
        self.ctl(service, 'user', 'add', 'alice', text=f'{PASSWORD}\n')
        rabbitmq = RabbitMq(self.scratch, self.site.rabbitmq.certificate, self.site.rabbitmq.key,
                            self.site.logins.certificate, ['alice'], host=NODE, port=5671)
        rabbitmq.start()
        self.addCleanup(rabbitmq.stop)
        self.cluster.names.set('rabbitmq.messaging.svc.cluster.local', [NODE])
        gateways, pods = self.apply('gateway')

        load = self.load(DelayedEndpoints(self.cluster, gateways),
                         'sallyport-gateway.messaging.svc')
        self.cluster.roll(gateways)
        self.assertFalse(set(self.cluster.pods(gateways)) & set(pods))
        self.assert_none_lost(load)


class DelayedEndpoints:
    """The addresses of an overlay's ready pods, as a node knows them that hears of it late."""

    _DELAY_SECONDS = 5

    def __init__(self, cluster, overlay):
        self._cluster = cluster
        self._overlay = overlay
        self._known = [(0, self._now())]

    def _now(self):
        return [f'{pod.address}:5671' for pod in self._cluster.pods(self._overlay)
                if pod.ready_since is not None]

    def __call__(self):
        now = time.monotonic()
        current = self._now()
        if current != self._known[-1][1]:
            self._known = self._known + [(now, current)]
        return [known for since, known in self._known
                if since <= now - self._DELAY_SECONDS][-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--bin', required=True, help="Bazel's bin folder")
    parser.add_argument('name', help='e.g. Single.test_users_outlive_their_pod')
    options = parser.parse_args()
    processes.end_programs_at_exit()
    Scenario.binaries = Binaries(options.bin)
    unittest.main(argv=[sys.argv[0], options.name], warnings='ignore')


if __name__ == '__main__':
    main()
