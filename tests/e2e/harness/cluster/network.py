"""A cluster's network on this machine: a bridge, and a network namespace for each pod.

It is made in the network namespace of the process, which has to be one of its own, and the
process has to rule it: test_kubernetes_run starts one so.
"""

import os
import subprocess

from harness.processes import Program

# The node's, where the cluster's DNS is, too.
NODE = '10.88.0.1'
_PREFIX = 16


class Network:

    def __init__(self, scratch):
        self._scratch = scratch
        self._pods = 0
        _run('ip', 'link', 'set', 'lo', 'up')
        _run('ip', 'link', 'add', 'pods', 'type', 'bridge')
        _run('ip', 'address', 'add', f'{NODE}/{_PREFIX}', 'dev', 'pods')
        _run('ip', 'link', 'set', 'pods', 'up')

    def new_pod(self):
        self._pods += 1
        return PodNetwork(self._scratch, self._pods)


class PodNetwork:
    """`address` is the pod's; `enter` what a command begins with that runs there."""

    def __init__(self, scratch, number):
        self.address = f'10.88.{1 + number // 250}.{1 + number % 250}'
        self._holder = Program(f'pod-network-{number}', ['unshare', '--net', 'sleep', 'infinity'],
                               scratch)
        self._holder.wait_until(self._is_apart, 'has no network of its own')
        name = f'pod{number}'
        _run('ip', 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns',
             self._holder.pid)
        _run('ip', 'link', 'set', name, 'master', 'pods', 'up')
        for command in (['address', 'add', f'{self.address}/{_PREFIX}', 'dev', 'eth0'],
                        ['link', 'set', 'eth0', 'up'], ['link', 'set', 'lo', 'up']):
            _run(*self.enter, 'ip', *command)

    @property
    def enter(self):
        return ['nsenter', f'--net=/proc/{self._holder.pid}/ns/net']

    def _is_apart(self):
        ours, its = (os.readlink(f'/proc/{process}/ns/net')
                     for process in ('self', self._holder.pid))
        return ours != its

    def remove(self):
        self._holder.stop(timeout=5)


def _run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise RuntimeError(f'{" ".join(map(str, command))}: {done.stderr.strip()}')
