"""Tests of tools/check_requirements: each fault is found, and a whole set of evidence passes."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOL = pathlib.Path(__file__).resolve().parents[2] / 'tools' / 'check_requirements'
PREFIX = 'SRS_' + 'SASL_SERVER_IO_01_'
IDS = [f'{PREFIX}{number:03}' for number in range(1, 119)]


def case(name, ids, extra='', file='tests/io_test.cc', attributes='status="run" result="completed"'):
    return (f'<testcase name="{name}" classname="Io" file="{file}" {attributes}>{extra}'
            f'<properties><property name="requirements" value="{" ".join(ids)}"/></properties>'
            '</testcase>')


class CheckRequirements(unittest.TestCase):

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = pathlib.Path(scratch.name)
        self.write('core/io.cc', ''.join(f'// {identifier}\n' for identifier in IDS))
        self.write('tests/io_test.cc', f'Covers({IDS});\n')
        self.report(case('Works', IDS))
        (self.root / 'docs').mkdir()
        self.assertEqual(self.run_tool('--write')[0], 0)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')
        return path

    def report(self, *cases, name='logs/tests/io_test/test.xml'):
        return self.write(name, f'<testsuites><testsuite>{"".join(cases)}</testsuite></testsuites>')

    def run_tool(self, *arguments):
        """(exit code, lines); the reports are those of logs/ unless others are given."""
        if not any(argument in ('--bazel', '--report') for argument in arguments):
            arguments += ('--report', str(self.root / 'logs'))
        done = subprocess.run([sys.executable, str(TOOL), '--root', str(self.root), '--code', 'core',
                               *arguments], capture_output=True, text=True, check=False)
        self.assertEqual(done.stderr, '')
        return done.returncode, done.stdout.splitlines()

    def assert_faults(self, expected, *arguments):
        self.assertEqual(self.run_tool(*arguments), (1, expected))

    def uncovered(self, identifier, line=None):
        lines = [f'{identifier}: no test that ran and passed covers it']
        if line:
            lines.insert(0, f'{line}: names {identifier}, but no test of this file that ran and '
                         'passed records it')
        return lines

    def test_whole_evidence_passes_and_is_counted(self):
        self.assertEqual(self.run_tool(),
                         (0, ['118 requirements, each named in code and covered; 1 tests']))

    def test_the_page_names_code_and_tests(self):
        page = (self.root / 'docs/requirements.md').read_text(encoding='utf-8')
        self.assertIn(f'| {IDS[0]} | `core/io.cc` | `//tests:io_test`: Io.Works |\n', page)
        self.assertEqual(page.count(PREFIX), 118)

    def test_a_page_that_is_out_of_date_or_missing_is_a_fault(self):
        stale = ['docs/requirements.md: is out of date; run tools/check_requirements --write with '
                 'the same reports']
        self.report(case('IsNamedAnew', IDS))
        self.assert_faults(stale)
        (self.root / 'docs/requirements.md').unlink()
        self.assert_faults(stale)

    def test_an_id_without_code_is_a_fault(self):
        self.write('core/io.cc', ''.join(f'// {identifier}\n' for identifier in IDS[1:]))
        self.assert_faults([f'{IDS[0]}: no code names it'])

    def test_an_id_without_a_test_is_a_fault(self):
        self.write('tests/io_test.cc', '')
        self.report(case('Works', IDS[:-1]))
        self.assert_faults(self.uncovered(IDS[-1]))

    def test_a_test_that_only_mentions_an_id_is_a_fault(self):
        self.write('tests/other_test.cc', f'\n// {IDS[4]}\n')
        self.assert_faults([f'tests/other_test.cc:2: names {IDS[4]}, but no test of this file that '
                            'ran and passed records it'])

    def test_what_did_not_run_or_pass_does_not_count(self):
        for broken in (case('Fails', IDS[:1], extra='<failure message="no"/>'),
                       case('Breaks', IDS[:1], extra='<error message="no"/>'),
                       case('Skips', IDS[:1], extra='<skipped message="no"/>',
                            attributes='status="run" result="skipped"'),
                       case('Sleeps', IDS[:1], attributes='status="notrun" result="suppressed"')):
            self.report(case('Works', IDS[1:]), broken)
            self.assert_faults(self.uncovered(IDS[0], 'tests/io_test.cc:1'))

    def test_an_unknown_id_is_a_fault_wherever_it_is(self):
        unknown = PREFIX + '119'
        self.write('core/more.cc', f'// {unknown}\n')
        self.write('tests/more_test.cc', f'// {unknown}\n')
        self.report(case('Works', IDS + [PREFIX + '98']))
        self.assert_faults([f'core/more.cc:1: there is no requirement {unknown}',
                            f'//tests:io_test: Io.Works: there is no requirement {PREFIX}98',
                            f'tests/more_test.cc:1: there is no requirement {unknown}'])

    def test_a_report_that_cannot_be_read_is_a_fault(self):
        self.write('logs/tests/io_test/test.xml', '<testsuites>')
        faults = self.run_tool()[1]
        self.assertEqual(faults[0], '//tests:io_test: no readable report')

    def events(self, *results, finished=True):
        lines = []
        for attempt, (shard, report, status) in enumerate(results):
            lines.append(json.dumps({
                'id': {'testResult': {'label': '//tests:io_test', 'run': 1, 'shard': shard,
                                      'attempt': attempt}},
                'testResult': {'status': status, 'cachedLocally': True, 'testActionOutput': [
                    {'name': 'test.log', 'uri': 'file:///nowhere'},
                    {'name': 'test.xml', 'uri': report.as_uri()}]}}))
        if finished:
            lines.append(json.dumps({'id': {'progress': {}}, 'lastMessage': True}))
        return str(self.write('bazel.json', '\n'.join(lines)))

    def test_reads_every_shard_of_a_bazel_run(self):
        halves = [self.report(case('Works', IDS[:50]), name='a/one%20two/test.xml'),
                  self.report(case('Works', IDS[50:]), name='b/test.xml')]
        self.assertEqual(
            self.run_tool('--bazel', self.events((1, halves[0], 'PASSED'), (2, halves[1], 'PASSED'))),
            (0, ['118 requirements, each named in code and covered; 1 tests']))

    def test_the_last_attempt_of_a_shard_counts(self):
        good = self.report(case('Works', IDS), name='a/test.xml')
        bad = self.report(case('Works', IDS, extra='<failure/>'), name='b/test.xml')
        self.assertEqual(
            self.run_tool('--bazel', self.events((1, bad, 'FAILED'), (1, good, 'PASSED')))[0], 0)
        self.assertEqual(
            self.run_tool('--bazel', self.events((1, good, 'PASSED'), (1, bad, 'FAILED')))[0], 1)

    def test_a_bazel_run_that_did_not_finish_is_a_fault(self):
        good = self.report(case('Works', IDS), name='a/test.xml')
        self.assert_faults(['bazel test: did not finish'], '--bazel',
                           self.events((1, good, 'PASSED'), finished=False))


if __name__ == '__main__':
    unittest.main()
