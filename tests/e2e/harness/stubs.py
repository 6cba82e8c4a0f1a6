"""Python's own classes for the contract, made by protoc when the tests start.

`wire` has the messages and enums of sallyport/v1/authenticator.proto.
"""

import importlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

_E2E = pathlib.Path(__file__).resolve().parent.parent
_SOURCES = {
    _E2E.parent.parent / 'proto': ['sallyport/v1/authenticator.proto'],
    _E2E / 'protos': ['health.proto', 'reflection.proto'],
}


def _generate(folder):
    plugin = shutil.which('grpc_python_plugin')
    if plugin is None:
        raise RuntimeError('grpc_python_plugin is missing: run scripts/setup')
    command = ['protoc', f'--plugin=protoc-gen-grpc_python={plugin}', f'--python_out={folder}',
               f'--grpc_python_out={folder}']
    for root, files in _SOURCES.items():
        command += [f'-I{root}', *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise RuntimeError(f'protoc: {done.stderr.strip()}')


def _load(*names):
    with tempfile.TemporaryDirectory(prefix='sallyport-stubs-') as folder:
        _generate(folder)
        sys.path.insert(0, folder)
        try:
            return [importlib.import_module(name) for name in names]
        finally:
            sys.path.remove(folder)


wire, wire_rpc, health, health_rpc, reflection, reflection_rpc = _load(
    'sallyport.v1.authenticator_pb2', 'sallyport.v1.authenticator_pb2_grpc', 'health_pb2',
    'health_pb2_grpc', 'reflection_pb2', 'reflection_pb2_grpc')
