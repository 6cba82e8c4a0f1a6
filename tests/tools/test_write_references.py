"""Tests of tools/write_references: pages follow the code, and --check finds where they do not."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ('core/sasl/failure_reason.h', 'core/sasl/failure_reason.cc', 'process/exit_code.h',
           'docs/reference/reasons.md', 'docs/reference/exit-codes.md')


class WriteReferences(unittest.TestCase):

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = pathlib.Path(scratch.name)
        for name in SOURCES:
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.root / name)

    def run_tool(self, *options):
        done = subprocess.run([sys.executable, ROOT / 'tools/write_references', '--root', self.root,
                               *options], capture_output=True, text=True, check=False)
        return done.returncode, done.stderr

    def change(self, name, old, new):
        path = self.root / name
        text = path.read_text(encoding='utf-8')
        self.assertIn(old, text)
        path.write_text(text.replace(old, new), encoding='utf-8')

    def read(self, name):
        return (self.root / name).read_text(encoding='utf-8')

    def test_the_pages_are_what_it_writes(self):
        before = [self.read(name) for name in SOURCES]
        self.assertEqual(self.run_tool('--check'), (0, ''))
        self.assertEqual(self.run_tool(), (0, ''))
        self.assertEqual([self.read(name) for name in SOURCES], before)

    def test_a_changed_sentence_is_found_and_written(self):
        self.change('core/sasl/failure_reason.cc', 'No such user.', 'Nobody of that name.')
        code, said = self.run_tool('--check')
        self.assertEqual(code, 1)
        self.assertIn('reasons.md: is out of date; run tools/write_references', said)
        self.assertEqual(self.run_tool(), (0, ''))
        self.assertIn('| [`unknown_user`](#unknown_user) | 1 | auth (1) | Nobody of that name. |',
                      self.read('docs/reference/reasons.md'))
        self.assertEqual(self.run_tool('--check'), (0, ''))

    def test_a_reason_without_a_section_is_found(self):
        self.change('docs/reference/reasons.md', '### `overloaded`', '### `overload`')
        code, said = self.run_tool('--check')
        self.assertEqual(code, 1)
        self.assertIn('has no section "### `overloaded`"', said)

    def test_a_reason_that_has_no_entry_is_found(self):
        self.change('core/sasl/failure_reason.h', 'kInternal = 113,', 'kInternal = 113,\n  kNew = 114,')
        code, said = self.run_tool('--check')
        self.assertEqual(code, 1)
        self.assertIn('kNew', said)

    def test_a_new_exit_code_is_written(self):
        self.change('process/exit_code.h', '  kAlreadyExists = 7,\n',
                    '  kAlreadyExists = 7,\n  // kTired: as\n  // kFailure, asleep.\n  kTired = 99,\n')
        self.assertEqual(self.run_tool(), (0, ''))
        self.assertIn('\n| 99 | as 1, asleep. |\n', self.read('docs/reference/exit-codes.md'))

    def test_a_page_without_the_mark_is_found(self):
        self.change('docs/reference/exit-codes.md', '<!-- written by', '<!-- made by')
        code, said = self.run_tool()
        self.assertEqual(code, 1)
        self.assertIn('has no line', said)


if __name__ == '__main__':
    unittest.main()
