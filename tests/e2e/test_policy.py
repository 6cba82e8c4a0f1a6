"""The policy, while logins go on: tenants, brokers, who acts as whom, and its replacement."""

import hashlib
import json
import signal
import subprocess

from harness import sasl_frames
from harness.case import EndToEndCase
from harness.certificates import Authority
from harness.contract_case import (AUTH, OK, SYS_PERM, SYS_TEMP, ContractCase, ContractService)
from harness.contract_client import connect, context
from harness.sallyport import policy_of
from harness.sasl_frames import SASL_HEADER
from harness.scram_client import Scram


class PolicyCase(ContractCase):
    """Its tests share one service with the policy that `policy` makes of a folder, or make their
    own."""

    @classmethod
    def setUpClass(cls):
        cls.service = ContractService(policy=cls.policy)
        cls.addClassCleanup(cls.stop_service)
        cls.channel = connect(cls.service.address)
        cls.addClassCleanup(cls.channel.close)

    @staticmethod
    def policy(folder):
        return policy_of(folder / 'users.db')

    def plain(self, username, password, hostname=None, authorization_id='', listener='default',
              stream=None):
        """A login by PLAIN. Its outcome."""
        connection = (stream or self.stream).open(
            context(listener), received=SASL_HEADER
            + sasl_frames.plain(username, password, authorization_id, hostname))
        connection.read_header()
        return connection.read_outcome()[0]

    def assert_in(self, outcome, tenant, username=None):
        self.assertEqual(outcome.code, OK, outcome.detail)
        self.assertEqual(outcome.identity.tenant, tenant)
        if username is not None:
            self.assertEqual(outcome.identity.authentication_id, username)

    def assert_out(self, outcome, reason, code=AUTH):
        self.assert_consistent(outcome, code, reason)


class Tenants(PolicyCase):
    """The same name in two tenants is two users."""

    @staticmethod
    def policy(folder):
        return f'''\
version: "7"
stores:
  - name: users
    per_tenant: true
    sqlite: {{path: {folder / 'users.db'}}}
rules:
  stores: [{{store: users}}]
default_tenant: rest
tenants:
  - name: blue
    hostnames: [blue.example, "*.blue.example"]
  - name: green
    listeners: ["green-*"]
    rules:
      mechanisms: [PLAIN]
      act_as:
        - users: [alice]
          as_pattern: "green-.*"
  - name: rest
'''

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for tenant in ('blue', 'green', 'rest'):
            cls.service.ctl.run('user', 'add', 'alice', '--tenant', tenant,
                                password=f'{tenant} password')

    def test_are_found_by_hostname_listener_and_default(self):
        self.assert_in(self.plain('alice', 'blue password', 'BLUE.example'), 'blue', 'alice')
        self.assert_in(self.plain('alice', 'blue password', 'x.y.blue.example'), 'blue')
        self.assert_in(self.plain('alice', 'green password', listener='green-1'), 'green')
        self.assert_in(self.plain('alice', 'rest password', 'elsewhere.example'), 'rest')

    def test_keep_their_passwords_apart(self):
        self.assert_out(self.plain('alice', 'green password', 'blue.example'), 'BAD_CREDENTIALS')
        self.assert_out(self.plain('alice', 'blue password'), 'BAD_CREDENTIALS')

    def test_have_mechanisms_of_their_own(self):
        names = self.stream.open(context('green-1')).read_greeting()
        self.assertEqual(names, ['PLAIN'])

    def test_say_who_may_act_as_whom(self):
        outcome = self.plain('alice', 'green password', listener='green-1',
                             authorization_id='green-queue')
        self.assert_in(outcome, 'green', 'alice')
        self.assertEqual(outcome.identity.authorization_id, 'green-queue')
        self.assert_out(self.plain('alice', 'green password', listener='green-1',
                                   authorization_id='blue-queue'), 'AUTHZID_NOT_ALLOWED')
        self.assert_out(self.plain('alice', 'rest password', authorization_id='green-queue'),
                        'AUTHZID_NOT_ALLOWED')


