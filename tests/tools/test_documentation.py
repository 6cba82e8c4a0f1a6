"""What the documentation says of the code and of itself: links lead somewhere, each key of a
configuration is explained, and no other."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

LINK = re.compile(r'\[[^\]]*\]\(([^)\s]+)\)')
HEADING = re.compile(r'#+ (.*)')
# How the readers of configurations ask for a key: with a method of YamlMapping, or a function that
# takes one.
KEY_IN_CODE = re.compile(
    r'(?:(?:->|\.)(?:\w*String|Bool|Uint|Size|Duration|StringList|Choice|Mapping|MappingList)'
    r'|\bRead\w+)\(\s*(?:mapping, )?"(\w+)"')
KEY_IN_YAML = re.compile(r'(?:^|[{,])\s*(?:# *)?(?:- )?(\w+):(?= |$)')


def pages():
    yield from ROOT.glob('*.md')
    yield from (ROOT / 'docs').rglob('*.md')
    yield from (ROOT / 'deploy').rglob('*.md')


def without_code(text):
    """The lines outside of fenced blocks, and of these what is not `code`."""
    inside = False
    for line in text.splitlines():
        if line.startswith('```'):
            inside = not inside
        elif not inside and not line.startswith('    '):
            yield line


def anchors(path):
    """As GitHub makes them of the headings."""
    found = set()
    for line in without_code(path.read_text(encoding='utf-8')):
        heading = HEADING.fullmatch(line)
        if heading:
            words = LINK.sub(lambda link: link[0][1:link[0].index(']')], heading[1])
            anchor = re.sub(r'[^\w\- ]', '', words.lower()).replace(' ', '-')
            number = 1
            unique = anchor
            while unique in found:
                unique, number = f'{anchor}-{number}', number + 1
            found.add(unique)
    return found


def yaml_keys(page):
    """The keys in the first YAML example of a page, those that are commented out included."""
    text = (ROOT / 'docs' / page).read_text(encoding='utf-8')
    example = text.split('```yaml\n', 1)[1].split('\n```', 1)[0]
    keys = set()
    for line in example.splitlines():
        # What is behind a value is a remark.
        keys.update(KEY_IN_YAML.findall(re.sub(r'(?<=\S)\s+#.*', '', line)))
    return keys


def code_keys(*files):
    keys = set()
    for name in files:
        keys.update(KEY_IN_CODE.findall((ROOT / name).read_text(encoding='utf-8')))
    return keys


class Links(unittest.TestCase):

    def test_lead_to_files_and_headings_that_exist(self):
        for page in pages():
            for line in without_code(page.read_text(encoding='utf-8')):
                for link in LINK.findall(re.sub(r'(?<!\[)`[^`]*`(?!\])', '', line)):
                    if re.match(r'[a-z]+:', link):
                        continue
                    path, _, anchor = link.partition('#')
                    target = (page.parent / path).resolve() if path else page
                    with self.subTest(page=str(page.relative_to(ROOT)), link=link):
                        self.assertTrue(target.exists(), 'there is no such file')
                        if anchor:
                            self.assertIn(anchor, anchors(target))

    def test_the_index_has_each_page(self):
        index = (ROOT / 'docs/README.md').read_text(encoding='utf-8')
        for page in (ROOT / 'docs').rglob('*.md'):
            name = page.relative_to(ROOT / 'docs').as_posix()
            if name != 'README.md':
                self.assertIn(f'({name})', index)


class Configurations(unittest.TestCase):

    def test_the_services_page_has_each_key_and_no_other(self):
        self.assertEqual(yaml_keys('configuration.md'), code_keys('server/config/server_config.cc'))

    def test_the_gateways_page_has_each_key_and_no_other(self):
        self.assertEqual(
            yaml_keys('gateway.md') - {'NAME'},
            code_keys('gateway/gateway_config.cc', 'gateway/broker_config.cc',
                      'gateway/account_config.cc'))


if __name__ == '__main__':
    unittest.main()
