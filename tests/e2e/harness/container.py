"""Runs programs in an image's root file system, as a container does: read-only, as the image's
user, with the image's environment and no capabilities. The network stays this machine's."""

import json
import pathlib
import shlex
import sys

_IN_ROOT = pathlib.Path(__file__).with_name('in_root.py')


class Container:
    """The root, with what is mounted into it. As a runtime does, it brings this machine's own
    names of hosts, and makes what something is mounted on."""

    def __init__(self, root, config, scratch, mounts=(), environment=None):
        """`config`: of the image. `scratch` is mounted at its own path, so that programs find
        what the test wrote there; `mounts`: {here: path in the root}. `environment`: beyond
        the image's."""
        self._folder = pathlib.Path(scratch) / 'container'
        self._folder.mkdir()
        self._config = config
        mounts = {scratch: str(scratch), '/etc/hosts': '/etc/hosts',
                  '/etc/resolv.conf': '/etc/resolv.conf', **dict(mounts)}
        self._options = [
            'bwrap', '--ro-bind', str(root), '/', '--dev', '/dev', '--proc', '/proc',
            '--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--as-pid-1',
            '--die-with-parent', '--cap-drop', 'ALL', '--chdir', config['WorkingDir']]
        user, _, group = config['User'].partition(':')
        self._options += ['--uid', user, '--gid', group]
        for here, there in mounts.items():
            place = pathlib.Path(root) / there.lstrip('/')
            if pathlib.Path(here).is_dir():
                place.mkdir(parents=True, exist_ok=True)
            else:
                place.touch()
            self._options += ['--bind', str(here), there]
        variables = dict(line.split('=', 1) for line in config['Env']) | (environment or {})
        self._options.append('--clearenv')
        for name, value in variables.items():
            self._options += ['--setenv', name, value]

    def command(self, *program):
        """What runs `program` in the root."""
        return [*self._options, *program]

    def entry(self, *more):
        """What the image runs unless it is told otherwise, with `more` arguments."""
        return self._supervised('entry', [*self._config['Entrypoint'], *self._config['Cmd'],
                                          *more])

    def program(self, path):
        """A script here that runs the program at `path` in the root with the script's arguments."""
        name = pathlib.Path(path).name
        script = self._folder / name
        command = shlex.join(self._supervised(name, [path]))
        script.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding='utf-8')
        script.chmod(0o755)
        return script

    def pid(self, name):
        """Of the program that was started last under this name, as this machine counts."""
        return json.loads((self._folder / f'{name}.json').read_text(encoding='utf-8'))['child-pid']

    def _supervised(self, name, program):
        return [sys.executable, str(_IN_ROOT), str(self._folder / f'{name}.json'),
                *self.command(*program)]
