"""The container image, as deploy/image/build makes it, and as its readers see it."""

import gzip
import hashlib
import io
import json
import pathlib
import subprocess
import tarfile

DEPLOY = pathlib.Path(__file__).resolve().parents[3] / 'deploy' / 'image'


def run_tool(name, *arguments, **options):
    """deploy/image/NAME. Its exit code and output, whatever came of it."""
    return subprocess.run([DEPLOY / name, *map(str, arguments)], capture_output=True, text=True,
                          timeout=300, check=False, stdin=subprocess.DEVNULL, **options)


class Layout:
    """The one image of an OCI image layout."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        index = json.loads((self.folder / 'index.json').read_text(encoding='utf-8'))
        (self._described,) = index['manifests']
        self.tag = self._described['annotations']['org.opencontainers.image.ref.name']
        self.digest = self._described['digest']
        self._manifest = json.loads(self._blob(self._described))
        self.config = json.loads(self._blob(self._manifest['config']))

    def layer(self):
        """The root file system as it was before it was compressed: a tar archive."""
        (layer,) = self._manifest['layers']
        archive = gzip.decompress(self._blob(layer))
        (expected,) = self.config['rootfs']['diff_ids']
        if 'sha256:' + hashlib.sha256(archive).hexdigest() != expected:
            raise RuntimeError(f'{self.folder}: the layer is not what the config says')
        return archive

    def unpack(self, folder):
        """The path of the root file system, once an independent program has unpacked it."""
        subprocess.run(['umoci', 'unpack', '--rootless', '--image', f'{self.folder}:{self.tag}',
                        folder], check=True, capture_output=True, timeout=120)
        return pathlib.Path(folder) / 'rootfs'

    def _blob(self, descriptor):
        algorithm, _, digest = descriptor['digest'].partition(':')
        data = (self.folder / 'blobs' / algorithm / digest).read_bytes()
        if hashlib.new(algorithm, data).hexdigest() != digest or len(data) != descriptor['size']:
            raise RuntimeError(f'{self.folder}: the blob {digest} is not what its name says')
        return data


class Image(Layout):
    """What one run of deploy/image/build made."""

    def __init__(self, bin_folder, output, lock, **options):
        done = run_tool('build', '--bin', bin_folder, '--output', output, '--lock', lock,
                        **options)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
        self.output = pathlib.Path(output)
        super().__init__(self.output / 'oci')
        self.archive = self.output / f'sallyport-{self.tag}.tar'
        self.sbom = json.loads(
            (self.output / f'sallyport-{self.tag}.spdx.json').read_text(encoding='utf-8'))


def members(layer):
    """{path below the root: (TarInfo, its bytes if it is a file)}"""
    found = {}
    with tarfile.open(fileobj=io.BytesIO(layer)) as archive:
        for member in archive:
            data = archive.extractfile(member).read() if member.isfile() else b''
            found['/' + member.name] = member, data
    return found
