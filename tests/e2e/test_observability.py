"""deploy/observability, judged by a real Prometheus that scrapes a service with logins."""

import json
import math
import pathlib
import re
import socket
import subprocess
import time
import unittest

from harness import sasl_frames
from harness.case import EndToEndCase
from harness.contract_case import AUTH, OK, SYS_TEMP, ContractService
from harness.contract_client import connect, context
from harness.prometheus import Prometheus
from harness.sasl_frames import SASL_HEADER
from test_policy import PolicyCase

_ROOT = pathlib.Path(__file__).resolve().parents[2]
_FOLDER = _ROOT / 'deploy' / 'observability'
_RULES = sorted((_FOLDER / 'rules').glob('*.yaml'))
_RULE_TESTS = sorted((_FOLDER / 'tests').glob('*.yaml'))
_DASHBOARD = json.loads((_FOLDER / 'dashboard.json').read_text(encoding='utf-8'))

# What Grafana puts in for these, where Prometheus scrapes every second and a minute is shown.
_GRAFANA = {'$__rate_interval': '4s', '$__range': '60s'}
# What is right of the service below: one of its stores is down, its policy's file is refused, and
# its certificates last for two days.
_ACTIVE = {'SallyportStoreDown', 'SallyportLoginsFail', 'SallyportPolicyRefused',
           'SallyportCertificateExpires'}
# A busy machine may be slow, and miss a scrape.
_EITHER = {'SallyportSlow', 'SallyportReplicaDown'}
_PROMETHEUS_METRICS = {'up', 'ALERTS'}
_PROMETHEUS_LABELS = {'job', 'instance', 'pod', 'le', 'alertname', 'alertstate'}
_LABEL_LIST = re.compile(r'\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)')


def documented():
    """The names of the series that docs/metrics.md tells of, and those of their labels."""
    rows = re.findall(r'^\| `(\w+)` \| (\w+) \| (.*?) \| .* \|$',
                      (_ROOT / 'docs' / 'metrics.md').read_text(encoding='utf-8'), re.M)
    names = {name + part for name, kind, _ in rows
             for part in (('_bucket', '_sum', '_count') if kind == 'histogram' else ('',))}
    return names, {label for _, _, labels in rows for label in re.findall(r'`(\w+)`', labels)}


def names_in(expression):
    """The metrics, and the labels, that an expression names."""
    rest = re.sub(r'"(?:[^"\\]|\\.)*"', '""', expression)
    labels = set()
    for selector in re.findall(r'\{([^}]*)\}', rest):
        labels.update(re.findall(r'(\w+)\s*[!=]', selector))
    rest = re.sub(r'\{[^}]*\}|\[[^\]]*\]', '', rest)
    for listed in _LABEL_LIST.findall(rest):
        labels.update(re.findall(r'\w+', listed))
    rest = _LABEL_LIST.sub('', rest)
    words = set(re.findall(r'\b([a-zA-Z_:][\w:]*)\b(?!\s*\()', rest))
    return words - {'and', 'or', 'unless', 'offset'}, labels


def panels():
    """(the panel's title, a query of it)"""
    return [(panel['title'], target) for panel in _DASHBOARD['panels']
            for target in panel.get('targets', ())]


def variables():
    """{name: (the label, the selector) of a variable whose values Prometheus has}"""
    return {variable['name']: re.fullmatch(r'label_values\((.*), (\w+)\)',
                                           variable['query']['query']).group(2, 1)
            for variable in _DASHBOARD['templating']['list'] if variable['type'] == 'query'}


def substituted(expression, values):
    """As Grafana asks; `values`: of the dashboard's variables."""
    chosen = {f'${name}': value for name, value in values.items()}
    for name, value in {**_GRAFANA, **chosen}.items():
        expression = expression.replace(name, value)
    if '$' in expression:
        raise AssertionError(f'a variable that the dashboard does not have: {expression}')
    return expression


def no_data(series):
    return not any(math.isfinite(float(value)) for _, values in series for value in values)


