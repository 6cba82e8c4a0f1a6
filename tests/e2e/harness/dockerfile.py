"""Reads a Dockerfile, as far as ours goes."""

import json
import re
import shlex


def instructions(text):
    """[(instruction, its text)], each of one line."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith('#')]
    joined = re.sub(r'\\\n\s*', '', '\n'.join(lines))
    return [tuple(line.split(None, 1)) for line in joined.splitlines()]


def last_stage(text):
    """Its lines, from FROM on."""
    return text[text.rindex('\nFROM ') + 1:]


def config(found, arguments):
    """The config that an image gets of its last stage, whose `instructions` are `found`."""
    made = {'Env': [], 'Labels': {}, 'ExposedPorts': {}, 'Volumes': {}}
    for instruction, text in found:
        text = re.sub(r'\$\{(\w+)\}', lambda name: arguments[name.group(1)], text)
        if instruction == 'ENV':
            made['Env'] += shlex.split(text)
        elif instruction == 'LABEL':
            made['Labels'] |= dict(word.split('=', 1) for word in shlex.split(text))
        elif instruction == 'EXPOSE':
            made['ExposedPorts'] |= {port: {} for port in text.split()}
        elif instruction == 'VOLUME':
            made['Volumes'] |= {volume: {} for volume in json.loads(text)}
        elif instruction in _TEXTS:
            made[_TEXTS[instruction]] = text
        elif instruction in _LISTS:
            made[_LISTS[instruction]] = json.loads(text)
    return made


_TEXTS = {'USER': 'User', 'WORKDIR': 'WorkingDir', 'STOPSIGNAL': 'StopSignal'}
_LISTS = {'ENTRYPOINT': 'Entrypoint', 'CMD': 'Cmd'}
