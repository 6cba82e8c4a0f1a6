"""The manifests of deploy/kubernetes, run: see cluster_scenarios.py."""

import os
import pathlib
import subprocess
import unittest

from harness.case import EndToEndCase

_SCENARIOS = pathlib.Path(__file__).resolve().parent / 'cluster_scenarios.py'
# The manifests' ports are fixed ones, and their names a cluster's.
_OWN_NETWORK = ['unshare', '--net'] + ([] if os.geteuid() == 0 else ['--map-root-user'])
_TIMEOUT_SECONDS = 600


class KubernetesRun(unittest.TestCase):

    def run_scenario(self, name):
        folder = EndToEndCase.deployment.binaries.root
        done = subprocess.run([*_OWN_NETWORK, '/usr/bin/python3', _SCENARIOS, '--bin', folder, name],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=_TIMEOUT_SECONDS,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_brokers_are_known_by_their_certificates(self):
        self.run_scenario('Single.test_brokers_are_known_by_their_certificates')

    def test_users_outlive_their_pod(self):
        self.run_scenario('Single.test_users_outlive_their_pod')

    def test_what_is_rotated_is_used_without_a_restart(self):
        self.run_scenario('Single.test_what_is_rotated_is_used_without_a_restart')

    def test_a_rolling_update_of_the_fleet_loses_no_login(self):
        print(self.run_scenario('UnderLoad.test_a_rolling_update_of_the_fleet_loses_no_login'), end='')

    def test_streams_move_to_new_replicas_and_lose_no_login(self):
        print(self.run_scenario(
            'UnderLoad.test_streams_move_to_new_replicas_and_lose_no_login'), end='')

    def test_a_rolling_update_of_the_gateway_loses_no_login(self):
        print(self.run_scenario('UnderLoad.test_a_rolling_update_of_the_gateway_loses_no_login'), end='')
