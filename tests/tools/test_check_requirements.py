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


def case(name, ids, extra='', file='tests/io_test.cc', line=1,
         attributes='status="run" result="completed"'):
    recorded = f'<property name="requirements" value="{" ".join(ids)}"/>' if ids else ''
    return (f'<testcase name="{name}" classname="Io" file="{file}" line="{line}" {attributes}>'
            f'{extra}<properties>{recorded}</properties></testcase>')


def unrecorded(identifier, line):
    return (f'{line}: names {identifier}, but the test around it does not record it, or did not '
            'run and pass')


class CheckRequirements(unittest.TestCase):

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = pathlib.Path(scratch.name)
        self.write('core/io.cc', ''.join(f'// {identifier}\n' for identifier in IDS))
        self.write('tests/io_test.cc', f'TEST(Io, Works) {{\n  Covers({IDS});\n}}\n')
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
        """(exit code, lines); the run is one that passed with logs/ unless another is given."""
        if '--bazel' not in arguments:
            logs = self.root / 'logs/tests/io_test/test.xml'
            arguments += ('--bazel', self.events((1, logs, 'PASSED')))
        done = subprocess.run([sys.executable, str(TOOL), '--root', str(self.root), '--code', 'core',
                               *arguments], capture_output=True, text=True, check=False)
        self.assertEqual(done.stderr, '')
        return done.returncode, done.stdout.splitlines()

    def assert_faults(self, expected, *arguments):
        self.assertEqual(self.run_tool(*arguments), (1, expected))

    @staticmethod
    def uncovered(identifier, line=None):
        lines = [f'{identifier}: no test that ran and passed covers it']
        return [unrecorded(identifier, line)] + lines if line else lines

    def assert_not_written(self, expected, *arguments):
        """Faults, and --write leaves the page alone."""
        before = (self.root / 'docs/requirements.md').read_text(encoding='utf-8')
        self.write('docs/requirements.md', 'as it was')
        self.assert_faults(expected, '--write', *arguments)
        page = (self.root / 'docs/requirements.md').read_text(encoding='utf-8')
        self.assertEqual(page, 'as it was')
        self.write('docs/requirements.md', before)

    def test_whole_evidence_passes_and_is_counted(self):
        self.assertEqual(self.run_tool(),
                         (0, ['118 requirements, each named in code and covered; 1 tests']))

    def test_the_page_names_code_and_tests(self):
        page = (self.root / 'docs/requirements.md').read_text(encoding='utf-8')
        self.assertIn(f'| {IDS[0]} | `core/io.cc` | `//tests:io_test`: Io.Works |\n', page)
        self.assertEqual(page.count(PREFIX), 118)

    def test_a_page_that_is_out_of_date_or_missing_is_a_fault(self):
        stale = ['docs/requirements.md: is out of date; run tools/check_requirements --write with '
                 'the same events']
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
        self.assert_faults([unrecorded(IDS[4], 'tests/other_test.cc:2')])

    def test_what_did_not_run_or_pass_is_a_fault_and_does_not_count(self):
        for broken in (case('Breaks', IDS[:1], extra='<failure message="no"/>'),
                       case('Breaks', IDS[:1], extra='<error message="no"/>'),
                       case('Breaks', IDS[:1], extra='<skipped message="no"/>',
                            attributes='status="run" result="skipped"'),
                       case('Breaks', IDS[:1], attributes='status="notrun" result="suppressed"')):
            self.report(case('Works', IDS[1:]), broken)
            self.assert_not_written(['//tests:io_test: Io.Breaks: did not run and pass',
                                     *self.uncovered(IDS[0], 'tests/io_test.cc:2')])

    def test_a_skipped_test_is_a_fault_though_another_covers_its_ids(self):
        skipped = '<skipped message="no"/>'
        self.report(case('Works', IDS), case('Skips', IDS[:1], extra=skipped, file='tests/more.cc'))
        self.assert_not_written(['//tests:io_test: Io.Skips: did not run and pass'])
        self.report(case('Works', IDS), case('Skips', [], extra=skipped))
        self.assert_not_written(['//tests:io_test: Io.Skips: did not run and pass'])
        self.report(case('Works', IDS), case('Skips', [], extra=skipped, file='tests/more.cc'))
        self.assertEqual(self.run_tool()[0], 0)

    def test_another_test_of_the_file_does_not_speak_for_one(self):
        source = (self.root / 'tests/io_test.cc').read_text(encoding='utf-8')
        self.write('tests/io_test.cc', f'{source}TEST_F(Io, IsSilent) {{\n  Covers({IDS[:1]});\n}}\n')
        self.report(case('Works', IDS), case('IsSilent', [], line=4))
        self.assert_not_written([unrecorded(IDS[0], 'tests/io_test.cc:5')])
        self.report(case('Works', IDS))
        self.assert_not_written([unrecorded(IDS[0], 'tests/io_test.cc:5')])
        self.report(case('Works', IDS), case('IsSilent', IDS[:1], line=4))
        self.assertEqual(self.run_tool('--write')[0], 0)

    def test_each_instance_of_a_test_has_to_record(self):
        self.report(case('A/Works/0', IDS), case('B/Works/0', IDS[1:]))
        self.assert_not_written([unrecorded(IDS[0], 'tests/io_test.cc:2')])

    def test_a_target_that_failed_is_a_fault_though_its_tests_passed(self):
        good = self.report(case('Works', IDS), name='a/test.xml')
        fault = ['//tests:io_test: did not pass']
        for status in ('FAILED', 'TIMEOUT'):
            faults = self.run_tool('--write', '--bazel', self.events((1, good, status)))[1]
            self.assertEqual(faults[:1], fault)
            self.assertIn(f'{IDS[0]}: no test that ran and passed covers it', faults)
        # A second run of it, and another target that the page does not know.
        self.assert_not_written(fault, '--bazel',
                                self.events((1, good, 'PASSED'), (1, good, 'FAILED', 2)))
        self.assert_not_written(['//tests:other: did not pass'], '--bazel', self.events(
            (1, good, 'PASSED'), (1, good, 'FAILED', 1, '//tests:other')))

    def test_a_target_without_a_result_is_a_fault(self):
        good = self.report(case('Works', IDS), name='a/test.xml')
        self.assert_not_written(['//tests:other: did not pass'], '--bazel', self.events(
            (1, good, 'PASSED'), broken='//tests:other'))

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

    def events(self, *results, finished=True, broken=None):
        """What bazel writes for (shard, report, status[, run[, label]]) in order."""
        lines = []
        for attempt, (shard, report, status, *place) in enumerate(results):
            run, label = place[0] if place else 1, place[1] if place[1:] else '//tests:io_test'
            lines.append(json.dumps({
                'id': {'testResult': {'label': label, 'run': run, 'shard': shard,
                                      'attempt': attempt}},
                'testResult': {'status': status, 'cachedLocally': True, 'testActionOutput': [
                    {'name': 'test.log', 'uri': 'file:///nowhere'},
                    {'name': 'test.xml', 'uri': report.as_uri()}]}}))
        if broken:
            lines.append(json.dumps({'id': {'targetCompleted': {'label': broken}},
                                     'completed': {'success': False}}))
        if finished:
            lines.append(json.dumps({'id': {'progress': {}}, 'lastMessage': True}))
        return str(self.write('bazel.json', '\n'.join(lines)))

    def test_reads_every_shard_of_a_bazel_run(self):
        self.write('tests/io_test.cc', f'TEST(Io, Works) {{  // {IDS[:50]}\n}}\n'
                                       f'TEST_P(Io, Plays) {{  // {IDS[50:]}\n}}\n')
        halves = [self.report(case('Works', IDS[:50]), name='a/one%20two/test.xml'),
                  self.report(case('Plays', IDS[50:], line=3), name='b/test.xml')]
        self.assertEqual(
            self.run_tool('--write', '--bazel',
                          self.events((1, halves[0], 'PASSED'), (2, halves[1], 'PASSED'))),
            (0, ['118 requirements, each named in code and covered; 2 tests']))

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
