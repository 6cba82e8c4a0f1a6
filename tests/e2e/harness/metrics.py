"""What Prometheus sees of a service."""

import re
import subprocess
import urllib.request

_SAMPLE = re.compile(r'(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?P<labels>.*)\})? (?P<value>\S+)')
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)')
_ESCAPES = {r'\\': '\\', r'\"': '"', r'\n': '\n'}
# What the samples of a histogram or a summary are called beyond its own name, and their labels.
_PARTS = re.compile(r'(_bucket|_sum|_count)$')
_PART_LABELS = {'le', 'quantile'}


class Metrics:
    """One scrape of `address`, read strictly, and judged by promtool."""

    def __init__(self, address):
        with urllib.request.urlopen(f'http://{address}/metrics', timeout=10) as answer:
            self.text = answer.read().decode('utf-8')
        self.types = {}
        self._samples = {}
        for line in self.text.splitlines():
            self._read(line)

    def _read(self, line):
        if line.startswith('# TYPE '):
            _, _, name, kind = line.split(' ')
            if name in self.types:
                raise AssertionError(f'{name} comes twice')
            self.types[name] = kind
        if line.startswith('#'):
            return
        found = _SAMPLE.fullmatch(line)
        if found is None:
            raise AssertionError(f'not a sample: {line}')
        pairs = _LABEL.findall(found['labels'] or '')
        if _LABEL.sub('', found['labels'] or ''):
            raise AssertionError(f'not labels: {line}')
        labels = frozenset((name, re.sub(r'\\.', lambda text: _ESCAPES[text[0]], value))
                           for name, value in pairs)
        if (found['name'], labels) in self._samples:
            raise AssertionError(f'comes twice: {line}')
        self._samples[found['name'], labels] = float(found['value'])

    def get(self, name, **labels):
        """The value with exactly these labels; None where there is none."""
        return self._samples.get((name, frozenset(labels.items())))

    def all(self, name):
        """{labels: value} of every sample of that name."""
        return {labels: value for (other, labels), value in self._samples.items() if other == name}

    def families(self):
        """{metric: the names of its labels}, as docs/metrics.md lists them."""
        families = {}
        for name, labels in self._samples:
            stem = name if name in self.types else _PARTS.sub('', name)
            if stem not in self.types:
                raise AssertionError(f'{name} has no type')
            families.setdefault(stem, set()).update(
                label for label, _ in labels if label not in _PART_LABELS)
        return families

    def complaints(self):
        """What promtool does not like."""
        done = subprocess.run(['promtool', 'check', 'metrics'], input=self.text, text=True,
                              capture_output=True, check=False)
        return done.stdout + done.stderr
