"""sallyportd with no configuration at all, as on a machine where nothing is set up."""

import os
import pathlib
import shutil
import subprocess
import tempfile

from harness.case import EndToEndCase
from harness.processes import Program, json_line

# Its default port is a fixed one: it gets a network of its own to have it in.
_OWN_NETWORK = ['unshare', '--net'] + ([] if os.geteuid() == 0 else ['--map-root-user'])


class Defaults(EndToEndCase):

    def setUp(self):
        super().setUp()
        self.home = pathlib.Path(tempfile.mkdtemp(prefix='sallyport-home-'))
        self.addCleanup(shutil.rmtree, self.home)
        (self.home / 'run').mkdir(mode=0o700)
        self.environment = {'PATH': os.environ['PATH'], 'HOME': str(self.home),
                            'XDG_RUNTIME_DIR': str(self.home / 'run')}

    def in_network(self, program, *command, text):
        enter = ['nsenter', '--target', str(program.pid), '--net']
        return subprocess.run([*enter, *command], input=text, capture_output=True, text=True,
                              env=self.environment, timeout=60, check=False)

    def test_serves_on_loopback_and_says_so(self):
        binaries = self.deployment.binaries
        service = Program('sallyportd-defaults',
                          [*_OWN_NETWORK, 'sh', '-c', 'ip link set lo up && exec "$0"',
                           binaries.service], self.home, environment=self.environment)
        self.addCleanup(service.stop)
        service.wait_for_line(json_line(msg='serving', address='127.0.0.1:7450', tls=False))
        service.wait_for_line(lambda line: 'no configuration was given' in line)

        added = self.in_network(service, binaries.ctl, 'user', 'add', 'alice', text='pencil\n')
        self.assertEqual(added.returncode, 0, added.stderr)
        accepted = self.in_network(service, binaries.ctl, 'login', 'alice', text='pencil\n')
        self.assertEqual(accepted.returncode, 0, accepted.stdout + accepted.stderr)
        self.assertIn('accepted: alice by SCRAM-SHA-512', accepted.stdout)
        service.wait_for_line(json_line(msg='login accepted', authentication_id='alice'))
        refused = self.in_network(service, binaries.ctl, 'login', 'alice', text='pen\n')
        self.assertEqual(refused.returncode, 5, refused.stdout + refused.stderr)

        database = self.home / '.local/state/sallyport/sallyport.db'
        self.assertEqual(database.stat().st_mode & 0o777, 0o600)
        self.assertEqual(service.stop(), 0)
