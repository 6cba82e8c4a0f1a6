"""The base of the contract's tests: sallyportd, and brokers that are no SDK of ours."""

import os
import pathlib
import ssl
import tempfile
import unittest

from harness import contract_client, sasl_frames
from harness.case import EndToEndCase
from harness.contract_client import Exchange, Stream, context
from harness.processes import Program, json_line
from harness.sallyport import Ctl, policy_of
from harness.sasl_frames import SASL_HEADER
from harness.scram_client import Scram
from harness.stubs import wire

OK = wire.SASL_CODE_OK
AUTH = wire.SASL_CODE_AUTH
SYS = wire.SASL_CODE_SYS
SYS_PERM = wire.SASL_CODE_SYS_PERM
SYS_TEMP = wire.SASL_CODE_SYS_TEMP

USERS = {'alice': 'correct horse battery staple', 'bob': 'a pencil & a half', 'IX': 'nine IX'}

# A rule for each thing that a listener may decide; none for any other name.
LISTENERS = '''\
listeners:
  - name: default
  - name: cleartext
    rules: {allow_password_without_tls: true}
  - name: anonymous
    rules: {mechanisms: [ANONYMOUS, PLAIN]}
  - name: ordered
    rules:
      mechanisms: [PLAIN, SCRAM-SHA-1, EXTERNAL, SCRAM-SHA-256, SCRAM-SHA-1-PLUS, SCRAM-SHA-512]
  - name: certificates
    rules: {mechanisms: [EXTERNAL]}
  - name: unique
    rules: {channel_bindings: [tls-unique]}
  - name: final-challenge
    rules: {quirks: {final_data_as_challenge: true}}
  - name: skipping
    rules: {quirks: {skip_empty_frames: true}}
  - name: few-bytes
    rules:
      limits: {max_frame_size: 512, max_handshake_bytes: 1024}
      quirks: {skip_empty_frames: true}
  - name: few-steps
    rules:
      limits: {max_steps: 4}
      quirks: {skip_empty_frames: true}
'''


class ContractService:
    """sallyportd in a folder of its own, on a port that it takes."""

    def __init__(self, listeners=LISTENERS, rules='', configuration='', shared=None, policy=None,
                 tls=None, environment=None, admin=''):
        """`rules`: of the policy, beside `listeners`; or `policy`: what makes the whole of its
        text, given the service's folder. `shared`: another ContractService, whose users and decoys
        this one has. `tls`: a key pair, and brokers must show certificates of its CA.
        `environment`: variables beside those that the test has. `admin`: further keys of the
        configuration, as they stand under `admin`."""
        deployment = EndToEndCase.deployment
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='contract-', dir=deployment.scratch))
        state = shared.state if shared else self.folder
        self.state = state
        self.admin_socket = self.folder / 'admin.sock'
        self.policy = self.folder / 'policy.yaml'
        self.write_policy(policy(self.folder) if policy
                          else policy_of(state / 'users.db', rules, listeners))
        files = '' if tls is None else (f'  tls: {{certificate: {tls.certificate}, '
                                        f'key: {tls.key}, client_ca: {tls.ca}}}\n')
        file = self.folder / 'sallyportd.yaml'
        file.write_text(f'''\
grpc:
  address: "127.0.0.1:0"
{files}admin:
  socket: {self.admin_socket}
{admin}policy: {self.policy}
decoy_key: {state / 'decoy.key'}
{configuration}''', encoding='utf-8')
        ready = self.folder / 'ready.json'
        self.program = Program('sallyportd', [deployment.binaries.service, '--config', file,
                                              '--ready-file', ready], self.folder,
                               environment={**os.environ, **(environment or {})})
        self.addresses = self.program.wait_for_file(ready)
        self.address = self.addresses['grpc']
        self.ctl = Ctl(deployment.binaries.ctl, self.admin_socket)

    def write_policy(self, text):
        """Replaces the policy's file at once, as an editor or a deployment does."""
        fresh = self.policy.with_suffix('.new')
        fresh.write_text(text, encoding='utf-8')
        fresh.rename(self.policy)

    def logs_since(self, position, message, **fields):
        """Waits for such a log line after `position`, and returns it."""
        return self.program.wait_for_line(json_line(msg=message, **fields), after=position)

    def stop(self):
        return self.program.stop()


