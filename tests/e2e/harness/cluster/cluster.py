"""A cluster on one machine, which runs rendered manifests: pods with their probes, the names of
Services, and rolling updates."""

import itertools
import threading
import time

from harness.cluster.kubelet import Kubelet
from harness.cluster.names import Names
from harness.cluster.network import NODE, Network
from harness.cluster.pods import Pod

_ZONE = 'cluster.local'


class Cluster:
    """`images`: {name: Image}. `site`: what the manifests leave to the site, {(namespace, kind,
    name): {file: bytes}}; change it and `remount` to rotate it."""

    def __init__(self, scratch, images, site):
        self.scratch = scratch
        self.images = images
        self.site = site
        self.network = Network(scratch)
        self.names = Names(NODE)
        self.complaints = []
        self._changed = threading.Condition()
        self._objects = []
        self._kubelets = {}
        self._numbers = itertools.count(1)

    def apply(self, overlay):
        """Runs it, and returns once its pods are ready."""
        self._objects += overlay.objects
        for workload in overlay.workloads:
            for _ in range(self._replicas(overlay, workload)):
                self._start(workload)
        self._announce()
        for pod in self.pods(overlay):
            self._wait_until_ready(pod)

    def pods(self, overlay):
        names = {workload['metadata']['name'] for workload in overlay.workloads}
        return [pod for pod in list(self._kubelets) if pod.workload['metadata']['name'] in names]

    def files(self, namespace, volume):
        """{name: bytes} of a ConfigMap or a Secret that a pod mounts."""
        if 'configMap' in volume:
            source, kind, name = volume['configMap'], 'ConfigMap', volume['configMap']['name']
        else:
            source, kind, name = volume['secret'], 'Secret', volume['secret']['secretName']
        files = self.site.get((namespace, kind, name))
        if files is None:
            [found] = [found for found in self._objects
                       if (found['metadata'].get('namespace'), found['kind'],
                           found['metadata']['name']) == (namespace, kind, name)]
            files = {key: text.encode() for key, text in found['data'].items()}
        if 'items' in source:
            return {item['path']: files[item['key']] for item in source['items']}
        return files

    def remount(self):
        for pod in list(self._kubelets):
            pod.remount()

    def end(self, pod):
        """Deletes it, and returns once it is gone."""
        self._kubelets[pod].end()
        del self._kubelets[pod]

    def add_replica(self, overlay):
        """What an autoscaler does."""
        [workload] = overlay.workloads
        fresh = self._start(workload)
        self._wait_until_ready(fresh)
        return fresh

    def replace(self, pod):
        """Strategy Recreate: the old one is gone before the new one is there."""
        self.end(pod)
        fresh = self._start(pod.workload)
        self._wait_until_ready(fresh)
        return fresh

    def roll(self, overlay):
        """A rolling update of the overlay's Deployment, by its own strategy."""
        [workload] = overlay.workloads
        strategy = workload['spec']['strategy']['rollingUpdate']
        wanted = len(self.pods(overlay))
        old, fresh, ending = self.pods(overlay), [], []
        while old or not all(map(self._is_available, fresh)):
            there = len(old) + len(fresh)
            if len(fresh) < wanted and there < wanted + strategy['maxSurge']:
                fresh.append(self._start(workload))
            available = len(old) + sum(map(self._is_available, fresh))
            if old and available - 1 >= wanted - strategy['maxUnavailable']:
                thread = threading.Thread(target=self.end, args=[old.pop(0)])
                thread.start()
                ending.append(thread)
                continue
            with self._changed:
                self._changed.wait(0.1)
        for thread in ending:
            thread.join()

    def stop(self):
        for pod in list(self._kubelets):
            self.end(pod)

    def _replicas(self, overlay, workload):
        for scaler in overlay.of_kind('HorizontalPodAutoscaler'):
            return scaler['spec']['minReplicas']
        return workload['spec'].get('replicas', 1)

    def _start(self, workload):
        # A StatefulSet's first pod is number 0.
        suffix = 0 if workload['kind'] == 'StatefulSet' else next(self._numbers)
        pod = Pod(self, workload, f'{workload["metadata"]["name"]}-{suffix}')
        kubelet = self._kubelets[pod] = Kubelet(pod, self._announce, self.complaints)
        kubelet.start()
        return pod

    def _wait_until_ready(self, pod, timeout=180):
        deadline = time.monotonic() + timeout
        with self._changed:
            while not self._kubelets[pod].ready:
                if self.complaints or time.monotonic() > deadline:
                    raise RuntimeError('\n'.join([f'{pod.name} is not ready',
                                                  *self.complaints, *self._last_words(pod)]))
                self._changed.wait(0.5)

    def _last_words(self, pod):
        return [f'{container.program.name}: {line}' for container in pod.containers
                for line in container.program.lines[-15:]]

    def _is_available(self, pod):
        least = pod.workload['spec'].get('minReadySeconds', 0)
        return pod.ready_since is not None and time.monotonic() - pod.ready_since >= least

    def _announce(self):
        """The Services' names get the addresses of the pods that are ready now. One that is not
        headless gets them, too, in place of a virtual address that leads to them."""
        with self._changed:
            for pod, kubelet in list(self._kubelets.items()):
                if not kubelet.ready:
                    pod.ready_since = None
                elif pod.ready_since is None:
                    pod.ready_since = time.monotonic()
            for service in self._objects:
                if service['kind'] == 'Service':
                    self.names.set(_name(service), self._endpoints(service))
            self._changed.notify_all()

    def _endpoints(self, service):
        spec, namespace = service['spec'], service['metadata']['namespace']
        return [pod.address for pod, kubelet in list(self._kubelets.items())
                if pod.namespace == namespace and spec['selector'].items() <= pod.labels.items()
                and (kubelet.ready or spec.get('publishNotReadyAddresses'))]


def _name(service):
    return f'{service["metadata"]["name"]}.{service["metadata"]["namespace"]}.svc.{_ZONE}'
