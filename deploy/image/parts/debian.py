"""The Debian packages that are installed on this machine: whose a file is, and whether it is as
its package brought it."""

import fnmatch
import hashlib
import os
import subprocess

from parts.failure import Failure

# Of a package's description for dpkg, what a scanner reads.
_FIELDS = ('Package', 'Version', 'Architecture', 'Source', 'Maintainer', 'Section', 'Priority',
           'Homepage', 'Description')


class Package:
    """An installed package."""

    def __init__(self, name):
        self.name = name
        shown = _query('--show', '--showformat',
                       '${db:Status-Status}\n${Version}\n${Architecture}\n${source:Package}\n'
                       '${source:Version}\n${Conffiles}\n', name)
        status, self.version, self.architecture, *rest = shown.splitlines()
        if status != 'installed':
            raise Failure(f'the package {name} is {status}, and not installed: apt-get install it')
        self.source, self.source_version, *conffiles = rest
        # Debian's own name of a package that exists for several architectures.
        self._qualified = name if self.architecture == 'all' else f'{name}:{self.architecture}'
        self._sums = self._read_sums(conffiles)

    def _read_sums(self, conffiles):
        sums = {}
        for line in _query('--control-show', self._qualified, 'md5sums').splitlines():
            digest, _, path = line.partition('  ')
            sums['/' + path] = digest
        for line in conffiles:
            path, _, digest = line.strip().partition(' ')
            sums[path] = digest
        return sums

    def files(self, pattern):
        """The package's paths that fit, sorted. Failure if there are none."""
        listed = _query('--listfiles', self._qualified).splitlines()
        found = sorted(path for path in listed if fnmatch.fnmatchcase(path, pattern))
        if not found:
            raise Failure(f'the package {self.name} {self.version} has no {pattern}')
        return found

    def read(self, path):
        """What the file holds. Failure if that is not what the package brought."""
        with open(path, 'rb') as file:
            data = file.read()
        expected = self._sum(path)
        if expected is None:
            raise Failure(f'{path}: {self.name} {self.version} has no checksum of it')
        if hashlib.md5(data, usedforsecurity=False).hexdigest() != expected:
            raise Failure(f'{path} is not as {self.name} {self.version} brought it: '
                          f'apt-get install --reinstall {self.name}')
        return data

    def brought(self, path):
        """Whether the file is of this package."""
        return self._sum(path) is not None

    def _sum(self, path):
        return self._sums.get(path) or self._sums.get(_other_name(path))

    def stanza(self):
        """The package as the lists of dpkg describe it."""
        wanted = []
        known = False
        for line in _query('--status', self._qualified).splitlines():
            if not line.startswith(' '):
                known = line.partition(':')[0] in _FIELDS
            if known:
                wanted.append(line)
        return '\n'.join(wanted) + '\n'


class Packages:
    """Each package once."""

    def __init__(self):
        self._by_name = {}

    def get(self, name):
        if name not in self._by_name:
            self._by_name[name] = Package(name)
        return self._by_name[name]

    def owner(self, path):
        """The package that brought `path`. Failure if there is none."""
        return self.owners([path])[path]

    def owners(self, paths):
        """{path: the package that brought it}. Failure if one has none."""
        names = [name for path in paths for name in (path, _other_name(path))]
        # It fails if it does not know one of them, and each is asked for by two names.
        found = {}
        for line in _run('--search', *names).stdout.splitlines():
            owner, _, path = line.partition(': ')
            if not owner.startswith('diversion by '):
                found[path] = owner.partition(',')[0].partition(':')[0]
        owners = {}
        for path in paths:
            name = found.get(path) or found.get(_other_name(path))
            if name is None:
                raise Failure(f'{path} is of no Debian package: only what Debian brings is shipped')
            owners[path] = self.get(name)
        return owners


def architecture():
    """Debian's name of this machine's; the same as OCI's for those that Debian 12 has in common."""
    return subprocess.run(['dpkg', '--print-architecture'], check=True, capture_output=True,
                          text=True).stdout.strip()


def _other_name(path):
    # Packages still say /lib for what lies in /usr/lib.
    if path.startswith('/usr/lib'):
        return path.removeprefix('/usr')
    return '/usr' + path


def _query(*arguments):
    done = _run(*arguments)
    if done.returncode != 0:
        raise Failure(f'dpkg-query {" ".join(arguments)}: {done.stderr.strip()}')
    return done.stdout


def _run(*arguments):
    return subprocess.run(['dpkg-query', *arguments], capture_output=True, text=True, check=False,
                          env={**os.environ, 'LC_ALL': 'C', 'DPKG_COLORS': 'never'},
                          stdin=subprocess.DEVNULL)