class Replacement(PolicyCase):
    """The policy's file is replaced while logins go on."""

    def setUp(self):
        self.service = ContractService(policy=self.policy)
        self.addCleanup(self.service.stop)
        self.service.ctl.add_user('alice', self.users['alice'])
        self.channel = self.new_channel()
        super().setUp()

    @classmethod
    def setUpClass(cls):
        pass

    def offered(self):
        return self.stream.open(context()).read_greeting()

    def replace(self, text, message='policy loaded'):
        position = self.service.program.position
        self.service.write_policy(text)
        return self.service.logs_since(position, message)

    def test_holds_for_the_next_login_and_not_for_one_that_is_under_way(self):
        connection = self.answer()
        client = Scram('alice', self.users['alice'])
        connection.send(SASL_HEADER + sasl_frames.init('SCRAM-SHA-256', client.first()))
        self.replace(policy_of(self.service.folder / 'users.db', rules='mechanisms: [PLAIN]',
                               more='version: "2"\n'))
        self.assertEqual(self.offered(), ['PLAIN'])
        self.assertEqual(self.finish_login(connection, client).identity.authentication_id, 'alice')

    def test_is_noticed_where_kubernetes_swaps_a_link(self):
        folder = self.service.folder / 'mounted'
        folder.mkdir()
        first, second = (folder / f'..{i}' for i in (1, 2))
        for number, path in enumerate((first, second)):
            path.mkdir()
            rules = 'mechanisms: [PLAIN]' if number else 'mechanisms: [SCRAM-SHA-256]'
            (path / 'policy.yaml').write_text(
                policy_of(self.service.folder / 'users.db', rules=rules), encoding='utf-8')
        (folder / '..data').symlink_to(first.name)
        (folder / 'policy.yaml').symlink_to('..data/policy.yaml')
        position = self.service.program.position
        link = self.service.folder / 'link'
        link.symlink_to(folder / 'policy.yaml')
        link.rename(self.service.policy)
        self.service.logs_since(position, 'policy loaded')
        self.assertEqual(self.offered(), ['SCRAM-SHA-256'])
        position = self.service.program.position
        fresh = folder / '..data_tmp'
        fresh.symlink_to(second.name)
        fresh.rename(folder / '..data')
        self.service.logs_since(position, 'policy loaded')
        self.assertEqual(self.offered(), ['PLAIN'])

    def test_that_is_broken_is_refused_loudly_and_the_old_one_stays(self):
        before = self.offered()
        refused = self.replace('rules:\n  mechanism: [PLAIN]\n', 'policy refused: the one before '
                                                                 'stays active')
        self.assertIn('policy.yaml:2:3: unknown key \'mechanism\'', refused['error'])
        self.assertEqual(self.offered(), before)
        self.replace(policy_of(self.service.folder, rules='mechanisms: [PLAIN]'),
                     'policy refused: the one before stays active')
        self.assertEqual(self.offered(), before)
        self.replace(policy_of(self.service.folder / 'users.db', rules='mechanisms: [PLAIN]'))
        self.assertEqual(self.offered(), ['PLAIN'])

    def test_that_waits_for_a_stores_file_is_taken_once_that_is_there(self):
        users = self.service.folder / 'later'
        policy = policy_of(self.service.folder / 'users.db', rules='mechanisms: [PLAIN]')
        refused = self.replace(policy.replace('stores:\n', f'stores:\n  - name: late\n    file: '
                                              f'{{path: {users}}}\n', 1),
                               'policy refused: the one before stays active')
        self.assertIn(f'cannot read {users}', refused['error'])
        position = self.service.program.position
        users.write_text('', encoding='ascii')
        self.service.logs_since(position, 'policy loaded')
        self.assertEqual(self.offered(), ['PLAIN'])

    def test_whose_file_is_gone_stays_and_says_so_until_it_is_back(self):
        before = self.offered()
        away = self.service.folder / 'away.yaml'
        position = self.service.program.position
        self.service.policy.rename(away)
        gone = self.service.logs_since(position, 'policy not read: the one before stays active')
        self.assertIn(f'cannot read {self.service.policy}', gone['error'])
        self.assertEqual(self.offered(), before)
        self.assertIn(f'cannot read {self.service.policy}', self.service.ctl.run('policy', 'show'))
        position = self.service.program.position
        away.rename(self.service.policy)
        self.service.logs_since(position, 'policy loaded')
        self.assertNotIn('failure', self.service.ctl.run('policy', 'show'))

    def test_keeps_an_unchanged_store_with_its_cache(self):
        self.assert_in(self.plain('alice', self.users['alice']), 'default')
        # What the cache knows is served although the file is not the one that was opened.
        (self.service.folder / 'users.db').rename(self.service.folder / 'moved.db')
        self.replace(policy_of(self.service.folder / 'users.db', more='version: "3"\n'))
        self.assert_in(self.plain('alice', self.users['alice']), 'default')