class Files(unittest.TestCase):
    """What can be told of them by reading."""

    def promtool(self, *arguments):
        done = subprocess.run(['promtool', *map(str, arguments)], capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_promtool_takes_the_rules(self):
        self.promtool('check', 'rules', '--lint-fatal', *_RULES)

    def test_the_tests_of_the_rules_pass(self):
        self.promtool('test', 'rules', *_RULE_TESTS)

    def test_every_alert_has_a_test_that_it_fires_one_that_it_does_not_and_a_page(self):
        alerts = re.findall(r'^ *- alert: (\w+)$', (_FOLDER / 'rules' / 'alerts.yaml').read_text(
            encoding='utf-8'), re.M)
        self.assertGreater(len(alerts), 10)
        tests = '\n'.join(path.read_text(encoding='utf-8') for path in _RULE_TESTS)
        self.assertEqual(set(re.findall(r'alertname: (\w+)\n +exp_alerts:\n +- ', tests)),
                         set(alerts))
        self.assertEqual(set(re.findall(r'alertname: (\w+)}', tests)), set(alerts))
        page = (_ROOT / 'docs' / 'alerts.md').read_text(encoding='utf-8')
        self.assertEqual(re.findall(r'^### (\w+)$', page, re.M), alerts)

    def test_the_panels_do_not_overlap_and_have_titles_units_and_ids(self):
        taken, ids = set(), set()
        for panel in _DASHBOARD['panels']:
            place = panel['gridPos']
            cells = {(x, y) for x in range(place['x'], place['x'] + place['w'])
                     for y in range(place['y'], place['y'] + place['h'])}
            self.assertFalse(cells & taken, panel['title'])
            self.assertLessEqual(place['x'] + place['w'], 24, panel['title'])
            taken |= cells
            self.assertNotIn(panel['id'], ids)
            ids.add(panel['id'])
            self.assertTrue(panel['title'])
            if panel['type'] not in ('row', 'table'):
                self.assertTrue(panel['fieldConfig']['defaults']['unit'], panel['title'])
            for target in panel.get('targets', ()):
                self.assertEqual(target['datasource']['uid'], '${datasource}', panel['title'])


class Observed(PolicyCase):
    """A service with three tenants, one of whose stores is down."""

    @classmethod
    def setUpClass(cls):
        cls.dead_end = socket.socket()
        cls.addClassCleanup(cls.dead_end.close)
        # Taken, and not listened on.
        cls.dead_end.bind(('127.0.0.1', 0))
        deployment = EndToEndCase.deployment
        pair = deployment.servers.issue('observed')
        keys = deployment.scratch / 'observed-resume.keys'
        keys.write_text('MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n', encoding='ascii')
        keys.chmod(0o600)
        cls.service = ContractService(
            policy=cls.policy, tls=pair, admin=f'''\
  metrics: "127.0.0.1:0"
  address: "127.0.0.1:0"
  tls: {{certificate: {pair.certificate}, key: {pair.key}, client_ca: {pair.ca}}}
  allow: ["*.admins.example"]
''', configuration=f'''\
audit: {{file: {deployment.scratch / 'observed-audit.jsonl'}}}
resume: {{key_file: {keys}}}
''')
        cls.addClassCleanup(cls.stop_service)
        cls.service.ctl.add_user('alice', cls.users['alice'])
        cls.channel = connect(cls.service.address,
                              deployment.servers.issue('observed-broker', usage='clientAuth'))
        cls.addClassCleanup(cls.channel.close)
        cls.started = time.time()
        cls.prometheus = Prometheus(deployment.scratch, [cls.service.addresses['metrics']],
                                    _FOLDER / 'rules' / '*.yaml')
        cls.addClassCleanup(cls.prometheus.stop)
        cls.service.write_policy('wrong: 1\n')

    @classmethod
    def policy(cls, folder):
        return f'''\
version: "observed"
stores:
  - {{name: local, sqlite: {{path: {folder / 'users.db'}}}}}
  - {{name: hook, webhook: {{url: "http://127.0.0.1:{cls.dead_end.getsockname()[1]}/"}}}}
rules:
  stores: [{{store: local}}]
  credentials: {{verify: [ARGON2ID, SCRAM-SHA-256], store_as: [ARGON2ID, SCRAM-SHA-256]}}
default_tenant: blue
tenants:
  - {{name: blue}}
  - {{name: green, hostnames: [green.example]}}
  - {{name: hooked, hostnames: [hooked.example], rules: {{stores: [{{store: hook}}]}}}}
'''

    def log_everybody_in(self):
        """Logins of each kind: some succeed, some are refused, one fails for want of a store."""
        right = self.users['alice']
        self.assertEqual(self.plain('alice', right).code, OK)
        self.assertEqual(self.plain('alice', right, 'green.example').code, OK)
        self.log_in(self.answer())
        self.assertEqual(self.plain('alice', 'a wrong one').code, AUTH)
        self.assertEqual(self.plain('nobody', right, 'green.example').code, AUTH)
        self.assertEqual(self.plain('alice', right, 'hooked.example').code, SYS_TEMP)
        invented = self.stream.open(
            context(), received=SASL_HEADER + sasl_frames.init('INVENTED', b'x'))
        invented.read_header()
        self.assertEqual(invented.read_outcome()[0].code, AUTH)

    def assert_soon(self, probes, seconds=50):
        """While logins go on, each of `probes` ({name: what complains of what it sees}) has
        nothing to complain of once."""
        deadline = time.monotonic() + seconds
        while True:
            self.log_everybody_in()
            complaints = {name: complaint for name, probe in probes.items()
                          if (complaint := probe())}
            if not complaints or time.monotonic() > deadline:
                self.assertEqual(complaints, {})
                return
            probes = {name: probes[name] for name in complaints}

    def values_of_all(self):
        """What Grafana puts in for the variables where "All" is chosen."""
        values = {}
        for variable in _DASHBOARD['templating']['list']:
            if variable['type'] == 'query':
                label, selector = variables()[variable['name']]
                found = self.prometheus.label_values(label, substituted(selector, values))
                values[variable['name']] = variable.get('allValue') or '|'.join(
                    map(re.escape, found))
        return values

    def look(self, target, values):
        """A complaint, if a query of a panel has no data."""
        expression = substituted(target['expr'], values)
        if target.get('instant'):
            series = self.prometheus.query(expression)
        else:
            series = self.prometheus.query_range(expression, self.started, time.time())
        if no_data(series):
            return f'{expression} has no data: {series}'
        for label in re.findall(r'{{(\w+)}}', target['legendFormat']):
            if not any(label in labels for labels, _ in series):
                return f'{expression} has no label {label}: {series}'
        return None

    def test_every_variable_of_the_dashboard_has_its_values(self):
        wanted = {'job': {'sallyport'}, 'tenant': {'blue', 'green', 'hooked'},
                  'store': {'hook', 'local'}}
        self.assertEqual(set(variables()), set(wanted))
        for variable in _DASHBOARD['templating']['list']:
            if variable['type'] == 'query':
                self.assertEqual(variable['definition'], variable['query']['query'])

        def look(label, selector):
            found = set(self.prometheus.label_values(label, substituted(selector, {'job': '.+'})))
            return None if found == wanted[label] else f'found {found}'
        self.assert_soon({name: lambda asked=asked: look(*asked)
                          for name, asked in variables().items()})

    def test_every_query_of_the_dashboard_has_data(self):
        self.assert_soon({'job': lambda: not self.values_of_all()['job'] and 'unknown'})
        values = self.values_of_all()
        self.assertGreater(len(panels()), 40)
        self.assert_soon({f'{title} {target["refId"]}':
                          lambda target=target: self.look(target, values)
                          for title, target in panels()})

    def test_every_query_of_the_dashboard_is_taken_for_one_tenant_and_store(self):
        values = {'job': 'sallyport', 'tenant': 'green', 'store': 'local'}
        for _, target in panels():
            self.prometheus.query(substituted(target['expr'], values))

    def test_every_recording_rule_has_data(self):
        recorded = [rule['name'] for rule in self.prometheus.rules() if rule['type'] == 'recording']
        self.assertGreater(len(recorded), 10)
        self.assert_soon({name: lambda name=name: no_data(self.prometheus.query(name)) and 'no data'
                          for name in recorded})

    def test_alerts_tell_what_is_wrong_and_nothing_else(self):
        def look(name):
            rule, = (rule for rule in self.prometheus.rules() if rule['name'] == name)
            active = rule['state'] in ('pending', 'firing')
            if rule['health'] != 'ok' or (active != (name in _ACTIVE) and name not in _EITHER):
                return {key: rule.get(key) for key in ('health', 'lastError', 'state', 'alerts')}
            return None
        alerts = [rule for rule in self.prometheus.rules() if rule['type'] == 'alerting']
        self.assertLess(_ACTIVE | _EITHER, {rule['name'] for rule in alerts})
        self.assert_soon({rule['name']: lambda name=rule['name']: look(name) for rule in alerts})
        for rule in alerts:
            self.assertIn(rule['labels']['severity'], ('critical', 'warning'))
            self.assertEqual(set(rule['annotations']), {'summary', 'description', 'runbook_url'})
            self.assertEqual(rule['annotations']['runbook_url'],
                             f'docs/alerts.md#{rule["name"].lower()}')

    def test_nothing_is_asked_for_that_is_not_documented(self):
        rules = self.prometheus.rules()
        metrics, labels = documented()
        metrics |= _PROMETHEUS_METRICS | {rule['name'] for rule in rules
                                          if rule['type'] == 'recording'}
        expressions = ([rule['query'] for rule in rules]
                       + [target['expr'] for _, target in panels()]
                       + [selector for _, selector in variables().values()])
        for expression in expressions:
            asked, by = names_in(expression)
            self.assertTrue(asked, expression)
            self.assertLessEqual(asked, metrics, expression)
            self.assertLessEqual(by, labels | _PROMETHEUS_LABELS, expression)
