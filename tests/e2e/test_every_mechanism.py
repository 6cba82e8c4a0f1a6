"""Each mechanism that is off by default, by clients that are not ours, through the gateway."""

import pathlib
import tempfile

from harness.case import EndToEndCase
from harness.clients import Client
from harness.kerberos import REALM, Realm
from harness.sallyport import Ctl, Gateway, Service, policy_of
from harness.tokens import AUDIENCE, ISSUER, TokenIssuer

_MECHANISMS = ('GSSAPI', 'OAUTHBEARER', 'XOAUTH2', 'DIGEST-MD5', 'CRAM-MD5', 'LOGIN', 'PLAIN')


class EveryMechanism(EndToEndCase):
    """A service that offers all of them, and a gateway of its own in front of the RabbitMQ that
    all tests share. Alice's password is stored as it is, which some of them need."""

    @classmethod
    def setUpClass(cls):
        deployment = cls.deployment
        cls.scratch = pathlib.Path(tempfile.mkdtemp(prefix='every-', dir=deployment.scratch))
        cls.realm = Realm(cls.scratch)
        cls.addClassCleanup(cls.realm.stop)
        cls.realm.add_user('alice', 'kerberos password')
        cls.realm.add_service('amqp/localhost')
        cls.issuer = TokenIssuer(cls.scratch)
        cls.service = Service(
            deployment.binaries.service, cls.scratch, deployment.service_tls,
            environment=cls.realm.environment,
            configuration=f'kerberos:\n  keytab: {cls.realm.keytab}\n  realm: {REALM}\n',
            policy=policy_of(cls.scratch / 'users.db', rules=f'''\
credentials:
  store_as: [CLEARTEXT]
mechanisms: [{', '.join(_MECHANISMS)}]
quirks:
  token_error_as_challenge: false
''', more=f'''\
token_issuers:
  - issuer: {ISSUER}
    name: issuer
    keys: {cls.issuer.key_set}
    audience: [{AUDIENCE}]
'''))
        cls.service.start()
        cls.addClassCleanup(cls.service.stop)
        Ctl(deployment.binaries.ctl, cls.service.admin_socket).add_user(
            'alice', deployment.users['alice'])
        cls.gateway = Gateway(
            deployment.binaries.gateway, cls.scratch, service_address=cls.service.address,
            **deployment.gateway_settings)
        cls.gateway.start()
        cls.addClassCleanup(cls.gateway.stop)

    def setUp(self):
        super().setUp()
        self._said = self.service.program.position

    def client_by(self, mechanism, password=None, token=None, environment=None):
        client = Client('rhea', self.scratch, self.gateway.listeners['amqps'],
                        self.deployment.servers.certificate, mechanism, 'alice',
                        password or self.deployment.users['alice'], token=token,
                        environment=environment)
        self.addCleanup(client.stop)
        return client

    def logs_in(self, mechanism, **options):
        client = self.client_by(mechanism, **options)
        self.assertEqual(client.wait_for('connected')['mechanism'], mechanism)
        client.exchange()
        client.finish()
        accepted = self.service.logs_since(self._said, 'login accepted', mechanism=mechanism)
        self.assertEqual(accepted['authentication_id'], 'alice')
        return client, accepted

    def is_refused(self, mechanism, reason, **options):
        self.client_by(mechanism, **options).refusal()
        return self.service.logs_since(self._said, 'login refused', mechanism=mechanism,
                                       reason=reason)

    def test_gsasl_with_cram_md5(self):
        self.logs_in('CRAM-MD5')
        self.is_refused('CRAM-MD5', 'bad_credentials', password='wrong')

    def test_gsasl_with_digest_md5_verifies_the_server(self):
        client, _ = self.logs_in('DIGEST-MD5')
        self.assertIn('server-verified', client.events())
        self.is_refused('DIGEST-MD5', 'bad_credentials', password='wrong')

    def test_gsasl_with_login(self):
        self.logs_in('LOGIN')
        self.is_refused('LOGIN', 'bad_credentials', password='wrong')

    def test_gsasl_with_a_kerberos_ticket(self):
        tickets = self.realm.log_in('alice', 'kerberos password')
        self.logs_in('GSSAPI', environment=tickets)

    def test_rhea_with_a_token_in_xoauth2(self):
        _, accepted = self.logs_in('XOAUTH2', token=self.issuer.token('alice'))
        self.assertEqual(accepted['store'], 'issuer')

    def test_rhea_with_tokens_that_are_refused(self):
        self.is_refused('XOAUTH2', 'token_expired', token=self.issuer.token('alice', exp=1))
        refused = self.is_refused('XOAUTH2', 'token_not_accepted',
                                  token=self.issuer.token('alice', aud='others'))
        self.assertEqual(refused['detail'], 'The token is for another audience.')
        self.is_refused('XOAUTH2', 'token_invalid', token=self.issuer.token('alice') + 'AAAA')
        self.is_refused('XOAUTH2', 'authzid_not_allowed', token=self.issuer.token('bob'))
