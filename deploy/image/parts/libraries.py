"""The shared libraries that programs need, and those that these need, and the loader."""

import os
import re
import subprocess
import sysconfig

from parts.failure import Failure

_NEEDED = re.compile(r'\(NEEDED\)\s+Shared library: \[(.+)\]')
_LOADER = re.compile(r'Requesting program interpreter: (.+)\]')
_OWN_PATH = re.compile(r'\((?:RPATH|RUNPATH)\)')

# Where Debian's loader looks without being told.
_FOLDER = '/usr/lib/' + sysconfig.get_config_var('MULTIARCH')


def needed_by(programs):
    """The paths of all libraries, by the names that they are asked for with, and of the loader."""
    found = set()
    waiting = list(programs)
    while waiting:
        file = waiting.pop()
        for path in _direct(file):
            if path in found:
                continue
            if not os.path.exists(path):
                raise Failure(f'{file} needs {path}, which is not there: run scripts/setup')
            found.add(path)
            waiting.append(path)
    return sorted(found)


def is_loader(path):
    """Whether it is the loader, which the system has to be allowed to execute."""
    return re.fullmatch(r'ld-linux.*\.so\.\d+', os.path.basename(path)) is not None


def _direct(file):
    shown = subprocess.run(['readelf', '--wide', '--dynamic', '--program-headers', file],
                           check=True, capture_output=True, text=True,
                           env={**os.environ, 'LC_ALL': 'C'}).stdout
    if _OWN_PATH.search(shown):
        raise Failure(f'{file} says itself where its libraries are (RPATH), which may be elsewhere '
                      'in the image: build it without')
    loader = [_below_usr(path) for path in _LOADER.findall(shown)]
    names = _NEEDED.findall(shown)
    # The loader is a library, too, by its own name.
    loaders = {os.path.basename(path) for path in loader}
    return loader + [f'{_FOLDER}/{name}' for name in names if name not in loaders]


def _below_usr(path):
    return path if path.startswith('/usr/') else '/usr' + path