class ContractCase(unittest.TestCase):
    """Its tests share one service, with LISTENERS and USERS, and a stream for each test."""

    rules = ''
    configuration = ''
    users = USERS
    service = None
    channel = None

    @classmethod
    def setUpClass(cls):
        cls.service = ContractService(rules=cls.rules, configuration=cls.configuration)
        cls.addClassCleanup(cls.stop_service)
        for name, password in cls.users.items():
            cls.service.ctl.add_user(name, password)
        cls.channel = contract_client.connect(cls.service.address)
        cls.addClassCleanup(cls.channel.close)

    @classmethod
    def stop_service(cls):
        code = cls.service.stop()
        if code != 0:
            raise AssertionError(f'sallyportd ended with {code}')

    def setUp(self):
        self.stream = self.new_stream()

    def new_channel(self, service=None):
        channel = contract_client.connect((service or self.service).address)
        self.addCleanup(channel.close)
        return channel

    def new_stream(self, channel=None):
        stream = Stream(channel or self.channel)
        self.addCleanup(stream.cancel)
        return stream

    def new_exchange(self, channel=None):
        exchange = Exchange(channel or self.channel)
        self.addCleanup(exchange.cancel)
        return exchange

    def certificate(self, common_name):
        """DER, as a broker hands it on."""
        pair = EndToEndCase.deployment.clients.issue(common_name, usage='clientAuth')
        return ssl.PEM_cert_to_DER_cert(pair.certificate.read_text(encoding='ascii'))

    def answer(self, *client_bytes, stream=None, connection_context=None):
        """A new connection whose client sends all this at once; its greeting has been read."""
        connection = (stream or self.stream).open(connection_context or context(),
                                                  received=b''.join(client_bytes))
        connection.read_greeting()
        return connection

    def log_in(self, connection, username='alice', mechanism='SCRAM-SHA-256', **scram):
        """A login by SCRAM on an open connection that has read the greeting. Its outcome, with
        the service's proof checked."""
        client = Scram(username, self.users[username], **scram)
        connection.send(SASL_HEADER + sasl_frames.init(mechanism, client.first()))
        return self.finish_login(connection, client)

    def finish_login(self, connection, client):
        """The rest of a login by SCRAM, from the service's challenge on."""
        connection.send(sasl_frames.response(client.final(connection.read_challenge())))
        outcome, frames = self.assert_accepted(connection)
        self.assertTrue(client.verifies(frames[-1].data))
        return outcome

    def assert_accepted(self, connection, username=None):
        outcome, frames = connection.read_outcome()
        self.assert_consistent(outcome, OK)
        self.assertEqual([type(frame) for frame in frames], [sasl_frames.Outcome])
        self.assertEqual(frames[0].code, 0)
        if username is not None:
            self.assertEqual(outcome.identity.authentication_id, username)
        return outcome, frames

    def assert_refused(self, connection, reason, code=AUTH, tells_client=True):
        """Ended for FAILURE_REASON_`reason`. The client hears the code and nothing more, or
        nothing at all."""
        outcome, frames = connection.read_outcome()
        self.assert_consistent(outcome, code, reason)
        wanted = [sasl_frames.Outcome(code - OK, None)] if tells_client else []
        self.assertEqual(frames, wanted, outcome.detail)
        return outcome

    def assert_refused_at_open(self, connection, reason, code=SYS_TEMP):
        """A refusal at `open` sends our header and the sasl-outcome, without mechanisms."""
        self.assertEqual(connection.read_header(), SASL_HEADER)
        self.assert_refused(connection, reason, code)
        self.assertEqual(connection.consumed, 0)

    def assert_consistent(self, outcome, code, reason='UNSPECIFIED'):
        said = (wire.SaslCode.Name(outcome.code), wire.FailureReason.Name(outcome.reason))
        self.assertEqual(said, (wire.SaslCode.Name(code), f'FAILURE_REASON_{reason}'),
                         outcome.detail)
        self.assertEqual(outcome.HasField('identity'), code == OK)
        self.assertTrue(outcome.handshake_id)

    def assert_silent(self, connection, stream=None):
        """Nothing has come of what was sent."""
        (stream or self.stream).pass_by()
        self.assertEqual(connection.unread(), [])
