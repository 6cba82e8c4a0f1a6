"""Holds an SPDX document to what SPDX 2.3 asks of one (its numbers are those of the clauses)."""

import hashlib
import re

_ID = re.compile(r'SPDXRef-[A-Za-z0-9.-]+')
_TIME = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ')
_DIGESTS = {'SHA1': re.compile('[0-9a-f]{40}'), 'SHA256': re.compile('[0-9a-f]{64}')}
_LICENCE = re.compile(r'NOASSERTION|\(?[A-Za-z0-9.-]+( (AND|OR) [A-Za-z0-9.-]+)*\)?')


def complaints(document):
    """What is wrong with it: a list of sentences."""
    found = []

    def expect(condition, complaint):
        if not condition:
            found.append(complaint)

    expect(document['spdxVersion'] == 'SPDX-2.3', '6.1: not SPDX 2.3')
    expect(document['dataLicense'] == 'CC0-1.0', '6.2: the licence of the data')
    expect(document['SPDXID'] == 'SPDXRef-DOCUMENT', "6.3: the document's id")
    expect(document['name'], '6.4: no name')
    expect(re.fullmatch('https://[^#]+', document['documentNamespace']), '6.5: the namespace')
    creation = document['creationInfo']
    expect(creation['creators'] and all(re.match('(Tool|Person|Organization): .', creator)
                                        for creator in creation['creators']), '6.8: the creators')
    expect(_TIME.fullmatch(creation['created']), '6.9: the time')

    elements = [document, *document['packages'], *document['files']]
    ids = [element['SPDXID'] for element in elements]
    expect(len(ids) == len(set(ids)), '7.2, 8.2: ids are not unique')
    for element in elements[1:]:
        name = element.get('fileName') or element['name']
        expect(_ID.fullmatch(element['SPDXID']), f'{name}: its id')
        expect(_LICENCE.fullmatch(element['licenseConcluded']), f'{name}: its licence')
        expect(element['copyrightText'], f'{name}: its copyright')
        for checksum in element.get('checksums', ()):
            expect(_DIGESTS[checksum['algorithm']].fullmatch(checksum['checksumValue']),
                   f'{name}: its {checksum["algorithm"]}')
    for file in document['files']:
        expect(file['fileName'].startswith('./'), f'8.1: {file["fileName"]} is not relative')
        expect('SHA1' in [checksum['algorithm'] for checksum in file['checksums']],
               f'8.4: {file["fileName"]} has no SHA1')
    for package in document['packages']:
        expect(package['downloadLocation'], f'7.7: {package["name"]} comes from nowhere')
        expect(_LICENCE.fullmatch(package['licenseDeclared']), f'7.15: {package["name"]}')
        if package['filesAnalyzed']:
            told = package['packageVerificationCode']['packageVerificationCodeValue']
            expect(told == _code(document, package), f'7.9: {package["name"]}: its code')
    for relationship in document['relationships']:
        expect({relationship['spdxElementId'], relationship['relatedSpdxElement']} <= set(ids),
               f'11: a relationship of what is not there: {relationship}')
    expect(related(document, document, 'DESCRIBES'), '11.1: nothing is described')
    return found


def related(document, element, kind):
    """The ids of what `element` has this relationship to."""
    return {relationship['relatedSpdxElement'] for relationship in document['relationships']
            if relationship['spdxElementId'] == element['SPDXID']
            and relationship['relationshipType'] == kind}


def digest(file, algorithm):
    (value,) = [checksum['checksumValue'] for checksum in file['checksums']
                if checksum['algorithm'] == algorithm]
    return value


def _code(document, package):
    contained = related(document, package, 'CONTAINS')
    digests = sorted(digest(file, 'SHA1') for file in document['files']
                     if file['SPDXID'] in contained)
    return hashlib.sha1(''.join(digests).encode()).hexdigest()
