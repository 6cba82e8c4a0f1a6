"""Fills the root: the programs, the libraries, and what belongs to the packages that these are
of."""

import os
import pathlib
import posixpath
import subprocess
import tempfile

from parts import contents, libraries
from parts.debian import Packages
from parts.failure import Failure
from parts.root import new_root


class Assembly:
    """`root`, and `packages`: {name: Package}, those that something in the root is of."""

    def __init__(self, bin_folder, licence_file):
        """`bin_folder`: Bazel's. `licence_file`: ours."""
        self.root = new_root()
        self.packages = {}
        self._installed = Packages()
        self._add_programs(pathlib.Path(bin_folder), licence_file)
        needed = libraries.needed_by(self._programs)
        for path, package in self._installed.owners(needed).items():
            self._add_from_package(path, package)
        for name, patterns in contents.PACKAGE_FILES.items():
            package = self._installed.get(name)
            for pattern in patterns:
                for path in package.files(pattern):
                    self._add_from_package(path, package)
        self._add_authorities()
        self._add_copyrights()
        for name, package in sorted(self.packages.items()):
            # Where scanners look for the packages of an image without dpkg.
            self.root.add_file(f'/var/lib/dpkg/status.d/{name}', package.stanza().encode(),
                               origin=contents.NAME)

    def _add_programs(self, bin_folder, licence_file):
        self._programs = [bin_folder / place for place, _ in contents.PROGRAMS.values()]
        for name, program in zip(contents.PROGRAMS, self._programs):
            if not program.exists():
                targets = ' '.join(target for _, target in contents.PROGRAMS.values())
                raise Failure(f'{program} is not built: bazel build --config=opt {targets}')
            self.root.add_file(f'/usr/bin/{name}', _stripped(program), origin=contents.NAME,
                               executable=True)
        self.root.add_file(f'/usr/share/doc/{contents.NAME}/copyright',
                           pathlib.Path(licence_file).read_bytes(), origin=contents.NAME)

    def _add_from_package(self, path, package):
        """Adds the file, and what it is a link to."""
        if self.root.has(path):
            return
        self.packages[package.name] = package
        if os.path.islink(path):
            target = os.readlink(path)
            self.root.add_link(path, target, origin=package.name)
            self._add_target(path, target, package)
        elif os.path.isfile(path):
            self.root.add_file(path, package.read(path), origin=package.name,
                               executable=libraries.is_loader(path))
        else:
            raise Failure(f'{path}, of {package.name}, is no file')

    def _add_target(self, path, target, package):
        folder, name = posixpath.split(posixpath.join(posixpath.dirname(path), target))
        place = posixpath.join(os.path.realpath(folder), name)
        # What is not of a package is made here, as the bundle of authorities is.
        if os.path.isfile(place) and place != contents.AUTHORITIES_BUNDLE:
            if not package.brought(place):
                package = self._installed.owner(place)
            self._add_from_package(place, package)

    def _add_authorities(self):
        package = self._installed.get(contents.AUTHORITIES_PACKAGE)
        self.packages[package.name] = package
        bundle = b''.join(package.read(path).rstrip(b'\n') + b'\n'
                          for path in package.files(contents.AUTHORITIES))
        self.root.add_file(contents.AUTHORITIES_BUNDLE, bundle, origin=package.name)

    def _add_copyrights(self):
        # A package may leave it to another one, which then is one of ours, too.
        waiting = list(self.packages)
        while waiting:
            package = self.packages[waiting.pop()]
            folder = f'/usr/share/doc/{package.name}'
            if os.path.islink(folder):
                self.root.add_link(folder, os.readlink(folder), origin=package.name)
                other = os.path.basename(os.path.realpath(folder))
                if other not in self.packages:
                    self.packages[other] = self._installed.get(other)
                    waiting.append(other)
            elif not self.root.has(f'{folder}/copyright'):
                self._add_from_package(f'{folder}/copyright', package)


def _stripped(program):
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder) / 'stripped'
        subprocess.run(['strip', '--strip-all', '-o', place, program], check=True)
        return place.read_bytes()
