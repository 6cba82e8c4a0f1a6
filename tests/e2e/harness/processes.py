"""Real programs, started for a test and ended by their own process group.

A program's output is read line by line into a file and into memory, so that a
test waits for what the program says and never for time to pass.
"""

import atexit
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time


class ProgramFailed(Exception):
    """A program ended, or did not say in time what it was waited for."""


class Program:
    """A running program. Thread-safe; `stop` may be called twice."""

    _running = []

    def __init__(self, name, command, scratch, environment=None, stdin=subprocess.DEVNULL):
        self.name = name
        self.command = [str(part) for part in command]
        self.log_file = pathlib.Path(scratch) / f'{name}.log'
        self.lines = []
        self._said = threading.Condition()
        # A session of its own: whatever the program starts ends with it.
        self._process = subprocess.Popen(
            self.command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=environment, cwd=scratch, text=True, errors='replace', start_new_session=True)
        Program._running.append(self)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        with open(self.log_file, 'a', encoding='utf-8') as log:
            for line in self._process.stdout:
                log.write(line)
                log.flush()
                with self._said:
                    self.lines.append(line.rstrip('\n'))
                    self._said.notify_all()
        with self._said:
            self._said.notify_all()

    @property
    def pid(self):
        return self._process.pid

    @property
    def running(self):
        return self._process.poll() is None

    @property
    def position(self):
        """The number of lines said so far, for `wait_for_line(after=...)`."""
        with self._said:
            return len(self.lines)

    def wait_for_line(self, accept, after=0, timeout=30):
        """The first line from `after` on that `accept` takes, as it answers it."""
        deadline = time.monotonic() + timeout
        with self._said:
            while True:
                for line in self.lines[after:]:
                    found = accept(line)
                    if found:
                        return found
                after = len(self.lines)
                left = deadline - time.monotonic()
                if left <= 0 or not self._reader.is_alive():
                    raise ProgramFailed(self._complaint('did not say what was waited for'))
                self._said.wait(min(left, 0.2))

    def wait_for_file(self, path, timeout=30):
        """The JSON in `path`, once the program has written it."""
        path = pathlib.Path(path)
        self.wait_until(path.exists, f'did not write {path.name}', timeout)
        return json.loads(path.read_text(encoding='utf-8'))

    def wait_until(self, condition, complaint, timeout=30):
        deadline = time.monotonic() + timeout
        while not condition():
            if not self.running or time.monotonic() > deadline:
                raise ProgramFailed(self._complaint(complaint))
            time.sleep(0.02)

    def wait(self, timeout=30):
        """The exit code, once the program has ended by itself."""
        code = self._process.wait(timeout)
        self._reader.join(5)
        return code

    def write_line(self, text):
        self._process.stdin.write(text + '\n')
        self._process.stdin.flush()

    def send_signal(self, number):
        self._process.send_signal(number)

    def stop(self, timeout=20):
        """Asks the program to end, and ends it (and what it started) if it does not."""
        if self in Program._running:
            Program._running.remove(self)
        code = None
        if self.running:
            self._process.send_signal(signal.SIGTERM)
            try:
                code = self._process.wait(timeout)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()
        self._reader.join(5)
        return code

    def _complaint(self, what):
        state = 'runs' if self.running else f'ended with {self._process.returncode}'
        tail = '\n    '.join(self.lines[-15:])
        return f'{self.name} {what} (it {state}); its last lines:\n    {tail}'

    @classmethod
    def stop_all(cls):
        for program in reversed(list(cls._running)):
            program.stop(timeout=10)


def free_port():
    """A port that nothing listens on now: for programs that cannot take port 0."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def json_line(**expected):
    """For wait_for_line: accepts a JSON log line whose fields equal `expected`."""

    def accept(line):
        try:
            record = json.loads(line)
        except ValueError:
            return None
        if not isinstance(record, dict):
            return None
        return record if all(record.get(k) == v for k, v in expected.items()) else None

    return accept


def _end_by_signal(number, _frame):
    # Runs the exit handlers, which stop every program.
    raise SystemExit(128 + number)


def end_programs_at_exit():
    """Call once, in the main thread: an interrupted run leaves nothing behind."""
    atexit.register(Program.stop_all)
    signal.signal(signal.SIGTERM, _end_by_signal)
    signal.signal(signal.SIGHUP, _end_by_signal)
