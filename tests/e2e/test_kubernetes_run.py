"""The manifests of deploy/kubernetes, run: see cluster_scenarios.py."""

import os
import pathlib
import unittest

from harness.case import EndToEndCase
from harness.processes import Program

_SCENARIOS = pathlib.Path(__file__).resolve().parent / 'cluster_scenarios.py'
# The manifests' ports are fixed ones, and their names a cluster's.
_OWN_NETWORK = ['unshare', '--net'] + ([] if os.geteuid() == 0 else ['--map-root-user'])
_TIMEOUT_SECONDS = 600


class KubernetesRun(unittest.TestCase):

    def run_scenario(self, name):
        deployment = EndToEndCase.deployment
        scenario = Program(f'scenario-{name}', [*_OWN_NETWORK, '/usr/bin/python3', _SCENARIOS,
                                                '--bin', deployment.binaries.root, name],
                           deployment.scratch)
        self.addCleanup(scenario.stop)
        code = scenario.wait(_TIMEOUT_SECONDS)
        self.assertEqual(code, 0, '\n'.join(scenario.lines))
        # How many logins there were.
        for line in scenario.lines:
            if 'logins' in line:
                print(line, flush=True)

    def test_brokers_are_known_by_their_certificates(self):
        self.run_scenario('Single.test_brokers_are_known_by_their_certificates')

    def test_users_outlive_their_pod(self):
        self.run_scenario('Single.test_users_outlive_their_pod')

    def test_what_is_rotated_is_used_without_a_restart(self):
        self.run_scenario('Single.test_what_is_rotated_is_used_without_a_restart')

    def test_a_rolling_update_of_the_fleet_loses_no_login(self):
        self.run_scenario('UnderLoad.test_a_rolling_update_of_the_fleet_loses_no_login')

    def test_streams_move_to_new_replicas_and_lose_no_login(self):
        self.run_scenario('UnderLoad.test_streams_move_to_new_replicas_and_lose_no_login')

    def test_a_rolling_update_of_the_gateway_loses_no_login(self):
        self.run_scenario('UnderLoad.test_a_rolling_update_of_the_gateway_loses_no_login')
