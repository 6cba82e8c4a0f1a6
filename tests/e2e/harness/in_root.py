"""Runs bwrap, and passes the signals that end a program on to the program inside.

    in_root.py STATUS bwrap OPTION... PROGRAM ARGUMENT...

bwrap writes which process the program is to the file STATUS.
"""

import json
import os
import signal
import subprocess
import sys


def main():
    status, bwrap, *arguments = sys.argv[1:]
    reading, writing = os.pipe()
    signals = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
    # Those that come before it is known whom to pass them to have to wait.
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    with subprocess.Popen(
            [bwrap, '--info-fd', str(writing), *arguments], pass_fds=[writing],
            preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)) as process:
        os.close(writing)
        with os.fdopen(reading, encoding='utf-8') as told:
            text = told.read()
        with open(status, 'w', encoding='utf-8') as file:
            file.write(text)
        if text:
            child = json.loads(text)['child-pid']
            for number in signals:
                signal.signal(number, lambda number, _frame: os.kill(child, number))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
        return process.wait()


if __name__ == '__main__':
    sys.exit(main())