class Brokers(EndToEndCase):
    """What a broker may ask for is bounded by its certificate."""

    def setUp(self):
        super().setUp()
        self.authority = Authority(self.deployment.scratch / 'policy-brokers', 'Brokers')

    def outcome(self, service, listener='a', hostname=None, **certificate):
        pair = self.authority.issue('broker', usage='clientAuth', **certificate)
        channel = connect(service.address, pair)
        self.addCleanup(channel.close)
        case = PolicyCase()
        self.addCleanup(case.doCleanups)
        return case.plain('alice', 'pencil', hostname, listener=listener,
                          stream=case.new_stream(channel))

    def test_speak_only_for_their_listeners_and_tenants(self):
        service = ContractService(tls=self.authority.issue('service'), policy=lambda folder: f'''\
stores:
  - name: local
    sqlite: {{path: {folder / 'users.db'}}}
rules: {{stores: [{{store: local}}]}}
brokers:
  - name: east
    identities: ["east.example"]
    listeners: [a]
    release: {{groups: ["public-.*"]}}
  - name: west
    identities: ["spiffe://example/west/*"]
default_tenant: both
tenants:
  - {{name: both}}
  - {{name: west-only, hostnames: [west.example], brokers: [west]}}
''')
        self.addCleanup(service.stop)
        service.ctl.run('user', 'add', 'alice', '--group', 'public-x', '--group', 'secret-y',
                        password='pencil')
        east = {'names': 'DNS:east.example'}
        west = {'names': 'URI:spiffe://example/west/1'}
        accepted = self.outcome(service, **east)
        self.assertEqual(accepted.code, OK, accepted.detail)
        self.assertEqual(list(accepted.identity.groups), ['public-x'])
        self.assertEqual(list(self.outcome(service, **west).identity.groups),
                         ['public-x', 'secret-y'])
        self.assertEqual(self.outcome(service, hostname='west.example', **west).identity.tenant,
                         'west-only')
        for refused in (self.outcome(service, hostname='west.example', **east),
                        self.outcome(service, names='DNS:north.example'),
                        self.outcome(service)):
            self.assertEqual(refused.code, SYS_PERM, refused.detail)


class Chains(PolicyCase):
    """Stores are asked one after the other."""

    @staticmethod
    def policy(folder):
        # Its password is "from the file".
        done = subprocess.run(['htpasswd', '-nbB', 'carol', 'from the file'], capture_output=True,
                              text=True, check=True)
        (folder / 'htpasswd').write_text(done.stdout, encoding='ascii')
        return f'''\
stores:
  - name: file
    file: {{path: {folder / 'htpasswd'}}}
  - name: local
    sqlite: {{path: {folder / 'users.db'}}}
  - name: down
    timeout: 500ms
    webhook: {{url: "http://127.0.0.1:9/"}}
rules:
  stores: [{{store: file}}, {{store: local}}]
default_tenant: up
tenants:
  - name: up
  - name: failing
    hostnames: [failing.example]
    rules: {{stores: [{{store: down}}, {{store: local}}]}}
  - name: going-on
    hostnames: [going-on.example]
    rules: {{stores: [{{store: down, on_outage: next}}, {{store: local}}]}}
'''

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service.ctl.add_user('alice', 'from the database')

    def test_until_one_knows_the_user(self):
        outcome = self.plain('carol', 'from the file')
        self.assert_in(outcome, 'up', 'carol')
        self.assertEqual(outcome.identity.store, 'file')
        outcome = self.plain('alice', 'from the database')
        self.assertEqual(outcome.identity.store, 'local')
        self.assert_out(self.plain('nobody', 'x'), 'UNKNOWN_USER')

    def test_an_outage_is_sys_temp_and_other_tenants_do_not_notice(self):
        self.assert_out(self.plain('alice', 'from the database', 'failing.example'),
                        'STORE_UNAVAILABLE', SYS_TEMP)
        self.assert_in(self.plain('alice', 'from the database'), 'up')

    def test_go_on_over_an_outage_where_policy_says_so(self):
        self.assert_in(self.plain('alice', 'from the database', 'going-on.example'), 'going-on')
        self.assert_out(self.plain('nobody', 'x', 'going-on.example'), 'STORE_UNAVAILABLE',
                        SYS_TEMP)


