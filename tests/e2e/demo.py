#!/usr/bin/python3
"""The demonstration that scripts/demo runs, once the programs are built."""

import argparse
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

# pylint: disable=wrong-import-position
from harness import processes
from harness.deployment import Deployment
from harness.processes import ProgramFailed, json_line

_USERS = {'alice': 'correct horse battery staple', 'bob': 'a pencil & a half'}


def heading(text):
    print(f'\n{text}', flush=True)


def done(text):
    print(f'   \u2714 {text}', flush=True)


def failed(text):
    print(f'   \u2718 {text}', flush=True)


class Demo:

    def __init__(self, bin_folder):
        self.deployment = Deployment(bin_folder, _USERS)
        self.failures = 0

    def run(self):
        self.start()
        heading('3. Clients log in through the gateway, each to send and receive a message')
        self.part(self.log_in, 'qpid-proton', 'PLAIN', 'alice')
        self.part(self.log_in, 'rhea', 'PLAIN', 'bob')
        self.part(self.log_in, 'rhea', 'SCRAM-SHA-256', 'alice')
        heading('4. A wrong password')
        self.part(self.be_refused, 'rhea', 'PLAIN', 'alice')
        heading('5. The end')
        self.deployment.stop()
        done('everything that was started is stopped')

    def part(self, function, *arguments):
        """One part's failure does not keep the others from being shown."""
        try:
            function(*arguments)
        except (ProgramFailed, OSError) as error:
            self.failures += 1
            failed(str(error))

    def start(self):
        deployment = self.deployment
        heading('2. The service, its users, a broker, and the gateway in front of it')
        deployment.start_service()
        self.show(deployment.service.command)
        done(f'sallyportd serves on {deployment.service.address}: mutual TLS, users in SQLite')
        for user, password in deployment.users.items():
            self.show([*deployment.ctl.command('user', 'add', user), '< password'])
            deployment.ctl.add_user(user, password)
        done('users added: ' + ', '.join(deployment.users))
        print('   \u2026 RabbitMQ takes some seconds to start', flush=True)
        deployment.start_rabbitmq()
        done(f'{deployment.rabbitmq.version()}, unmodified, serves AMQP 1.0 on '
             f'{deployment.rabbitmq.address}: no passwords, only certificates')
        deployment.start_gateway()
        self.show(deployment.gateway.command)
        done(f'sallyport-gateway takes AMQP over TLS on {deployment.gateway.listeners["amqps"]}')

    def show(self, command):
        """The command, with the names of files in place of their paths."""
        print('   $ ' + ' '.join(pathlib.Path(word).name if '/' in str(word) else str(word)
                                 for word in command), flush=True)

    def log_in(self, library, mechanism, user):
        logs = self.positions()
        client = self.deployment.client(library, mechanism, user)
        try:
            client.exchange()
            told = self.said(logs, 'client authenticated')
            self.deployment.rabbitmq.wait_for_users([user])
            client.finish()
        finally:
            client.stop()
        done(f'{library}: authenticated as "{told["authentication_id"]}" by {told["mechanism"]} '
             f'over {told["tls"]}')
        print(f'     RabbitMQ sees the user "{user}"; "{client.message}" came back')
        if 'server-verified' in client.events():
            print('     and the client verified that the server knows its password (libgsasl)')

    def be_refused(self, library, mechanism, user):
        logs = self.positions()
        client = self.deployment.client(library, mechanism, user, password='wrong')
        try:
            heard = client.refusal()
            service = self.said(logs, 'login refused')
        finally:
            client.stop()
        if service['reason'] != 'bad_credentials':
            raise ProgramFailed(f'refused for another reason: {json.dumps(service)}')
        done(f'{library} as "{user}" by {service["mechanism"]}: refused')
        print(f'     why: {service["detail"]} ({service["reason"]}, in the log of sallyportd)')
        print(f'     what the client heard: "{heard["description"]}", SASL\'s code for "auth"')

    def positions(self):
        return {'client authenticated': self.deployment.gateway.program.position,
                'login refused': self.deployment.service.program.position}

    def said(self, positions, message):
        program = (self.deployment.gateway if message == 'client authenticated'
                   else self.deployment.service).program
        return program.wait_for_line(json_line(msg=message), after=positions[message])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--bin', required=True, help="Bazel's bin folder")
    options = parser.parse_args()
    processes.end_programs_at_exit()
    demo = Demo(options.bin)
    try:
        demo.run()
    except (ProgramFailed, OSError, RuntimeError) as error:
        demo.failures += 1
        failed(str(error))
    finally:
        processes.Program.stop_all()
    if demo.failures:
        print(f'\nFailed. The logs are in {demo.deployment.scratch}')
        return 1
    demo.deployment.remove_scratch()
    print('\nAll of it worked.')
    return 0


if __name__ == '__main__':
    sys.exit(main())
