"""Which image it is: its version, and when and of what it was made."""

import datetime
import os
import pathlib
import re
import subprocess

from parts import debian
from parts.failure import Failure

_VERSION = re.compile(r'kVersion = "([^"]+)"')


class Identity:
    """`epoch` and `created` are the time of the sources: SOURCE_DATE_EPOCH, or of the commit."""

    def __init__(self, checkout):
        self._checkout = pathlib.Path(checkout)
        source = self._checkout / 'process/version.h'
        self.version = _VERSION.search(source.read_text(encoding='utf-8')).group(1)
        self.architecture = debian.architecture()
        epoch = os.environ.get('SOURCE_DATE_EPOCH') or self._git('log', '-1', '--format=%ct')
        if not epoch.isdecimal():
            raise Failure('this is no Git checkout, so the time of the sources is not known: set '
                          'SOURCE_DATE_EPOCH to it, in seconds since 1970')
        self.epoch = int(epoch)
        self.created = datetime.datetime.fromtimestamp(
            self.epoch, datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')
        # A commit that somebody has changed since is not what the image was made of.
        changed = self._git('status', '--porcelain', '--untracked-files=no')
        self.revision = '' if changed else self._git('rev-parse', 'HEAD')

    def _git(self, *arguments):
        try:
            done = subprocess.run(['git', '-C', self._checkout, *arguments], capture_output=True,
                                  text=True, check=False, stdin=subprocess.DEVNULL)
        except FileNotFoundError:
            return ''
        return done.stdout.strip() if done.returncode == 0 else ''
