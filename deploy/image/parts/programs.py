"""The programs, as Bazel builds them to be shipped."""

import pathlib
import subprocess

from parts import contents
from parts.failure import Failure

_OPTIONS = ('--config=opt', '--curses=no', '--color=no', '--show_progress_rate_limit=30',
            '--ui_event_filters=-info')


def build(checkout):
    """Bazel's bin folder, with all of them in it."""
    targets = [target for _, target in contents.PROGRAMS.values()]
    if subprocess.run(['bazel', 'build', *_OPTIONS, *targets], cwd=checkout, check=False,
                      stdin=subprocess.DEVNULL).returncode != 0:
        raise Failure('the programs could not be built: see above')
    told = subprocess.run(['bazel', 'info', '--config=opt', 'bazel-bin'], cwd=checkout, check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          stdin=subprocess.DEVNULL)
    return pathlib.Path(told.stdout.strip())
