"""Reads what `bazel test --build_event_json_file` wrote. Standard library only."""

import json
import pathlib
import urllib.parse


class BazelResults:
    """One run of bazel test.

    finished   whether the events are all there
    attempts   {(label, run, shard): its last testResult}
    statuses   {label: its overall status}, and of a target that was not built why not
    """

    def __init__(self, path):
        self.finished = False
        self.attempts = {}
        self.statuses = {}
        try:
            lines = pathlib.Path(path).read_text(encoding='utf-8').splitlines()
        except OSError:
            lines = []
        for line in lines:
            self._add(json.loads(line))

    def _add(self, event):
        identity = event.get('id', {})
        if 'testResult' in identity:
            key = identity['testResult']
            # The last attempt of each shard of each run is the one that counts.
            place = key['label'], key.get('run', 0), key.get('shard', 0)
            self.attempts[place] = event['testResult']
        elif 'testSummary' in identity:
            self.statuses[identity['testSummary']['label']] = (
                event.get('testSummary', {}).get('overallStatus', 'NO_STATUS'))
        elif 'targetCompleted' in identity:
            # Skipped: the target does not fit this machine.
            skipped = event.get('aborted', {}).get('reason') == 'SKIPPED'
            if not skipped and not event.get('completed', {}).get('success'):
                self.statuses.setdefault(identity['targetCompleted']['label'], 'FAILED_TO_BUILD')
        self.finished = self.finished or bool(event.get('lastMessage'))

    def reports(self):
        """(label, path of its JUnit report or '', whether it passed), in order."""
        for (label, _, _), result in sorted(self.attempts.items()):
            uris = [output['uri'] for output in result.get('testActionOutput', [])
                    if output.get('name') == 'test.xml' and 'uri' in output]
            path = urllib.parse.unquote(urllib.parse.urlparse(uris[0]).path) if uris else ''
            yield label, path, result.get('status') in ('PASSED', 'FLAKY')


def case_ran(case):
    """Whether a JUnit report's testcase was run at all."""
    if case.get('status') == 'notrun' or case.get('result') in ('skipped', 'suppressed'):
        return False
    return case.find('skipped') is None


def case_passed(case):
    return case_ran(case) and case.find('failure') is None and case.find('error') is None
