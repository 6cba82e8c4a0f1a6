"""AMQP 1.0 clients of other projects, each in a process of its own.

Every client program takes the same task and tells the same events; see
clients/rhea_client.js.
"""

import json
import pathlib
import shutil
import subprocess

from harness.processes import Program, ProgramFailed

_CLIENTS = pathlib.Path(__file__).resolve().parent.parent / 'clients'
# Debian's: another Python on the PATH lacks Debian's modules.
_PYTHON = '/usr/bin/python3'

_COMMANDS = {
    'rhea': lambda: [shutil.which('node') or 'node', _CLIENTS / 'rhea_client.js'],
    'qpid-proton': lambda: [_PYTHON, _CLIENTS / 'proton_client.py'],
    'uamqp': lambda: [_PYTHON, _CLIENTS / 'uamqp_client.py'],
}


class Client:
    """A client that logs in, sends a message to its own queue and receives it.

    It then keeps its connection until `finish`.
    """

    _count = 0

    def __init__(self, library, scratch, address, ca, mechanism, username, password,
                 queue=None, keypair=None, token=None, environment=None):
        Client._count += 1
        self.library = library
        self.username = username
        self.message = f'message {Client._count} of {username}'
        queue = queue or f'{username}.{Client._count}'
        self._program = Program(f'client-{Client._count}-{library}', _COMMANDS[library](), scratch,
                                environment=environment, stdin=subprocess.PIPE)
        self._program.write_line(json.dumps({
            'port': int(address.rpartition(':')[2]),
            'ca': str(ca),
            'mechanism': mechanism,
            'username': username,
            'password': password,
            'token': token,
            'queue': f'/queue/{queue}',
            'message': self.message,
            'certificate': str(keypair.certificate) if keypair else '',
            'key': str(keypair.key) if keypair else '',
        }))

    def wait_for(self, event, timeout=60):
        """The fields of `event`. ProgramFailed if the client is refused or ends before it."""

        def accept(line):
            record = _event(line)
            if record and record['event'] in (event, 'refused', 'failed'):
                return record
            return None

        record = self._program.wait_for_line(accept, timeout=timeout)
        if record['event'] != event:
            raise ProgramFailed(f'{self.library} as {self.username}: wanted "{event}", '
                                f'got {json.dumps(record)}')
        return record

    def refusal(self):
        """The fields of the "refused" event. ProgramFailed if the client gets in."""

        def accept(line):
            record = _event(line)
            return record if record and record['event'] in ('refused', 'connected') else None

        record = self._program.wait_for_line(accept)
        if record['event'] != 'refused':
            raise ProgramFailed(f'{self.library} as {self.username} was not refused')
        self._program.wait()
        return record

    def exchange(self):
        """Waits until its message came back."""
        body = self.wait_for('received')['body']
        if body != self.message:
            raise ProgramFailed(f'{self.library} sent "{self.message}" and received "{body}"')

    def events(self):
        return [record['event'] for record in map(_event, self._program.lines) if record]

    def finish(self):
        """Has it close its connection, and waits for its end."""
        self._program.write_line('')
        code = self._program.wait()
        if code != 0:
            raise ProgramFailed(f'{self.library} ended with {code}')

    def wait_for_end(self):
        """Waits until it has ended by itself, whatever it makes of its connection's loss."""
        self._program.wait()

    def stop(self):
        self._program.stop(timeout=5)


def _event(line):
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) and 'event' in record else None
