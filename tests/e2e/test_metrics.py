"""/metrics, and the health that probes ask for: they tell what happened, and nothing else."""

import email.utils
import http.server
import pathlib
import re
import subprocess
import threading

from harness import sasl_frames
from harness.case import EndToEndCase
from harness.contract_case import AUTH, SYS_TEMP, ContractService
from harness.contract_client import NoAnswer, connect, context
from harness.metrics import Metrics
from harness.processes import ProgramFailed
from harness.sasl_frames import SASL_HEADER
from harness.sallyport import policy_of
from harness.stubs import health, health_rpc
from test_policy import PolicyCase

_DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / 'docs' / 'metrics.md'
_SERVING = health.HealthCheckResponse.SERVING
_NOT_SERVING = health.HealthCheckResponse.NOT_SERVING


class MeteredService(ContractService):
    """One that serves /metrics."""

    def __init__(self, policy, tls=None, admin=''):
        super().__init__(policy=policy, tls=tls,
                         admin=f'  metrics: "127.0.0.1:0"\n{admin}')

    def metrics(self):
        return Metrics(self.addresses['metrics'])

    def wait_for(self, condition, complaint):
        """The first scrape that `condition` takes."""
        seen = []

        def holds():
            seen.append(self.metrics())
            return condition(seen[-1])
        self.program.wait_until(holds, complaint)
        return seen[-1]


class Webhook:
    """A store that knows nobody. After `stop`, `start` brings it back at the same address."""

    def __init__(self):
        self._address = ('127.0.0.1', 0)
        self._server = None
        self.start()

    @property
    def url(self):
        return f'http://127.0.0.1:{self._address[1]}/'

    def start(self):
        if self._server is not None:
            return
        self._server = http.server.ThreadingHTTPServer(self._address, _Answer)
        self._server.daemon_threads = True
        self._address = self._server.server_address
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()


