"""The manifests of deploy/kubernetes: that they render, that Kubernetes' API takes them, and that
what they name is there, in themselves and in the programs."""

import copy
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from harness import kustomize, overlays
from harness.case import EndToEndCase
from harness.overlays import FOLDER, FROM_THE_SITE, Overlay, labels_of, pod_of, seconds

_OURS = ('sallyportd', 'sallyport-gateway')
# For what a program does after its drain, before the kubelet kills it.
_MARGIN_SECONDS = 10


class ManifestCase(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.mkdtemp(prefix='sallyport-kubectl-')
        cls.addClassCleanup(shutil.rmtree, scratch)
        kubectl = kustomize.Kubectl(scratch)
        cls.overlays = [Overlay(kubectl, name) for name in overlays.NAMES]

    def setUp(self):
        self._where = 'in general'

    def _formatMessage(self, msg, standardMsg):
        return f'{self._where}: {super()._formatMessage(msg, standardMsg)}'

    def each_workload(self):
        for overlay in self.overlays:
            for workload in overlay.workloads:
                self._where = f'{overlay.name}, {workload["metadata"]["name"]}'
                yield overlay, workload

    def each_container(self):
        for overlay, workload in self.each_workload():
            for container in pod_of(workload)['containers']:
                self._where = f'{overlay.name}, container {container["name"]}'
                yield overlay, workload, container

    def each_of_ours(self):
        for overlay, workload, container in self.each_container():
            if program_of(container) in _OURS:
                yield overlay, workload, container


def program_of(container):
    return pathlib.PurePath(container['command'][0]).name


class Schema(ManifestCase):

    def test_kubernetes_takes_every_object(self):
        for overlay in self.overlays:
            with self.subTest(overlay=overlay.name):
                self.assertEqual(kustomize.problems(overlay.objects), [])

    def test_what_it_would_not_take_is_found(self):
        deployment = self.overlays[1].named('Deployment', 'sallyport')
        for change, told in [
                (lambda pod: pod.update(serviceAcountName='x'), 'serviceAcountName'),
                (lambda pod: pod['containers'][0]['readinessProbe']['grpc'].update(servce='x'),
                 'servce'),
                (lambda pod: pod['containers'][0]['securityContext'].update(dropAll=True),
                 'dropAll'),
                (lambda pod: pod['containers'][0].pop('name'), 'name'),
                (lambda pod: pod.update(terminationGracePeriodSeconds='30'),
                 'terminationGracePeriodSeconds'),
        ]:
            wrong = copy.deepcopy(deployment)
            change(pod_of(wrong))
            with self.subTest(told):
                [problem] = kustomize.problems([wrong])
                self.assertIn(told, problem)
        wrong = copy.deepcopy(deployment)
        wrong['kind'] = 'Deploiment'
        self.assertTrue(kustomize.problems([wrong]))

    def test_names_are_names(self):
        for overlay in self.overlays:
            for found in overlay.objects:
                self.assertRegex(found['metadata']['name'], r'^[a-z0-9]([a-z0-9-]{,61}[a-z0-9])?$')
        for _, _, container in self.each_container():
            for port in container.get('ports', []):
                self.assertRegex(port['name'], r'^[a-z]([a-z0-9-]{,13}[a-z0-9])?$')


    def test_every_container_says_what_it_needs(self):
        for _, _, container in self.each_container():
            self.assertEqual(set(container['resources']['requests']), {'cpu', 'memory'})
            # More CPU than was asked for is free to take while nobody else needs it.
            self.assertEqual(set(container['resources']['limits']), {'memory'})


class References(ManifestCase):
    """What one object says of another."""

    def test_volumes_are_mounted_and_mounts_have_volumes(self):
        for overlay, workload in self.each_workload():
            volumes = [volume['name'] for volume in pod_of(workload)['volumes']]
            volumes += [claim['metadata']['name']
                        for claim in workload['spec'].get('volumeClaimTemplates', [])]
            mounts = {mount['name'] for container in pod_of(workload)['containers']
                      for mount in container['volumeMounts']}
            self.assertEqual(sorted(volumes), sorted(mounts))
            for volume in pod_of(workload)['volumes']:
                if 'persistentVolumeClaim' in volume:
                    overlay.named('PersistentVolumeClaim',
                                  volume['persistentVolumeClaim']['claimName'])
                # Fails for a ConfigMap or a Secret that nobody brings.
                overlay.files(volume)

    def test_no_mount_hides_a_change(self):
        for _, _, container in self.each_container():
            for mount in container['volumeMounts']:
                self.assertNotIn('subPath', mount)

    def test_selectors_find_the_pods(self):
        for overlay, workload in self.each_workload():
            labels = labels_of(workload).items()
            self.assertLessEqual(workload['spec']['selector']['matchLabels'].items(), labels)
            for service in overlay.of_kind('Service'):
                self.assertLessEqual(service['spec']['selector'].items(), labels)
            for policy in overlay.of_kind('NetworkPolicy'):
                self.assertLessEqual(policy['spec']['podSelector']['matchLabels'].items(), labels)
            for budget in overlay.of_kind('PodDisruptionBudget'):
                self.assertLessEqual(budget['spec']['selector']['matchLabels'].items(), labels)
            for spread in pod_of(workload).get('topologySpreadConstraints', []):
                self.assertLessEqual(spread['labelSelector']['matchLabels'].items(), labels)
            for scaler in overlay.of_kind('HorizontalPodAutoscaler'):
                target = scaler['spec']['scaleTargetRef']
                self.assertEqual((target['kind'], target['name'], target['apiVersion']),
                                 (workload['kind'], workload['metadata']['name'],
                                  workload['apiVersion']))
                # Else each `kubectl apply` would undo what the autoscaler did.
                self.assertNotIn('replicas', workload['spec'])

    def test_ports_are_those_of_the_pods(self):
        for overlay, workload in self.each_workload():
            ports = {port['name']: port['containerPort'] for container in
                     pod_of(workload)['containers'] for port in container.get('ports', [])}
            for service in overlay.of_kind('Service'):
                for port in service['spec']['ports']:
                    self.assertEqual(ports[port['targetPort']], port['port'])
            for policy in overlay.of_kind('NetworkPolicy'):
                for rule in policy['spec']['ingress']:
                    self.assertLessEqual({port['port'] for port in rule['ports']}, set(ports))

    def test_gateways_and_the_service_know_each_other(self):
        fleet = self.overlays[1]
        [service] = fleet.of_kind('Service')
        self.assertEqual(service['spec']['clusterIP'], 'None')
        name, port = service['metadata']['name'], service['spec']['ports'][0]['port']
        [ingress] = [rule for rule in fleet.of_kind('NetworkPolicy')[0]['spec']['ingress']
                     if rule['ports'][0]['port'] == service['spec']['ports'][0]['targetPort']]
        for overlay, workload, container in self.each_of_ours():
            if program_of(container) != 'sallyport-gateway':
                continue
            _, configuration = overlay.configuration(workload, container)
            self.assertEqual(configuration['service']['target'],
                             f'dns:///{name}.{fleet.namespace}.svc:{port}')
            allowed = ingress['from'][0]['podSelector']['matchLabels']
            self.assertLessEqual(allowed.items(), labels_of(workload).items())
            out = [rule['to'][0] for rule in
                   overlay.of_kind('NetworkPolicy')[0]['spec']['egress']
                   if rule['ports'][0]['port'] == port]
            self.assertEqual(out[0]['podSelector']['matchLabels'], service['spec']['selector'])

    def test_a_policy_keeps_its_name_and_a_configuration_does_not(self):
        for overlay in self.overlays:
            for found in overlay.of_kind('ConfigMap'):
                name = found['metadata']['name']
                if name == 'sallyport-policy':
                    continue
                self.assertRegex(name, r'-config-[a-z0-9]{10}$')

    def test_the_readme_tells_what_a_site_brings(self):
        text = (FOLDER / 'README.md').read_text(encoding='utf-8')
        for (_, _, name), files in FROM_THE_SITE.items():
            line = next((line for line in text.splitlines() if f'`{name}`' in line), '')
            for file in files:
                self.assertIn(f'`{file}`', line, name)


class Security(ManifestCase):

    def test_pods_are_restricted(self):
        for overlay, workload in self.each_workload():
            pod = pod_of(workload)
            self.assertIs(pod['automountServiceAccountToken'], False)
            account = overlay.named('ServiceAccount', pod['serviceAccountName'])
            self.assertIs(account['automountServiceAccountToken'], False)
            self.assertIs(pod['securityContext']['runAsNonRoot'], True)
            self.assertGreater(pod['securityContext']['runAsUser'], 0)
            self.assertEqual(pod['securityContext']['seccompProfile'], {'type': 'RuntimeDefault'})
            for key in ('hostNetwork', 'hostPID', 'hostIPC', 'initContainers'):
                self.assertNotIn(key, pod)
            self.assertEqual(
                overlay.of_kind('Namespace')[0]['metadata']['labels'],
                {'pod-security.kubernetes.io/enforce': 'restricted'})

    def test_containers_are_restricted(self):
        for _, _, container in self.each_container():
            context = container['securityContext']
            self.assertIs(context['allowPrivilegeEscalation'], False)
            self.assertIs(context['readOnlyRootFilesystem'], True)
            self.assertEqual(context['capabilities'], {'drop': ['ALL']})
            self.assertNotEqual(context.get('runAsUser'), 0)
            for port in container.get('ports', []):
                self.assertNotIn('hostPort', port)

    def test_secrets_are_not_everybodys(self):
        for _, workload in self.each_workload():
            for volume in pod_of(workload)['volumes']:
                if 'secret' in volume:
                    self.assertEqual(volume['secret']['defaultMode'] & 0o337, 0)

    def test_brokers_and_service_know_each_other_by_certificates(self):
        for overlay, workload, container in self.each_of_ours():
            _, configuration = overlay.configuration(workload, container)
            if program_of(container) == 'sallyportd':
                self.assertIn('client_ca', configuration['grpc']['tls'])
            else:
                self.assertGreaterEqual(set(configuration['service']['tls']),
                                        {'ca', 'certificate', 'key'})
            for part in (configuration.get('grpc', {}), configuration.get('service', {})):
                self.assertNotIn('allow_plaintext', part)

    def test_each_policy_says_which_brokers_may_ask(self):
        for overlay in self.overlays[:2]:
            for found in overlay.of_kind('ConfigMap'):
                if policy := found['data'].get('policy.yaml'):
                    self.assertRegex(policy, r'(?m)^brokers:\n  - name: \w+\n    identities: ')


class Programs(ManifestCase):
    """What the manifests say of the programs. test_kubernetes_run has them run as they say."""

    def test_flags_and_variables_are_known(self):
        for _, _, container in self.each_of_ours():
            binaries = EndToEndCase.deployment.binaries
            program = {'sallyportd': binaries.service,
                       'sallyport-gateway': binaries.gateway}[program_of(container)]
            usage = subprocess.run([program, '--help'], capture_output=True, text=True,
                                   check=True).stdout
            for argument in container['args']:
                if argument.startswith('-'):
                    self.assertRegex(usage, rf'{re.escape(argument)}\b')
            for variable in container.get('env', []):
                self.assertTrue(variable['name'].encode() in program.read_bytes(),
                                variable['name'])

    def test_ports_are_those_that_the_program_listens_on(self):
        for overlay, workload, container in self.each_of_ours():
            _, configuration = overlay.configuration(workload, container)
            listening = {'health': configuration['health']['address']}
            if program_of(container) == 'sallyportd':
                listening['grpc'] = configuration['grpc']['address']
                listening['metrics'] = configuration['admin']['metrics']
            for listener in configuration.get('listeners', []):
                listening[listener['name']] = listener['address']
            self.assertEqual({port['name']: f'0.0.0.0:{port["containerPort"]}'
                              for port in container['ports']}, listening)

    def test_every_probe_asks_the_health_address_by_grpc(self):
        for overlay, workload, container in self.each_of_ours():
            _, configuration = overlay.configuration(workload, container)
            port = int(configuration['health']['address'].rpartition(':')[2])
            self.assertEqual(container['startupProbe']['grpc'], {'port': port})
            self.assertEqual(container['livenessProbe']['grpc'], {'port': port})
            self.assertEqual(container['readinessProbe']['grpc'],
                             {'port': port, 'service': 'sallyport.ready'})

    def test_a_drain_ends_before_the_grace_period(self):
        for overlay, workload, container in self.each_of_ours():
            _, configuration = overlay.configuration(workload, container)
            stop = container.get('lifecycle', {}).get('preStop', {}).get('sleep', {})
            self.assertGreaterEqual(
                pod_of(workload)['terminationGracePeriodSeconds'],
                stop.get('seconds', 0) + seconds(configuration['drain']) + _MARGIN_SECONDS)

    def test_files_are_mounted(self):
        for overlay, workload, container in self.each_of_ours():
            mounted = set()
            writable = []
            for mount in container['volumeMounts']:
                volumes = [volume for volume in pod_of(workload)['volumes']
                           if volume['name'] == mount['name']]
                names = overlay.files(volumes[0])
                if names is None:
                    writable.append(mount['mountPath'])
                else:
                    self.assertIs(mount['readOnly'], True)
                    mounted |= {f'{mount["mountPath"]}/{name}' for name in names}
            named = set()
            for volume in pod_of(workload)['volumes']:
                if 'configMap' in volume and volume['configMap']['name'] != 'broker-ca':
                    for text in overlay.named('ConfigMap',
                                              volume['configMap']['name'])['data'].values():
                        named |= set(re.findall(r'(?<![\w.])/(?:etc|run|var)/sallyport[\w./-]*',
                                                text))
            named.add(str(overlay.configuration(workload, container)[0]))
            named |= {variable['value'] for variable in container.get('env', [])}
            self.assertGreater(len(named), 3)
            for path in named:
                if not any(path.startswith(f'{place}/') for place in writable):
                    self.assertIn(path, mounted)
            # And nothing is mounted that nobody reads.
            self.assertLessEqual(mounted, named)
