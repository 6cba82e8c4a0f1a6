"""Stores that are servers of their own: PostgreSQL behind two replicas, and an LDAP directory."""

import time

from harness.case import EndToEndCase
from harness.contract_case import AUTH, OK, SYS_TEMP, ContractService
from harness.contract_client import Stream, connect, context
from harness.directory import PEOPLE, SEARCHER, SEARCHER_PASSWORD, Directory
from harness.postgresql import Postgresql
from harness.sasl_frames import SASL_HEADER, plain

PATIENCE = 30


class StoreCase(EndToEndCase):
    """Logins by PLAIN and SCRAM at any of several services."""

    def service(self, policy, **settings):
        service = ContractService(policy=lambda folder: policy, **settings)
        self.addCleanup(service.stop)
        return service

    def stream(self, service):
        channel = connect(service.address)
        self.addCleanup(channel.close)
        stream = Stream(channel)
        self.addCleanup(stream.cancel)
        return stream

    def outcome(self, stream, name, password):
        connection = stream.open(context(), received=SASL_HEADER + plain(name, password))
        connection.read_header()
        return connection.read_outcome()[0]

    def wait_for(self, code, stream, name, password):
        """The first outcome with this code; others may come before it."""
        deadline = time.monotonic() + PATIENCE
        outcome = self.outcome(stream, name, password)
        while outcome.code != code and time.monotonic() < deadline:
            outcome = self.outcome(stream, name, password)
        self.assertEqual(outcome.code, code, outcome.detail)
        return outcome


class TwoReplicasOnPostgresql(StoreCase):

    def setUp(self):
        self.database = Postgresql(self.deployment.scratch)
        self.addCleanup(self.database.remove)
        # Nothing but a notification makes a cached answer give way in this test.
        policy = f'''\
stores:
  - name: fleet
    timeout: 2s
    cache: {{ttl: 1h, negative_ttl: 1h}}
    postgresql:
      connection: {self.database.connection}
      password: {{env: DATABASE_PASSWORD}}
rules:
  stores: [{{store: fleet}}]
'''
        environment = {'DATABASE_PASSWORD': self.database.password}
        self.one = self.service(policy, environment=environment)
        self.other = self.service(policy, environment=environment, shared=self.one)
        self.at_one = self.stream(self.one)
        self.at_other = self.stream(self.other)

    def test_what_one_is_told_holds_at_the_other(self):
        self.assertEqual(self.outcome(self.at_other, 'carol', 'first').code, AUTH)
        self.one.ctl.add_user('carol', 'first')
        outcome = self.wait_for(OK, self.at_other, 'carol', 'first')
        self.assertEqual(outcome.identity.store, 'fleet')
        self.assertEqual(self.outcome(self.at_one, 'carol', 'first').code, OK)

        self.other.ctl.run('user', 'set-password', 'carol', password='second')
        self.wait_for(OK, self.at_one, 'carol', 'second')
        self.assertEqual(self.outcome(self.at_one, 'carol', 'first').code, AUTH)
        self.one.ctl.run('user', 'disable', 'carol')
        self.wait_for(AUTH, self.at_other, 'carol', 'second')

    def test_sql_counts_as_much_as_the_command_line(self):
        self.one.ctl.add_user('carol', 'first')
        self.wait_for(OK, self.at_other, 'carol', 'first')
        self.database.query("DELETE FROM sallyport.users WHERE name = 'carol'")
        self.wait_for(AUTH, self.at_one, 'carol', 'first')
        self.wait_for(AUTH, self.at_other, 'carol', 'first')

    def test_an_outage_is_temporary_and_its_end_is_noticed(self):
        self.one.ctl.add_user('carol', 'first')
        self.wait_for(OK, self.at_other, 'carol', 'first')
        self.database.stop()
        self.wait_for(SYS_TEMP, self.at_other, 'dave', 'any')
        self.database.start()
        self.wait_for(AUTH, self.at_other, 'dave', 'any')
        self.wait_for(OK, self.at_other, 'carol', 'first')


class LdapDirectory(StoreCase):

    def setUp(self):
        self.directory = Directory(self.deployment.scratch, self.deployment.service_tls,
                                   {'carol': 'sesame'})
        self.addCleanup(self.directory.stop)
        self.server = self.service(f'''\
stores:
  - name: corp
    timeout: 2s
    ldap:
      urls: ["{self.directory.url}"]
      tls: {{ca_file: {self.deployment.servers.certificate}}}
      bind_dn: {SEARCHER}
      bind_password: {{env: DIRECTORY_PASSWORD}}
      base_dn: {PEOPLE}
      attributes: {{mail: email}}
rules:
  stores: [{{store: corp}}]
''', environment={'DIRECTORY_PASSWORD': SEARCHER_PASSWORD})
        self.logins = self.stream(self.server)

    def test_judges_passwords_itself_and_tells_attributes(self):
        outcome = self.outcome(self.logins, 'carol', 'sesame')
        self.assertEqual(outcome.code, OK, outcome.detail)
        self.assertEqual(outcome.identity.store, 'corp')
        self.assertEqual(dict(outcome.identity.attributes), {'email': 'carol@example.org'})
        for name, password in (('carol', 'open'), ('carol', ''), ('CAROL', 'sesame'),
                               ('*', 'sesame'), ('carol)(uid=*', 'sesame'), ('dave', 'sesame')):
            self.assertEqual(self.outcome(self.logins, name, password).code, AUTH, (name, password))

    def test_an_outage_is_temporary_and_its_end_is_noticed(self):
        self.assertEqual(self.outcome(self.logins, 'carol', 'sesame').code, OK)
        self.directory.stop()
        self.wait_for(SYS_TEMP, self.logins, 'carol', 'sesame')
        self.directory.start()
        self.wait_for(OK, self.logins, 'carol', 'sesame')
        self.assertEqual(self.outcome(self.logins, 'carol', 'open').code, AUTH)