class Upgrade(PolicyCase):

    @staticmethod
    def policy(folder):
        return policy_of(folder / 'users.db', rules='credentials: {upgrade_on_login: true}')

    def test_a_login_by_plain_makes_scram_possible(self):
        self.service.ctl.run('user', 'add', 'old', '--scheme', 'PBKDF2-SHA256', password='pencil')
        self.users = {**self.users, 'old': 'pencil'}
        position = self.service.program.position
        self.assert_in(self.plain('old', 'pencil'), 'default')
        self.service.logs_since(position, 'credentials upgraded', authentication_id='old')
        outcome = self.log_in(self.stream_connection(), 'old')
        self.assertEqual(outcome.identity.mechanism, 'SCRAM-SHA-256')

    def stream_connection(self):
        connection = self.stream.open(context())
        connection.read_greeting()
        return connection


class Audit(PolicyCase):

    def setUp(self):
        self.service = ContractService(
            policy=lambda folder: policy_of(folder / 'users.db', more='version: "a1"\n'),
            configuration='audit: {file: audit.jsonl}\n')
        self.addCleanup(self.service.stop)
        self.service.ctl.add_user('alice', self.users['alice'])
        self.channel = self.new_channel()
        super().setUp()

    @classmethod
    def setUpClass(cls):
        pass

    def lines(self, name='audit.jsonl', **fields):
        """The lines so far that have these fields."""
        path = self.service.folder / name
        if not path.exists():
            return []
        found = []
        for line in path.read_text(encoding='utf-8').splitlines():
            record = json.loads(line)
            if all(record.get(key) == value for key, value in fields.items()):
                found.append(record)
        return found

    def wait_for(self, name='audit.jsonl', **fields):
        self.service.program.wait_until(lambda: self.lines(name, **fields),
                                        f'did not write {fields} to {name}')
        return self.lines(name, **fields)[0]

    def test_has_a_line_for_each_login_and_no_secret(self):
        accepted = self.plain('alice', self.users['alice'])
        refused = self.plain('alice', 'a wrong password')
        line = self.wait_for(handshake_id=accepted.handshake_id)
        self.assertEqual((line['outcome'], line['tenant'], line['mechanism'], line['store'],
                          line['authentication_id'], line['listener'], line['policy_version']),
                         ('ok', 'default', 'PLAIN', 'local', 'alice', 'default', 'a1'))
        self.assertEqual(len(line['policy_hash']), 64)
        line = self.wait_for(handshake_id=refused.handshake_id)
        self.assertEqual((line['outcome'], line['reason']), ('auth', 'bad_credentials'))
        text = (self.service.folder / 'audit.jsonl').read_text(encoding='utf-8')
        self.assertNotIn(self.users['alice'], text)
        self.assertNotIn('wrong', text)

    def test_tells_what_was_refused_and_what_stays(self):
        active = self.wait_for(action='policy_loaded')['policy_hash']
        refused = 'version: "a2"\nrules: {mechanisms: [ROT13]}\n'
        self.service.write_policy(refused)
        line = self.wait_for(action='policy_refused')
        self.assertEqual((line['actor'], line['outcome'], line['policy_version'],
                          line['policy_hash']),
                         ('file', 'refused', 'a2', hashlib.sha256(refused.encode()).hexdigest()))
        self.assertIn(f"'a1' and hash {active} stays active", line['detail'])

    def test_warns_of_a_queue_that_refuses_logins_early(self):
        service = ContractService(
            configuration='audit: {file: audit.jsonl, queue: 16}\nlimits: {handshakes: 17}\n')
        self.addCleanup(service.stop)
        warning = service.logs_since(0, 'audit.queue has fewer places than limits.handshakes: '
                                        'logins over it are refused')
        self.assertEqual((warning['level'], warning['queue'], warning['handshakes']),
                         ('warning', 16, 17))

    def test_goes_on_in_a_new_file_on_sighup(self):
        first = self.plain('alice', self.users['alice'])
        self.wait_for(handshake_id=first.handshake_id)
        path = self.service.folder / 'audit.jsonl'
        path.rename(path.with_name('audit.1'))
        self.service.program.send_signal(signal.SIGHUP)
        self.service.program.wait_until(path.exists, 'did not open its audit log anew')
        second = self.plain('alice', self.users['alice'])
        self.wait_for(handshake_id=second.handshake_id)
        self.assertEqual(self.lines('audit.1', handshake_id=second.handshake_id), [])
