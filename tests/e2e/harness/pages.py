"""Pages of the documentation, as the commands in them.

A page's fenced blocks are run from top to bottom by one shell, in a folder and a
network of their own, so that a page may use the real port numbers:

    ```sh        commands; each has to succeed
    ```console   commands behind "$ ", and below each what it prints

A line of three dots in the output stands for any lines, three dots within a line
for any text. A block below a line <!-- not run: WHY --> is only for reading, and so
are blocks of other languages.
"""

import os
import pathlib
import re
import shlex
import subprocess
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[3]
_NOT_RUN = re.compile(r'<!-- not run: .+ -->$')
# All that a page has started ends with its shell.
_ISOLATED = ['unshare', *([] if os.geteuid() == 0 else ['--map-root-user']), '--net', '--pid',
             '--fork', '--kill-child', '--mount-proc']


class Step(NamedTuple):
    """Commands, and what they print where the page shows it."""
    line: int
    commands: str
    output: str | None


class PageFailed(Exception):
    """A command of a page failed, or did not print what the page says."""


def run_page(name, programs, folder, timeout):
    """Runs docs/NAME in `folder`, with the folders `programs` on the PATH. PageFailed where it is
    not as it says."""
    steps = steps_of((ROOT / 'docs' / name).read_text(encoding='utf-8'))
    run_steps(f'docs/{name}', steps, programs, folder, timeout)


def run_steps(name, steps, programs, folder, timeout):
    """As run_page, of the page `name` whose steps these are."""
    outputs = folder / '.steps'
    outputs.mkdir()
    script = folder / '.script'
    script.write_text(_script(steps, outputs), encoding='utf-8')
    environment = {
        'PATH': os.pathsep.join([*map(str, programs), os.environ['PATH']]),
        'HOME': str(folder), 'LANG': 'C.UTF-8',
        # What a page would have npm install.
        'NODE_PATH': str(ROOT / 'tests' / 'e2e' / 'node_modules'),
        'SALLYPORT_SOURCE': str(ROOT),
    }
    try:
        # What is said here is said before the first step: there is no namespace to be had.
        with open(outputs / '0', 'w', encoding='utf-8') as said:
            code = subprocess.run([*_ISOLATED, 'bash', script], cwd=folder, env=environment,
                                  stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                                  timeout=timeout, check=False).returncode
    except subprocess.TimeoutExpired:
        code = f'no end within {timeout} s'
    for number, step in enumerate(steps):
        file = outputs / str(number)
        # Absent: the one before was the last that ran.
        ended = not (outputs / str(number + 1)).exists()
        printed = file.read_text(encoding='utf-8', errors='replace') if file.exists() else ''
        if ended and code != 0:
            raise PageFailed(f'{name}:{step.line}: ended with {code}:\n{step.commands}\n'
                             f'It printed:\n{printed}')
        if step.output is not None and not is_as_shown(printed, step.output):
            raise PageFailed(f'{name}:{step.line}: {step.commands}\nIt printed:\n{printed}\n'
                             f'The page says:\n{step.output}')


def steps_of(text):
    """The steps of a page that are run, in their order."""
    steps = []
    for line, language, block in _blocks(text):
        if language == 'sh':
            steps.append(Step(line, block, None))
        elif language == 'console':
            steps.extend(_transcript(line, block))
    return steps


def _blocks(text):
    """(line, language, text) of each fenced block that is not marked as not run."""
    before, inside, language, start = '', None, '', 0
    for number, line in enumerate(text.splitlines(), 1):
        if inside is not None:
            if line == '```':
                if language:
                    yield start, language, ''.join(inside)
                inside = None
            else:
                inside.append(line + '\n')
        elif line.startswith('```'):
            language = '' if _NOT_RUN.match(before) else line[3:]
            inside, start = [], number + 1
        before = line


def _transcript(first, block):
    steps = []
    for number, line in enumerate(block.splitlines(), first):
        if line.startswith('$ '):
            steps.append(Step(number, line[2:] + '\n', ''))
        elif not steps:
            raise ValueError(f'line {number}: a console block begins with "$ "')
        else:
            last = steps[-1]
            # A command may go on in the next line, as in a shell.
            if last.commands.endswith('\\\n') and not last.output:
                steps[-1] = last._replace(commands=last.commands + line + '\n')
            else:
                steps[-1] = last._replace(output=last.output + line + '\n')
    return steps


def _script(steps, outputs):
    """Each step's output goes to a file of its own, which is there once the step has begun."""
    lines = ['set -euo pipefail', 'ip link set lo up']
    for number, step in enumerate(steps):
        lines += [f'exec >{shlex.quote(str(outputs / str(number)))} 2>&1', step.commands]
    # What it leaves running ends with it.
    return '\n'.join([*lines, 'exit 0', ''])


def is_as_shown(printed, shown):
    """Whether a command printed what a page shows, where three dots stand for what may differ."""
    parts = []
    for line in shown.splitlines():
        if line == '...':
            parts.append(r'(?:.*\n)*?')
        else:
            # An editor may have taken blanks at the end away.
            parts.append('.*?'.join(map(re.escape, line.split('...'))) + r' *\n')
    return re.fullmatch(''.join(parts), printed) is not None
