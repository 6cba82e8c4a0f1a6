"""The overlays of deploy/kubernetes, as rendered, and the Secrets that they leave to the site."""

import pathlib

import yaml

FOLDER = pathlib.Path(__file__).resolve().parents[3] / 'deploy' / 'kubernetes'
NAMES = ('single', 'fleet', 'gateway', 'gateway-sidecar')

_TLS = frozenset({'tls.crt', 'tls.key', 'ca.crt'})
# What a site has to bring, by namespace, kind and name: its files. README.md tells how.
FROM_THE_SITE = {
    ('sallyport', 'Secret', 'sallyport-tls'): _TLS,
    ('sallyport', 'Secret', 'sallyport-keys'): frozenset({'decoy.key', 'resume.keys'}),
    ('sallyport', 'Secret', 'sallyport-postgresql'): frozenset({'password', 'ca.crt'}),
    ('messaging', 'Secret', 'sallyport-gateway-service-tls'): _TLS,
    ('messaging', 'Secret', 'sallyport-gateway-listener-tls'): frozenset({'tls.crt', 'tls.key'}),
    ('messaging', 'Secret', 'sallyport-gateway-login-ca'): frozenset({'tls.crt', 'tls.key'}),
    ('messaging', 'Secret', 'rabbitmq-tls'): _TLS,
    ('messaging', 'ConfigMap', 'broker-ca'): frozenset({'ca.crt'}),
}


class Overlay:
    """What `kubectl kustomize` makes of one."""

    def __init__(self, kubectl, name):
        self.name = name
        self.objects = kubectl.kustomize(FOLDER / 'overlays' / name)

    def of_kind(self, kind):
        return [found for found in self.objects if found['kind'] == kind]

    def named(self, kind, name):
        [found] = [found for found in self.of_kind(kind) if found['metadata']['name'] == name]
        return found

    @property
    def workloads(self):
        return self.of_kind('Deployment') + self.of_kind('StatefulSet')

    @property
    def namespace(self):
        return self.of_kind('Namespace')[0]['metadata']['name']

    def files(self, volume):
        """The names of a volume's files; None where they are not for the manifests to say."""
        if 'configMap' in volume:
            kind, name = 'ConfigMap', volume['configMap']['name']
            rendered = [found['data'] for found in self.of_kind(kind)
                        if found['metadata']['name'] == name]
        elif 'secret' in volume:
            kind, name, rendered = 'Secret', volume['secret']['secretName'], []
        else:
            return None
        keys = set(rendered[0] if rendered else FROM_THE_SITE[self.namespace, kind, name])
        items = volume.get(kind.lower() if kind == 'Secret' else 'configMap', {}).get('items')
        return {item['path'] for item in items if item['key'] in keys} if items else keys

    def configuration(self, workload, container):
        """The file that the container's --config names, as its path and what it says."""
        path = pathlib.PurePath(container['args'][container['args'].index('--config') + 1])
        return path, yaml.safe_load(self.file(workload, container, path))

    def file(self, workload, container, path):
        """The text of a file of a ConfigMap that the container sees at `path`."""
        path = pathlib.PurePath(path)
        [mount] = [mount for mount in container['volumeMounts']
                   if mount['mountPath'] == str(path.parent)]
        [volume] = [volume for volume in pod_of(workload)['volumes']
                    if volume['name'] == mount['name']]
        return self.named('ConfigMap', volume['configMap']['name'])['data'][path.name]


def pod_of(workload):
    return workload['spec']['template']['spec']


def labels_of(workload):
    return workload['spec']['template']['metadata']['labels']


def seconds(duration):
    """Of a duration as our configurations write them."""
    units = {'ms': 0.001, 's': 1, 'm': 60}
    unit = duration.lstrip('0123456789')
    return int(duration[:-len(unit)]) * units[unit]
