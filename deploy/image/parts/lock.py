"""The lock file: each Debian package that the image takes something from, and its version."""

import pathlib

from parts.failure import Failure

_HEADER = '''\
# The Debian packages that the image takes something from, and their versions.
# deploy/image/build refuses others; deploy/image/lock writes this file anew.
'''


def text_of(packages):
    return _HEADER + ''.join(f'{name} {package.version}\n'
                             for name, package in sorted(packages.items()))


def read(path):
    """{name: version}"""
    versions = {}
    for number, line in enumerate(pathlib.Path(path).read_text(encoding='utf-8').splitlines(), 1):
        if not line or line.startswith('#'):
            continue
        words = line.split()
        if len(words) != 2:
            raise Failure(f'{path}:{number}: expected the name of a package and its version')
        versions[words[0]] = words[1]
    return versions


def check(packages, path):
    """Failure, with every difference, if `packages` are not those of the lock file."""
    locked = read(path)
    used = {name: package.version for name, package in packages.items()}
    wrong = [f'{name}: installed is {used.get(name, "none that is needed")}, '
             f'locked is {locked.get(name, "none")}'
             for name in sorted(locked.keys() | used.keys()) if locked.get(name) != used.get(name)]
    if wrong:
        raise Failure(f'{path} has other packages than this machine:\n  ' + '\n  '.join(wrong) +
                      '\nInstall the locked versions (apt-get install NAME=VERSION), or take '
                      'the installed ones:\nrun deploy/image/lock, and commit the file with the '
                      'reason')
