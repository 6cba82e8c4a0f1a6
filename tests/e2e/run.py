#!/usr/bin/python3
"""Runs the end-to-end tests on one deployment, and writes a JUnit report.

    run.py --bin FOLDER [--report FILE] [NAME...]

FOLDER is Bazel's bin folder. Exits 1 if a test failed, and then keeps the
scratch folder with every program's log.
"""

import argparse
import pathlib
import sys
import time
import traceback
import unittest
import xml.etree.ElementTree as xml

_HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE))

# pylint: disable=wrong-import-position
from harness import processes
from harness.case import EndToEndCase
from harness.deployment import Deployment

_USERS = {'alice': 'correct horse battery staple', 'bob': 'a pencil & a half'}


class Report(unittest.TestResult):
    """Prints a line for each test, and remembers what a JUnit report needs."""

    def __init__(self):
        super().__init__()
        self.suite = xml.Element('testsuite', name='end-to-end')
        self.failed = False
        self._started = time.monotonic()

    def startTest(self, test):
        super().startTest(test)
        self._started = time.monotonic()

    def addSuccess(self, test):
        super().addSuccess(test)
        self.record(test.id())

    def addError(self, test, err):
        super().addError(test, err)
        self.record(test.id(), err)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.record(test.id(), err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.record(subtest.id(), err)

    def record(self, name, error=None):
        seconds = time.monotonic() - self._started
        case = xml.SubElement(self.suite, 'testcase', name=name, time=f'{seconds:.3f}')
        print(f'  {"failed" if error else "passed"}  {name}  ({seconds:.1f} s)', flush=True)
        if error:
            self.failed = True
            text = ''.join(traceback.format_exception(*error))
            xml.SubElement(case, 'failure').text = text
            print('    ' + text.strip().replace('\n', '\n    '), flush=True)

    def write(self, path):
        xml.ElementTree(self.suite).write(path, encoding='utf-8', xml_declaration=True)


def load(names):
    loader = unittest.TestLoader()
    if names:
        return loader.loadTestsFromNames(names)
    return loader.discover(str(_HERE), top_level_dir=str(_HERE))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--bin', required=True, help="Bazel's bin folder")
    parser.add_argument('--report', help='where to write the JUnit report')
    parser.add_argument('names', nargs='*', help='e.g. test_login.Login; default: all')
    options = parser.parse_args()

    processes.end_programs_at_exit()
    report = Report()
    deployment = None
    try:
        deployment = EndToEndCase.deployment = Deployment(options.bin, _USERS,
                                                          with_account=True)
        deployment.start()
        load(options.names).run(report)
        deployment.stop()
    except Exception:  # pylint: disable=broad-except
        report.record('deployment', sys.exc_info())
    finally:
        processes.Program.stop_all()
    if options.report:
        report.write(options.report)
    if deployment is not None and not report.failed:
        deployment.remove_scratch()
    elif deployment is not None:
        print(f'  the logs are in {deployment.scratch}')
    return 1 if report.failed else 0


if __name__ == '__main__':
    sys.exit(main())
