"""The root file system, as a list of what it holds, whose each file is, and what each may be done
with. Nothing of how this machine keeps its files gets in: no owner, mode or time."""

import hashlib
import os
import posixpath

from parts import contents
from parts.failure import Failure

DIRECTORY, FILE, LINK = 'directory', 'file', 'link'


class Entry:
    """A file, a directory or a link. `origin`: the name of the package that it belongs to."""

    def __init__(self, kind, mode, owner=0, data=b'', target='', origin=''):
        self.kind = kind
        self.mode = mode
        self.owner = owner
        self.data = data
        self.target = target
        self.origin = origin

    def digest(self, algorithm):
        return hashlib.new(algorithm, self.data, usedforsecurity=False).hexdigest()


class Root:
    """`entries`: by absolute path, each directory before what it holds once they are sorted."""

    def __init__(self):
        self.entries = {}

    def sorted(self):
        return sorted(self.entries.items())

    def files(self):
        return [(path, entry) for path, entry in self.sorted() if entry.kind == FILE]

    def has(self, path):
        return path in self.entries

    def add_directory(self, path, owner=0, mode=0o755):
        self._add(path, Entry(DIRECTORY, mode, owner))

    def add_file(self, path, data, origin, executable=False):
        self._add(path, Entry(FILE, 0o755 if executable else 0o644, data=data, origin=origin))

    def add_link(self, path, target, origin=''):
        self._add(path, Entry(LINK, 0o777, target=target, origin=origin))

    def _add(self, path, entry):
        if path in self.entries:
            raise Failure(f'{path} is to be shipped twice')
        parent = posixpath.dirname(path)
        if parent != '/' and parent not in self.entries:
            self.add_directory(parent)
        if parent != '/' and self.entries[parent].kind != DIRECTORY:
            raise Failure(f'{path}: {parent} is a {self.entries[parent].kind} in the image')
        self.entries[path] = entry

    def size(self):
        """In bytes, of all files."""
        return sum(len(entry.data) for _, entry in self.files())

    def write(self, folder):
        """Writes it all below `folder`, which must not exist. Owners need root."""
        os.mkdir(folder)
        os.chmod(folder, 0o755)
        for path, entry in self.sorted():
            place = str(folder) + path
            if entry.kind == LINK:
                os.symlink(entry.target, place)
                continue
            if entry.kind == DIRECTORY:
                os.mkdir(place)
            else:
                with open(place, 'wb') as file:
                    file.write(entry.data)
            os.chmod(place, entry.mode)
            if os.geteuid() == 0:
                os.chown(place, entry.owner, entry.owner)


def new_root():
    """A root with what is in it whatever the programs need."""
    root = Root()
    for path, target in contents.LINKS.items():
        root.add_link(path, target)
    for path in contents.DIRECTORIES:
        root.add_directory(path)
    for path in contents.OWN_DIRECTORIES:
        root.add_directory(path, owner=contents.USER_ID, mode=0o700)
    for path, text in contents.GENERATED_FILES.items():
        root.add_file(path, text.encode(), origin=contents.NAME)
    return root
