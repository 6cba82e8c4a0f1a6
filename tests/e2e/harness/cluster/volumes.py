"""What pods mount, as the kubelet lays it out."""

import itertools
import os
import pathlib
import shutil


class MountedFiles:
    """A ConfigMap's or a Secret's files: links through `..data`, which is swapped for a change."""

    def __init__(self, folder, files, mode):
        """`files`: {name: bytes}"""
        self._folder = pathlib.Path(folder)
        self._folder.mkdir(parents=True)
        self._mode = mode
        self._numbers = itertools.count()
        self._current = None
        self.replace(files)

    def replace(self, files):
        fresh = self._folder / f'..{next(self._numbers)}'
        fresh.mkdir()
        for name, content in files.items():
            (fresh / name).write_bytes(content)
            (fresh / name).chmod(self._mode)
        link = self._folder / '..data_tmp'
        link.symlink_to(fresh.name)
        os.rename(link, self._folder / '..data')
        for name in files:
            entry = self._folder / name
            if not entry.is_symlink():
                entry.symlink_to(f'..data/{name}')
        if self._current is not None:
            shutil.rmtree(self._current)
        self._current = fresh


def empty_folder(folder):
    """An emptyDir, or a fresh volume of the kind that is open to everybody."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o777)
    return folder
