"""What is in the image, as an SPDX 2.3 document in JSON.

Everything in it follows from the image, so that it is as reproducible as the image is.
"""

import hashlib
import json
import re
import urllib.parse

from parts import contents, licences

_IMAGE = 'SPDXRef-Image'
_OWN = 'SPDXRef-Package-' + contents.NAME


def document(root, packages, identity, image_digest):
    """`packages`: {name: debian.Package}."""
    names = [contents.NAME, *sorted(packages)]
    files = {name: [] for name in names}
    for path, entry in root.files():
        files[entry.origin].append((path, entry))
    described = [_image(identity, image_digest), _sallyport(identity, files[contents.NAME])]
    described += [_debian(packages[name], files[name], root) for name in sorted(packages)]
    return {
        'spdxVersion': 'SPDX-2.3',
        'dataLicense': 'CC0-1.0',
        'SPDXID': 'SPDXRef-DOCUMENT',
        'name': f'{contents.NAME}-{identity.version}-{identity.architecture}',
        'documentNamespace': f'https://spdx.org/spdxdocs/{contents.NAME}-{identity.version}-'
                             + image_digest.removeprefix('sha256:'),
        'creationInfo': {'created': identity.created, 'creators': ['Tool: deploy/image/build']},
        'packages': described,
        'files': [_file(path, entry) for path, entry in root.files()],
        'relationships': list(_relationships(files)),
    }


def text_of(described):
    return json.dumps(described, indent=1, ensure_ascii=True) + '\n'


def _relationships(files):
    yield _relationship('SPDXRef-DOCUMENT', 'DESCRIBES', _IMAGE)
    for name, found in files.items():
        yield _relationship(_IMAGE, 'CONTAINS', _package_id(name))
        for path, _ in found:
            yield _relationship(_package_id(name), 'CONTAINS', _file_id(path))
        if name != contents.NAME:
            yield _relationship(_OWN, 'DEPENDS_ON', _package_id(name))


def _relationship(element, kind, related):
    return {'spdxElementId': element, 'relationshipType': kind, 'relatedSpdxElement': related}


def _image(identity, image_digest):
    name = {'arch': identity.architecture, 'tag': identity.version}
    return {
        'SPDXID': _IMAGE,
        'name': contents.NAME,
        'versionInfo': identity.version,
        'primaryPackagePurpose': 'CONTAINER',
        'downloadLocation': licences.UNKNOWN,
        'filesAnalyzed': False,
        'checksums': [_checksum('SHA256', image_digest.removeprefix('sha256:'))],
        'licenseConcluded': licences.UNKNOWN,
        'licenseDeclared': licences.UNKNOWN,
        'copyrightText': licences.UNKNOWN,
        'externalRefs': [_purl(f'pkg:oci/{contents.NAME}@' + urllib.parse.quote(image_digest, '')
                               + '?' + urllib.parse.urlencode(name))],
    }


def _sallyport(identity, files):
    return _analyzed(contents.NAME, files, {
        'versionInfo': identity.version,
        'primaryPackagePurpose': 'APPLICATION',
        'licenseDeclared': contents.LICENCE,
        'comment': "Sallyport's programs, and the files that make a root file system of it.",
        'externalRefs': [_purl(f'pkg:generic/{contents.NAME}@{identity.version}')],
    })


def _debian(package, files, root):
    version = urllib.parse.quote(package.version, safe='')
    place = f'/usr/share/doc/{package.name}/copyright'
    told = root.entries[place].data.decode(errors='replace') if root.has(place) else ''
    return _analyzed(package.name, files, {
        'versionInfo': package.version,
        'primaryPackagePurpose': 'LIBRARY',
        'supplier': 'Organization: Debian',
        'sourceInfo': f'built from the Debian source package {package.source} '
                      f'{package.source_version}',
        'licenseDeclared': licences.declared(told),
        'licenseComments': f'/usr/share/doc/{package.name}, in the image, has the licences.',
        'externalRefs': [_purl(f'pkg:deb/debian/{urllib.parse.quote(package.name, safe="")}'
                               f'@{version}?arch={package.architecture}&distro=debian-12')],
    })


def _analyzed(name, files, more):
    described = {
        'SPDXID': _package_id(name),
        'name': name,
        'downloadLocation': licences.UNKNOWN,
        'filesAnalyzed': bool(files),
        'licenseConcluded': licences.UNKNOWN,
        'copyrightText': licences.UNKNOWN,
    }
    if files:
        described['packageVerificationCode'] = {'packageVerificationCodeValue': _code(files)}
    return described | more


def _code(files):
    # SPDX 2.3, 7.9: over the sorted digests of the files.
    digests = sorted(entry.digest('sha1') for _, entry in files)
    return hashlib.sha1(''.join(digests).encode(), usedforsecurity=False).hexdigest()


def _file(path, entry):
    return {
        'SPDXID': _file_id(path),
        'fileName': '.' + path,
        'checksums': [_checksum('SHA1', entry.digest('sha1')),
                      _checksum('SHA256', entry.digest('sha256'))],
        'licenseConcluded': licences.UNKNOWN,
        'copyrightText': licences.UNKNOWN,
    }


def _checksum(algorithm, value):
    return {'algorithm': algorithm, 'checksumValue': value}


def _purl(locator):
    return {'referenceCategory': 'PACKAGE-MANAGER', 'referenceType': 'purl',
            'referenceLocator': locator}


def _package_id(name):
    return 'SPDXRef-Package-' + _id(name)


def _file_id(path):
    # Two names that differ in what an id cannot hold must not share one.
    return f'SPDXRef-File-{_id(path.lstrip("/"))}-{hashlib.sha256(path.encode()).hexdigest()[:8]}'


def _id(text):
    return re.sub(r'[^A-Za-z0-9.-]', '-', text)
