"""What Debian's copyright files say in a form that programs read (DEP 5), in SPDX's words."""

import re

_FORMAT = re.compile(r'^Format: *https?://www\.debian\.org/doc/packaging-manuals/copyright-format',
                     re.MULTILINE)
_WORD = re.compile(r'[^\s()]+')

# Debian's short name, in lower case: SPDX's. Others are not known to mean the same.
_NAMES = {
    'apache-2': 'Apache-2.0', 'apache-2.0': 'Apache-2.0', 'artistic': 'Artistic-1.0-Perl',
    'bsd-2-clause': 'BSD-2-Clause', 'bsd-3-clause': 'BSD-3-Clause', 'bsl-1.0': 'BSL-1.0',
    'cc0-1.0': 'CC0-1.0', 'curl': 'curl', 'expat': 'MIT', 'mit': 'MIT', 'isc': 'ISC',
    'gpl-2': 'GPL-2.0-only', 'gpl-2+': 'GPL-2.0-or-later', 'gpl-3': 'GPL-3.0-only',
    'gpl-3+': 'GPL-3.0-or-later', 'lgpl-2': 'LGPL-2.0-only', 'lgpl-2+': 'LGPL-2.0-or-later',
    'lgpl-2.1': 'LGPL-2.1-only', 'lgpl-2.1+': 'LGPL-2.1-or-later', 'lgpl-3': 'LGPL-3.0-only',
    'lgpl-3+': 'LGPL-3.0-or-later', 'mpl-2.0': 'MPL-2.0', 'openldap-2.8': 'OLDAP-2.8',
    'postgresql': 'PostgreSQL', 'unicode': 'Unicode-DFS-2016', 'zlib': 'Zlib',
}
_OPERATORS = {'and': 'AND', 'or': 'OR'}

UNKNOWN = 'NOASSERTION'


def declared(copyright_file):
    """The licence of a package as an SPDX expression; UNKNOWN where the file does not say it in
    these words, or has several for several files: which of them a library is made of it leaves
    open."""
    if not _FORMAT.search(copyright_file):
        return UNKNOWN
    found = set()
    for paragraph in re.split(r'\n\s*\n', copyright_file):
        fields = dict(re.findall(r'^([A-Za-z-]+):[ \t]*(.*)$', paragraph, re.MULTILINE))
        # What Debian added to build the package is not in the library.
        if 'Files' in fields and fields['Files'].strip() != 'debian/*':
            found.add(_expression(fields.get('License', '').strip()))
    return found.pop() if len(found) == 1 else UNKNOWN


def _expression(short_name):
    # A comma binds looser than "and" and "or", which SPDX can say with parentheses only.
    if ',' in short_name or not short_name:
        return UNKNOWN
    known = _NAMES | _OPERATORS
    words = [known.get(word.lower()) for word in _WORD.findall(short_name)]
    if None in words or len(words) % 2 == 0:
        return UNKNOWN
    return ' '.join(words) if len(words) == 1 else f'({" ".join(words)})'
