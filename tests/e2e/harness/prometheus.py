"""Debian's Prometheus, in a folder of its own, and what its HTTP API answers."""

import json
import pathlib
import re
import tempfile
import urllib.error
import urllib.parse
import urllib.request

from harness.processes import Program

_LISTENS = re.compile(r'msg="Listening on" address=(\S+)')


class Refused(Exception):
    """Prometheus did not take a query."""


class Prometheus:
    """One that scrapes `targets`, as the job "sallyport", every second."""

    def __init__(self, scratch, targets, rules):
        """`targets`: addresses with /metrics; `rules`: a pattern of files."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix='prometheus-', dir=scratch))
        configuration = folder / 'prometheus.yml'
        # JSON is YAML.
        configuration.write_text(json.dumps({
            'global': {'scrape_interval': '1s', 'evaluation_interval': '1s'},
            'rule_files': [str(rules)],
            'scrape_configs': [{'job_name': 'sallyport',
                                'static_configs': [{'targets': list(targets)}]}]}),
                                 encoding='utf-8')
        self.program = Program('prometheus', [
            'prometheus', f'--config.file={configuration}',
            f'--storage.tsdb.path={folder / "data"}', '--web.listen-address=127.0.0.1:0'], folder)
        self._address = self.program.wait_for_line(_LISTENS.search)[1]
        self.program.wait_for_line(lambda line: 'Server is ready to receive web requests' in line)

    def query(self, expression):
        """Each series' labels and its values now."""
        found = self._get('query', query=expression)
        return [(series['metric'], [series['value'][1]]) for series in found['result']]

    def query_range(self, expression, start, end):
        """Each series' labels and its values, second by second."""
        found = self._get('query_range', query=expression, start=start, end=end, step=1)
        return [(series['metric'], [value for _, value in series['values']])
                for series in found['result']]

    def label_values(self, label, selector):
        return self._get(f'label/{label}/values', **{'match[]': selector})

    def rules(self):
        """The rules of every group, with their state."""
        return [rule for group in self._get('rules')['groups'] for rule in group['rules']]

    def stop(self):
        self.program.stop()

    def _get(self, path, **parameters):
        url = f'http://{self._address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}'
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)['data']
        except urllib.error.HTTPError as error:
            raise Refused(f'{parameters}: {error.read().decode()}') from error