class _Answer(http.server.BaseHTTPRequestHandler):

    def do_POST(self):  # pylint: disable=invalid-name
        self.rfile.read(int(self.headers['Content-Length']))
        answer = b'{"found": false}'
        self.send_response(200)
        self.send_header('Content-Length', str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


def documented():
    """{metric: the names of its labels} of docs/metrics.md."""
    rows = re.findall(r'^\| `(\w+)` \| \w+ \| (.*?) \| .* \|$', _DOCUMENT.read_text('utf-8'), re.M)
    return {name: set(re.findall(r'`(\w+)`', labels)) for name, labels in rows}


class MeteredCase(PolicyCase):
    """Its tests share one service with metrics."""

    @classmethod
    def setUpClass(cls):
        cls.service = MeteredService(cls.policy)
        cls.addClassCleanup(cls.stop_service)
        cls.service.ctl.add_user('alice', cls.users['alice'])
        cls.channel = connect(cls.service.address)
        cls.addClassCleanup(cls.channel.close)


class Logins(MeteredCase):

    @staticmethod
    def policy(folder):
        return f'''\
version: "first"
stores: [{{name: local, sqlite: {{path: {folder / 'users.db'}}}}}]
rules: {{stores: [{{store: local}}]}}
default_tenant: "all \\"the\\" rest"
tenants:
  - {{name: "all \\"the\\" rest"}}
  - {{name: blue, hostnames: [blue.example]}}
'''

    def logins(self, **labels):
        return self.service.metrics().get('sallyport_logins_total', **labels) or 0

    def test_are_counted_by_what_came_of_them(self):
        rest = {'tenant': 'all "the" rest', 'mechanism': 'PLAIN'}
        before = self.service.metrics()
        self.assert_in(self.plain('alice', self.users['alice']), rest['tenant'])
        self.assert_in(self.plain('alice', self.users['alice']), rest['tenant'])
        self.assert_in(self.plain('alice', self.users['alice'], 'blue.example'), 'blue')
        self.assert_out(self.plain('alice', 'a wrong one'), 'BAD_CREDENTIALS')
        self.assert_out(self.plain('nobody', 'any'), 'UNKNOWN_USER')
        after = self.service.metrics()

        def added(name='sallyport_logins_total', **labels):
            return (after.get(name, **labels) or 0) - (before.get(name, **labels) or 0)
        self.assertEqual(added(**rest, outcome='ok', reason=''), 2)
        self.assertEqual(added(tenant='blue', mechanism='PLAIN', outcome='ok', reason=''), 1)
        self.assertEqual(added(**rest, outcome='auth', reason='bad_credentials'), 1)
        self.assertEqual(added(**rest, outcome='auth', reason='unknown_user'), 1)
        for stage in ('decode', 'policy', 'store', 'whole'):
            self.assertEqual(added('sallyport_login_stage_seconds_count', stage=stage), 5, stage)
        # Of the three right ones a password was derived for but the first.
        self.assertEqual(added('sallyport_verified_password_checks_total', result='hit'), 2)
        self.assertGreaterEqual(added('sallyport_login_stage_seconds_count', stage='derivation'), 2)
        lookups = {result: added('sallyport_store_lookups_total', store='local', result=result)
                   for result in ('cached', 'found', 'unknown', 'stale', 'failed', 'refused')}
        self.assertEqual(sum(lookups.values()), 5, lookups)
        self.assertEqual((lookups['found'], lookups['unknown']), (1, 1))
        self.assertEqual(added('sallyport_store_lookup_seconds_count', store='local'), 2)

    def test_of_a_mechanism_that_a_client_invents_are_of_none(self):
        invented = 'X-' + 'INVENTED-' * 2
        before = self.logins(tenant='all "the" rest', mechanism='', outcome='auth',
                             reason='mechanism_not_offered')
        connection = self.stream.open(
            context(), received=SASL_HEADER + sasl_frames.init(invented, b'x'))
        connection.read_header()
        self.assert_out(connection.read_outcome()[0], 'MECHANISM_NOT_OFFERED')
        after = self.service.metrics()
        self.assertNotIn('INVENTED', after.text)
        self.assertEqual(after.get('sallyport_logins_total', tenant='all "the" rest', mechanism='',
                                   outcome='auth', reason='mechanism_not_offered'), before + 1)

    def test_under_way_are_seen(self):
        connection = self.stream.open(context())
        connection.read_greeting()
        metrics = self.service.metrics()
        self.assertEqual(metrics.get('sallyport_handshakes'), 1)
        self.assertGreaterEqual(metrics.get('sallyport_streams', kind='handshake'), 1)
        self.assertEqual(metrics.get('sallyport_streams', kind='text'), 0)

    def test_the_format_is_right(self):
        self.plain('alice', self.users['alice'])
        self.assertEqual(self.service.metrics().complaints(), '')


class Stores(MeteredCase):
    """A store that goes down is seen; and a replica is ready as long as somebody gets in."""

    @classmethod
    def setUpClass(cls):
        cls.webhook = Webhook()
        cls.addClassCleanup(cls.webhook.stop)
        super().setUpClass()

    @classmethod
    def policy(cls, folder):
        return f'''\
stores:
  - {{name: local, sqlite: {{path: {folder / 'users.db'}}}}}
  - {{name: hook, webhook: {{url: "{cls.webhook.url}"}}}}
rules: {{stores: [{{store: local}}]}}
default_tenant: up
tenants:
  - {{name: up}}
  - {{name: hooked, hostnames: [hooked.example], rules: {{stores: [{{store: hook}}]}}}}
'''

    def health(self, name):
        return health_rpc.HealthStub(self.channel).Check(
            health.HealthCheckRequest(service=name), timeout=30).status

    def wait_for_up(self, store, up):
        return self.service.wait_for(
            lambda metrics: metrics.get('sallyport_store_up', store=store) == up,
            f'did not notice that {store} is {up}')

    def wait_for_health(self, name, status):
        self.service.program.wait_until(lambda: self.health(name) == status,
                                        f'{name} did not become {status}')

    def test_one_that_goes_down_leaves_the_replica_ready(self):
        self.wait_for_up('hook', 1)
        self.wait_for_health('sallyport.store/hook', _SERVING)
        self.webhook.stop()
        self.addCleanup(self.webhook.start)
        metrics = self.wait_for_up('hook', 0)
        self.assertEqual(metrics.get('sallyport_store_up', store='local'), 1)
        self.wait_for_health('sallyport.store/hook', _NOT_SERVING)
        self.assertEqual(self.health('sallyport.store/local'), _SERVING)
        self.assertEqual(self.health('sallyport.ready'), _SERVING)
        self.assertEqual(self.health(''), _SERVING)
        self.assert_out(self.plain('alice', 'any', 'hooked.example'), 'STORE_UNAVAILABLE', SYS_TEMP)
        self.assert_in(self.plain('alice', self.users['alice']), 'up')
        metrics = self.service.metrics()
        self.assertEqual(metrics.get('sallyport_store_lookups_total', store='hook',
                                     result='failed'), 1)
        self.assertEqual(metrics.get('sallyport_logins_total', tenant='hooked', mechanism='PLAIN',
                                     outcome='sys-temp', reason='store_unavailable'), 1)

        # As the only one it takes the replica with it.
        before = self.service.policy.read_text(encoding='utf-8')
        self.service.write_policy(f'''\
stores: [{{name: hook, webhook: {{url: "{self.webhook.url}"}}}}]
rules: {{stores: [{{store: hook}}]}}
''')
        self.wait_for_health('sallyport.ready', _NOT_SERVING)
        self.assertEqual(self.health('sallyport.store/local'), _NOT_SERVING)
        self.assertEqual(self.health(''), _SERVING)
        self.webhook.start()
        self.wait_for_health('sallyport.ready', _SERVING)
        self.wait_for_up('hook', 1)
        self.service.write_policy(before)
        self.wait_for_health('sallyport.store/local', _SERVING)


class Brokers(MeteredCase):

    @staticmethod
    def policy(folder):
        return policy_of(folder / 'users.db', more='''\
brokers:
  - name: local
    without_certificate: true
    quotas: {max_streams: 1, max_handshakes: 1}
''')

    def test_are_told_by_what_they_use_and_were_refused(self):
        waiting = self.stream.open(context())
        waiting.read_greeting()
        self.assert_out(self.plain('alice', 'any'), 'OVERLOADED', SYS_TEMP)
        with self.assertRaisesRegex(NoAnswer, 'RESOURCE_EXHAUSTED'):
            self.new_stream().open(context()).read_greeting()
        metrics = self.service.metrics()
        self.assertEqual(metrics.get('sallyport_broker_streams', broker='local'), 1)
        self.assertEqual(metrics.get('sallyport_broker_handshakes', broker='local'), 1)
        refused = {dict(labels)['quota']: value for labels, value in
                   metrics.all('sallyport_broker_refused_total').items()}
        self.assertEqual(refused, {'max_streams': 1, 'max_handshakes': 1,
                                   'handshakes_per_second': 0})


class Policies(MeteredCase):

    @staticmethod
    def policy(folder):
        return policy_of(folder / 'users.db', more='version: "0"\n')

    def reload(self, version, text=None):
        self.service.write_policy(text or policy_of(self.service.folder / 'users.db',
                                                    more=f'version: "{version}"\n'))
        return self.service.wait_for(
            lambda metrics: any(('version', version) in labels for labels in metrics.all(
                'sallyport_policy_info')), f'did not load {version}')

    def test_are_told_by_version_and_counted(self):
        loaded_at = self.service.metrics().get('sallyport_policy_loaded_timestamp_seconds')
        for version in ('1', '2', '3'):
            metrics = self.reload(version)
        (labels, value), = metrics.all('sallyport_policy_info').items()
        self.assertEqual(value, 1)
        self.assertEqual(len(dict(labels)['hash']), 64)
        self.assertGreater(metrics.get('sallyport_policy_loaded_timestamp_seconds'), loaded_at)
        metrics = self.service.wait_for(
            lambda metrics: metrics.get('sallyport_policy_reloads_total', outcome='loaded') == 3,
            'did not count three reloads')
        self.assertEqual(metrics.get('sallyport_policy_reloads_total', outcome='refused'), 0)
        self.assertEqual(metrics.get('sallyport_policy_refused'), 0)
        self.service.write_policy('wrong: 1\n')
        metrics = self.service.wait_for(
            lambda metrics: metrics.get('sallyport_policy_reloads_total', outcome='refused') == 1,
            'did not count the refusal')
        self.assertEqual(metrics.get('sallyport_policy_refused'), 1)
        (labels, _), = metrics.all('sallyport_policy_info').items()
        self.assertEqual(dict(labels)['version'], '3')

    def test_forget_a_tenant_that_they_no_longer_have(self):
        def policy_with(tenant):
            return policy_of(self.service.folder / 'users.db', more=f'''\
version: "with {tenant}"
default_tenant: {tenant}
tenants: [{{name: {tenant}}}]
''')

        def tenants():
            return {dict(labels)['tenant']
                    for labels in self.service.metrics().all('sallyport_logins_total')}
        self.reload('with old', policy_with('old'))
        self.assert_in(self.plain('alice', self.users['alice']), 'old')
        self.assertIn('old', tenants())
        self.reload('with new', policy_with('new'))
        self.assert_in(self.plain('alice', self.users['alice']), 'new')
        self.assertIn('new', tenants())
        self.assertNotIn('old', tenants())


class Everything(EndToEndCase):
    """A service that has all that can be shown."""

    def setUp(self):
        super().setUp()
        self.pair = self.deployment.servers.issue('metered')
        self.service = MeteredService(
            lambda folder: policy_of(folder / 'users.db', more='''\
brokers:
  - name: metered
    identities: [metered-broker]
'''), tls=self.pair, admin=f'''\
  address: "127.0.0.1:0"
  tls: {{certificate: {self.pair.certificate}, key: {self.pair.key}, client_ca: {self.pair.ca}}}
  allow: ["*.admins.example"]
''')
        self.addCleanup(self.service.stop)

    @staticmethod
    def expiry(certificate):
        done = subprocess.run(['openssl', 'x509', '-noout', '-enddate', '-in', certificate],
                              capture_output=True, text=True, check=True)
        return email.utils.parsedate_to_datetime(
            re.sub(r'notAfter=(\w+) +(\d+) (\S+) (\d+) GMT\n', r'\2 \1 \4 \3 +0000',
                   done.stdout)).timestamp()

    def test_is_documented_and_what_is_documented_is_there(self):
        pair = self.deployment.servers.issue('metered-broker', usage='clientAuth',
                                             names='DNS:metered-broker')
        channel = connect(self.service.address, pair)
        self.addCleanup(channel.close)
        case = PolicyCase()
        self.addCleanup(case.doCleanups)
        outcome = case.plain('alice', 'any', stream=case.new_stream(channel))
        self.assertEqual(outcome.code, AUTH, outcome.detail)
        self.service.metrics()
        metrics = self.service.wait_for(lambda metrics: metrics.all('sallyport_store_up'),
                                        'said nothing of its store')
        self.assertEqual(metrics.families(), documented())
        self.assertEqual(metrics.complaints(), '')

    def test_tells_when_certificates_expire_also_new_ones(self):
        def shown(use):
            return self.service.metrics().get('sallyport_certificate_expiry_timestamp_seconds',
                                              use=use)
        for use in ('grpc', 'admin'):
            self.assertEqual(shown(use), self.expiry(self.pair.certificate))
        for use in ('grpc_client_ca', 'admin_client_ca'):
            self.assertEqual(shown(use), self.expiry(self.pair.ca))
        before = self.pair.certificate.read_bytes()
        self.pair.certificate.write_bytes(self.deployment.servers.certificate.read_bytes())
        self.assertEqual(shown('grpc'), self.expiry(self.deployment.servers.certificate))
        self.pair.certificate.unlink()
        self.assertEqual(shown('grpc'), 0)
        self.pair.certificate.write_bytes(before)

    def test_tells_of_the_process(self):
        metrics = self.service.metrics()
        stat = pathlib.Path(f'/proc/{self.service.program.pid}/stat').read_text(encoding='ascii')
        threads = int(stat.rpartition(')')[2].split()[17])
        self.assertEqual(metrics.get('process_threads'), threads)
        self.assertGreater(metrics.get('process_resident_memory_bytes'), 1 << 20)
        self.assertGreater(metrics.get('process_open_fds'), 3)
        self.assertGreater(metrics.get('process_cpu_seconds_total'), 0)


class Start(EndToEndCase):

    def test_fails_where_the_address_is_taken(self):
        service = MeteredService(lambda folder: policy_of(folder / 'users.db'))
        self.addCleanup(service.stop)
        taken = service.addresses['metrics']
        with self.assertRaisesRegex(ProgramFailed, f'(?s)ended with 4.*cannot listen on {taken}'):
            ContractService(policy=lambda folder: policy_of(folder / 'users.db'),
                            admin=f'  metrics: "{taken}"\n')
