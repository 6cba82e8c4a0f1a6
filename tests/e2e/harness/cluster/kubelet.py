"""What the kubelet does for a pod: its probes, in their periods, and its end."""

import threading
import time

import grpc

from harness.stubs import health, health_rpc

# The API's defaults.
_PERIOD_SECONDS = 10
_TIMEOUT_SECONDS = 1
_FAILURES = 3
_GRACE_SECONDS = 30


class Kubelet:
    """Looks after one pod, on a thread for each container. `changed` is called when `ready` did;
    `complaints` gets a line for what must not happen to a pod."""

    def __init__(self, pod, changed, complaints):
        self._pod = pod
        self._changed = changed
        self._complaints = complaints
        self._ended = threading.Event()
        self._ready = {container.name: False for container in pod.containers}
        self._threads = [threading.Thread(target=self._watch, args=[container], daemon=True)
                         for container in pod.containers]

    def start(self):
        for thread in self._threads:
            thread.start()

    @property
    def ready(self):
        return all(self._ready.values()) and not self._pod.terminating

    def end(self):
        """preStop hooks, SIGTERM and, after the grace period, SIGKILL. Returns once it is over."""
        deadline = time.monotonic() + self._pod.spec.get('terminationGracePeriodSeconds',
                                                         _GRACE_SECONDS)
        self._pod.terminating = True
        self._changed()
        enders = [threading.Thread(target=self._end, args=[container, deadline])
                  for container in self._pod.containers]
        for thread in enders:
            thread.start()
        for thread in enders:
            thread.join()
        self._ended.set()
        for thread in self._threads:
            thread.join()
        self._pod.remove()

    def _end(self, container, deadline):
        hook = container.manifest.get('lifecycle', {}).get('preStop')
        if hook:
            # The one kind of hook that the manifests use.
            self._ended.wait(hook['sleep']['seconds'])
        container.terminate()
        try:
            code = container.program.wait(timeout=max(0, deadline - time.monotonic()))
        except Exception:  # pylint: disable=broad-except
            self._complain(container, 'was killed after its grace period')
            container.kill()
            return
        if code != 0:
            self._complain(container, f'ended with {code}')

    def _watch(self, container):
        started = self._probe_until(container, 'startupProbe', succeeds=True)
        if not started:
            return
        liveness = threading.Thread(target=self._watch_liveness, args=[container], daemon=True)
        liveness.start()
        while not self._ended.is_set():
            self._probe_until(container, 'readinessProbe', succeeds=True)
            self._set_ready(container, True)
            self._probe_until(container, 'readinessProbe', succeeds=False)
            self._set_ready(container, False)
        liveness.join()

    def _watch_liveness(self, container):
        if 'livenessProbe' in container.manifest:
            self._probe_until(container, 'livenessProbe', succeeds=False)
            if not self._pod.terminating:
                self._complain(container, 'was found dead by its liveness probe')

    def _set_ready(self, container, ready):
        if self._ready[container.name] != ready and not self._ended.is_set():
            self._ready[container.name] = ready
            self._changed()

    def _probe_until(self, container, kind, succeeds):
        """Probes until it succeeds, or fails as often as the threshold says; False where the pod
        ended before, or the startup probe gave up."""
        probe = container.manifest.get(kind)
        if probe is None:
            return succeeds or not self._ended.wait()
        failures = 0
        while not self._ended.is_set():
            if self._probe(container, probe):
                failures = 0
                if succeeds:
                    return True
            else:
                failures += 1
                if failures >= probe.get('failureThreshold', _FAILURES):
                    if not succeeds:
                        return True
                    if kind == 'startupProbe':
                        self._complain(container, 'did not start in time')
                        return False
            self._ended.wait(probe.get('periodSeconds', _PERIOD_SECONDS))
        return False

    def _probe(self, container, probe):
        timeout = probe.get('timeoutSeconds', _TIMEOUT_SECONDS)
        if 'exec' in probe:
            return container.succeeds(probe['exec']['command'], timeout)
        address = f'{self._pod.address}:{probe["grpc"]["port"]}'
        return serves(address, probe['grpc'].get('service', ''), timeout)

    def _complain(self, container, what):
        said = '\n    '.join(container.program.lines[-15:])
        self._complaints.append(f'{container.program.name} {what}; its last lines:\n    {said}')


def serves(address, service, timeout):
    """Whether gRPC's health checking says so, on a connection of its own as a probe's is."""
    options = [('grpc.use_local_subchannel_pool', 1), ('grpc.enable_http_proxy', 0)]
    with grpc.insecure_channel(address, options=options) as channel:
        try:
            answer = health_rpc.HealthStub(channel).Check(
                health.HealthCheckRequest(service=service), timeout=timeout)
        except grpc.RpcError:
            return False
        return answer.status == health.HealthCheckResponse.SERVING
