"""Real clients log in through the gateway, and the real broker sees who they are."""

from harness.case import EndToEndCase


class Login(EndToEndCase):

    def logs_in(self, library, mechanism, username):
        client = self.client(library, mechanism, username)
        self.assertEqual(client.wait_for('connected')['mechanism'], mechanism)
        if library != 'uamqp':
            client.exchange()
        self.deployment.rabbitmq.wait_for_users([username])
        client.finish()
        accepted = self.service_logs('login accepted', mechanism=mechanism, listener='amqps')
        self.assertEqual(accepted['authentication_id'], username)
        authenticated = self.gateway_logs('client authenticated', mechanism=mechanism)
        self.assertEqual(authenticated['authorization_id'], username)
        self.assertEqual(authenticated['handshake_id'], accepted['handshake_id'])
        self.gateway_logs('connection ended', handshake_id=accepted['handshake_id'])
        return client

    def test_rhea_with_plain(self):
        self.logs_in('rhea', 'PLAIN', 'alice')

    def test_qpid_proton_with_plain(self):
        self.logs_in('qpid-proton', 'PLAIN', 'bob')

    def test_uamqp_with_plain(self):
        self.logs_in('uamqp', 'PLAIN', 'alice')

    def test_rhea_with_scram_sha_256_verifies_the_server(self):
        client = self.logs_in('rhea', 'SCRAM-SHA-256', 'bob')
        self.assertIn('server-verified', client.events())

    def test_rhea_with_a_client_certificate(self):
        self.logs_in('rhea', 'EXTERNAL', 'alice')

    def test_two_clients_are_two_users_to_the_broker(self):
        first = self.client('rhea', 'PLAIN', 'alice')
        second = self.client('qpid-proton', 'PLAIN', 'bob')
        first.exchange()
        second.exchange()
        self.deployment.rabbitmq.wait_for_users(['alice', 'bob'])
        first.finish()
        second.finish()

    def test_the_broker_holds_a_client_to_its_own_permissions(self):
        client = self.client('rhea', 'PLAIN', 'alice', queue='bob.private')
        client.wait_for('connected')
        self.deployment.rabbitmq.wait_until_it_says(
            "access to queue 'bob.private' in vhost '/' refused for user 'alice'")


class RefusedLogin(EndToEndCase):

    def is_refused(self, library, mechanism, username, password, reason):
        client = self.client(library, mechanism, username, password)
        refused = client.refusal()
        self.service_logs('login refused', mechanism=mechanism, code='auth', reason=reason)
        self.gateway_logs('client refused', code='auth', reason=reason)
        return refused

    def test_rhea_with_a_wrong_password_in_plain(self):
        refused = self.is_refused('rhea', 'PLAIN', 'alice', 'wrong', 'bad_credentials')
        self.assertEqual(refused['description'], 'Failed to authenticate: 1')

    def test_qpid_proton_with_a_wrong_password_in_plain(self):
        refused = self.is_refused('qpid-proton', 'PLAIN', 'alice', 'wrong', 'bad_credentials')
        self.assertEqual(refused['condition'], 'amqp:unauthorized-access')

    def test_uamqp_with_a_wrong_password_in_plain(self):
        self.is_refused('uamqp', 'PLAIN', 'alice', 'wrong', 'bad_credentials')

    def test_rhea_with_a_wrong_password_in_scram_sha_256(self):
        refused = self.is_refused('rhea', 'SCRAM-SHA-256', 'bob', 'wrong', 'bad_credentials')
        self.assertEqual(refused['description'], 'Failed to authenticate: 1')

    def test_an_unknown_user_looks_like_a_wrong_password_to_the_client(self):
        unknown = self.is_refused('rhea', 'SCRAM-SHA-256', 'mallory', 'wrong', 'unknown_user')
        wrong = self.is_refused('rhea', 'SCRAM-SHA-256', 'bob', 'wrong', 'bad_credentials')
        self.assertEqual(unknown, wrong)

    def test_a_disabled_user_until_enabled_again(self):
        ctl = self.deployment.ctl
        ctl.run('user', 'disable', 'bob')
        self.addCleanup(ctl.run, 'user', 'enable', 'bob')
        self.is_refused('rhea', 'PLAIN', 'bob', self.deployment.users['bob'], 'account_disabled')
        ctl.run('user', 'enable', 'bob')
        client = self.client('rhea', 'PLAIN', 'bob')
        client.exchange()
        client.finish()
