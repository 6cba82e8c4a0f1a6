"""Pods of rendered manifests, whose containers run as processes of this machine.

A container is a process of its own namespaces: it is process 1, its root is read-only and has
what its image has, its user is the manifest's, and it has no capability. Command, arguments,
environment and mounts are the manifest's.
"""

import pathlib
import subprocess

from harness.cluster.network import NODE
from harness.cluster.volumes import MountedFiles, empty_folder
from harness.processes import Program

# For what defaultMode says where it is silent.
_DEFAULT_MODE = 0o644


class Container:
    """One that runs. `program` is what started it; its output is the container's."""

    def __init__(self, pod, manifest, image):
        self.name = manifest['name']
        self.manifest = manifest
        self._environment = {**image.environment,
                             **{variable['name']: variable['value']
                                for variable in manifest.get('env', [])}}
        command = [*pod.network.enter, *self._sandbox(pod, image),
                   *manifest['command'], *manifest.get('args', [])]
        self.program = Program(f'{pod.name}-{self.name}', command, pod.folder)
        self._children = pathlib.Path(
            f'/proc/{self.program.pid}/task/{self.program.pid}/children')
        self.program.wait_until(lambda: self._children.read_text(encoding='ascii'),
                                'does not start')
        self._pid = int(self._children.read_text(encoding='ascii'))

    def _sandbox(self, pod, image):
        """bwrap's command."""
        context = {**pod.spec['securityContext'], **self.manifest['securityContext']}
        words = ['bwrap', '--unshare-user', '--uid', str(context['runAsUser']),
                 '--gid', str(context['runAsGroup']), '--unshare-pid', '--as-pid-1',
                 '--unshare-ipc', '--unshare-uts', '--hostname', pod.name, '--die-with-parent',
                 '--clearenv', *image.arguments, '--proc', '/proc', '--dev', '/dev',
                 '--ro-bind', str(pod.etc / 'hosts'), '/etc/hosts',
                 '--ro-bind', str(pod.etc / 'resolv.conf'), '/etc/resolv.conf']
        for variable, value in self._environment.items():
            words += ['--setenv', variable, value]
        for mount in self.manifest['volumeMounts']:
            words += ['--ro-bind' if mount.get('readOnly') else '--bind',
                      str(pod.volume_folder(mount['name'])), mount['mountPath']]
        return [*words, '--remount-ro', '/', '--']

    def run(self, *command, text=''):
        """What `kubectl exec` does: what the command prints. It must succeed."""
        done = self._run(command, text, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f'{" ".join(command)} in {self.program.name} ended with '
                               f'{done.returncode}: {done.stdout}{done.stderr}')
        return done.stdout

    def succeeds(self, command, timeout):
        try:
            return self._run(command, '', timeout).returncode == 0
        except subprocess.TimeoutExpired:
            return False

    def _run(self, command, text, timeout):
        return subprocess.run(
            ['nsenter', f'--target={self._pid}', '--user', '--mount', '--net', '--pid', '--uts',
             '--ipc', '--preserve-credentials', *command],
            input=text, env=self._environment, capture_output=True, text=True, timeout=timeout,
            check=False)

    def terminate(self):
        if self.program.running:
            # bwrap waits for it, and does not hand signals on.
            subprocess.run(['kill', '-TERM', str(self._pid)], check=False)

    def kill(self):
        self.program.stop(timeout=0)


class Pod:
    """Made by a Cluster, which brings what it mounts, and keeps `terminating` and `ready_since`, a
    time of the monotonic clock or None."""

    def __init__(self, cluster, workload, name):
        self.name = name
        self.workload = workload
        self.cluster = cluster
        self.namespace = workload['metadata']['namespace']
        self.labels = workload['spec']['template']['metadata']['labels']
        self.spec = workload['spec']['template']['spec']
        self.folder = cluster.scratch / name
        self.etc = self.folder / 'etc'
        self.etc.mkdir(parents=True)
        self.network = cluster.network.new_pod()
        self.address = self.network.address
        self._mounted = {}
        self._folders = {}
        self.terminating = False
        self.ready_since = None
        self._write_etc()
        self._mount()
        self.containers = [Container(self, manifest, cluster.images[manifest['image']])
                           for manifest in self.spec['containers']]

    def container(self, name):
        [found] = [container for container in self.containers if container.name == name]
        return found

    def volume_folder(self, name):
        return self._folders[name]

    def remount(self):
        """Brings ConfigMaps and Secrets as they are now, as the kubelet does in time."""
        for mounted, volume in self._mounted.values():
            mounted.replace(self.cluster.files(self.namespace, volume))

    def remove(self):
        for container in self.containers:
            container.kill()
        self.network.remove()

    def _write_etc(self):
        (self.etc / 'hosts').write_text(
            f'127.0.0.1 localhost\n{self.address} {self.name}\n', encoding='ascii')
        zone = 'svc.cluster.local'
        (self.etc / 'resolv.conf').write_text(
            f'nameserver {NODE}\nsearch {self.namespace}.{zone} {zone} cluster.local\n'
            'options ndots:5\n', encoding='ascii')

    def _mount(self):
        volumes = self.spec['volumes'] + [
            {'name': claim['metadata']['name'],
             'persistentVolumeClaim': {'claimName': f'{claim["metadata"]["name"]}-{self.name}'}}
            for claim in self.workload['spec'].get('volumeClaimTemplates', [])]
        for volume in volumes:
            name = volume['name']
            folder = self.folder / 'volumes' / name
            if 'configMap' in volume or 'secret' in volume:
                source = volume.get('configMap') or volume['secret']
                files = MountedFiles(folder, self.cluster.files(self.namespace, volume),
                                     source.get('defaultMode', _DEFAULT_MODE))
                self._mounted[name] = (files, volume)
            elif 'persistentVolumeClaim' in volume:
                folder = empty_folder(self.cluster.scratch / 'claims' /
                                      volume['persistentVolumeClaim']['claimName'])
            else:
                empty_folder(folder)
            self._folders[name] = folder
