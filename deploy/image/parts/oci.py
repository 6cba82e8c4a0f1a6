"""The image: OCI's image layout, as a folder and as an archive, of one layer.

The archive has the manifest of `docker save`, too, so that either kind of reader loads it.
"""

import hashlib
import io
import json
import pathlib
import tarfile

from parts import contents

_LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip'
_CONFIG = 'application/vnd.oci.image.config.v1+json'
_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
_INDEX = 'application/vnd.oci.image.index.v1+json'


class Image:
    """`digest`: of the manifest, by which registries know the image."""

    def __init__(self, archive, layer, identity):
        """`archive`: the layer before it was compressed."""
        self._version = identity.version
        self._blobs = {}
        self._layer = self._add(_LAYER, layer)
        self._config = self._add(_CONFIG, _json(_config(archive, identity)))
        manifest = self._add(_MANIFEST, _json({
            'schemaVersion': 2, 'mediaType': _MANIFEST, 'config': self._config,
            'layers': [self._layer]}))
        self.digest = manifest['digest']
        platform = {'architecture': identity.architecture, 'os': 'linux'}
        name = {'org.opencontainers.image.ref.name': identity.version}
        self._index = {'schemaVersion': 2, 'mediaType': _INDEX,
                       'manifests': [manifest | {'platform': platform, 'annotations': name}]}

    def _add(self, media_type, data):
        digest = hashlib.sha256(data).hexdigest()
        self._blobs[_place(digest)] = data
        return {'mediaType': media_type, 'digest': f'sha256:{digest}', 'size': len(data)}

    def _files(self):
        return {**self._blobs,
                'index.json': _json(self._index),
                'oci-layout': _json({'imageLayoutVersion': '1.0.0'})}

    def write_layout(self, folder):
        for name, data in self._files().items():
            place = pathlib.Path(folder) / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)

    def write_archive(self, path, epoch):
        for_docker = [{'Config': _place(self._config['digest']),
                       'RepoTags': [f'{contents.NAME}:{self._version}'],
                       'Layers': [_place(self._layer['digest'])]}]
        files = self._files() | {'manifest.json': _json(for_docker)}
        with tarfile.open(path, mode='w', format=tarfile.PAX_FORMAT) as writer:
            for name, data in sorted(files.items()):
                member = tarfile.TarInfo(name)
                member.size = len(data)
                member.mtime = epoch
                writer.addfile(member, io.BytesIO(data))


def _config(archive, identity):
    return {
        'created': identity.created,
        'architecture': identity.architecture,
        'os': 'linux',
        'config': {
            'User': f'{contents.USER_ID}:{contents.USER_ID}',
            'ExposedPorts': {port: {} for port in contents.PORTS},
            'Env': [f'{name}={value}' for name, value in contents.ENVIRONMENT.items()],
            'Entrypoint': contents.ENTRY_POINT,
            'Cmd': contents.ARGUMENTS,
            'Volumes': {volume: {} for volume in contents.VOLUMES},
            'WorkingDir': '/',
            'Labels': contents.labels(identity.version, identity.created, identity.revision),
            'StopSignal': contents.STOP_SIGNAL,
        },
        'rootfs': {'type': 'layers', 'diff_ids': ['sha256:' + hashlib.sha256(archive).hexdigest()]},
        'history': [{'created': identity.created, 'created_by': 'deploy/image/build'}],
    }


def _place(digest):
    return 'blobs/sha256/' + digest.removeprefix('sha256:')


def _json(value):
    return json.dumps(value, indent=1, sort_keys=True).encode()
