"""A real, unmodified RabbitMQ in a scratch folder, on ports of its own.

It speaks AMQP 1.0 over TLS only, and lets in only holders of a certificate
whose authority it trusts: the user is the certificate's common name. It may also
have a service account, which logs in by its password and without TLS.
"""

import base64
import glob
import hashlib
import json
import os
import pathlib
import re
import subprocess
import time

from harness.processes import Program, ProgramFailed, free_port

_PLUGINS = ('rabbitmq_amqp1_0', 'rabbitmq_auth_mechanism_ssl')
# Of the service account, which may touch every queue.
ACCOUNT = 'gateway'
ACCOUNT_PASSWORD = 'the password of the gateway'
# Of its record tracked_connection.
_USER_FIELD = 11


class RabbitMq:
    """Each user may touch only the queues whose names start with its own and a dot."""

    def __init__(self, scratch, certificate, key, trusted, users, with_account=False,
                 host='127.0.0.1', port=None):
        """`host` and `port`: where it takes TLS; by default any port of loopback."""
        self._home = pathlib.Path(scratch) / 'rabbitmq'
        self._home.mkdir()
        self._programs = _newest_installed()
        self._with_account = with_account
        self._host, self._port = host, port
        self._write_configuration(certificate, key, trusted, users)
        self.address = ''
        self.plaintext_address = ''
        self._environment = {}
        self.server = None
        self._port_mapper = None

    def start(self):
        """After `stop`, brings it back at the same address."""
        if self.address:
            self._start_once()
            return
        # It cannot take port 0, so another program may be faster to a free port.
        for attempt in range(3):
            self._choose_ports()
            try:
                self._start_once()
                return
            except ProgramFailed:
                self.stop()
                if attempt == 2 or not self._port_was_taken():
                    raise

    def stop(self):
        """Ends it as a crash would: its own shutdown takes up to 20 s, for data that is scratch."""
        for program in (self.server, self._port_mapper):
            if program is not None:
                program.stop(timeout=0)
        self.server = self._port_mapper = None

    def version(self):
        return 'RabbitMQ ' + self._programs.parent.name.rpartition('-')[2]

    def users_connected(self):
        """The user of each AMQP 1.0 connection that is open, as RabbitMQ itself tells it."""
        # RabbitMQ 3.10's list_connections leaves AMQP 1.0 out; its connection tracking does not.
        told = self._control('eval', f'[element({_USER_FIELD}, C) || '
                                     'C <- rabbit_connection_tracking:list()].')
        return sorted(re.findall(r'<<"([^"]*)">>', told))

    def wait_for_users(self, expected, timeout=20):
        """Waits until exactly these users are connected; it forgets a closed connection late."""
        deadline = time.monotonic() + timeout
        while (connected := self.users_connected()) != expected:
            if time.monotonic() > deadline:
                raise ProgramFailed(f'RabbitMQ sees {connected} connected, and not {expected}')

    def wait_until_it_says(self, text, after=0, timeout=30):
        return self.server.wait_for_line(lambda line: line if text in line else None, after, timeout)

    def _choose_ports(self):
        amqps, amqp, port_mapper, distribution = (free_port() for _ in range(4))
        amqps = self._port or amqps
        self.address = f'{self._host}:{amqps}'
        self.plaintext_address = f'127.0.0.1:{amqp}'
        self._environment = {
            'PATH': os.environ['PATH'],
            'LANG': 'C.UTF-8',
            'HOME': str(self._home),
            'ERL_EPMD_PORT': str(port_mapper),
            'ERL_EPMD_ADDRESS': '127.0.0.1',
            'RABBITMQ_NODENAME': f'sallyport-{amqps}@localhost',
            'RABBITMQ_DIST_PORT': str(distribution),
            'RABBITMQ_CONF_ENV_FILE': str(self._home / 'none'),
            'RABBITMQ_CONFIG_FILE': str(self._home / 'rabbitmq.conf'),
            'RABBITMQ_ADVANCED_CONFIG_FILE': str(self._home / 'advanced.config'),
            'RABBITMQ_ENABLED_PLUGINS_FILE': str(self._home / 'enabled_plugins'),
            'RABBITMQ_MNESIA_BASE': str(self._home / 'mnesia'),
            'RABBITMQ_LOG_BASE': str(self._home / 'log'),
            'RABBITMQ_LOGS': '-',
            # Has the script become the server, instead of waiting for it.
            'RUNNING_UNDER_SYSTEMD': 'true',
            'RABBITMQ_PID_FILE': str(self._home / 'pid'),
            'RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS':
                f'-rabbit ssl_listeners [{{"{self._host}",{amqps}}}] '
                + (f'tcp_listeners [{{"127.0.0.1",{amqp}}}] ' if self._with_account else '') +
                '-kernel inet_dist_use_interface {127,0,0,1}',
        }

    def _start_once(self):
        # RabbitMQ would leave a port mapper of its own behind.
        self._port_mapper = Program('epmd', ['epmd', '-address', '127.0.0.1'], self._home,
                                    self._environment)
        self.server = Program('rabbitmq', [self._programs / 'rabbitmq-server'], self._home,
                              self._environment)
        self.server.wait_for_line(lambda line: 'Server startup complete' in line, timeout=120)

    def _port_was_taken(self):
        log = self._home / 'rabbitmq.log'
        return log.exists() and 'eaddrinuse' in log.read_text(encoding='utf-8', errors='replace')

    def _control(self, *arguments):
        done = subprocess.run([self._programs / 'rabbitmqctl', '--quiet', '-n',
                               self._environment['RABBITMQ_NODENAME'], *arguments],
                              env=self._environment, capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            raise ProgramFailed(f'rabbitmqctl {arguments[0]}: {done.stderr.strip()}')
        return done.stdout

    def _write_configuration(self, certificate, key, trusted, users):
        accounts = [ACCOUNT] if self._with_account else []
        definitions = {
            'vhosts': [{'name': '/'}],
            # An empty hash: no password ever lets this user in.
            'users': [{'name': user, 'password_hash': '', 'tags': '',
                       'hashing_algorithm': 'rabbit_password_hashing_sha256'} for user in users]
                     + [{'name': account, 'password_hash': _hash(ACCOUNT_PASSWORD), 'tags': '',
                         'hashing_algorithm': 'rabbit_password_hashing_sha256'}
                        for account in accounts],
            'permissions': [{'user': user, 'vhost': '/', 'configure': f'^{user}\\..*',
                             'write': f'^({user}\\..*|amq\\.default)$', 'read': f'^{user}\\..*'}
                            for user in users]
                           + [{'user': account, 'vhost': '/', 'configure': '.*',
                               'write': '.*', 'read': '.*'} for account in accounts],
        }
        self._write('definitions.json', json.dumps(definitions, indent=2))
        plugins = ','.join(_PLUGINS)
        self._write('enabled_plugins', f'[{plugins}].\n')
        self._write('advanced.config', '[{rabbitmq_amqp1_0, [{default_user, none}]}].\n')
        self._write('rabbitmq.conf', f'''\
listeners.tcp = none
load_definitions = {self._home}/definitions.json
auth_mechanisms.1 = EXTERNAL
{'auth_mechanisms.2 = PLAIN' if self._with_account else ''}
ssl_cert_login_from = common_name
ssl_options.cacertfile = {trusted}
ssl_options.certfile = {certificate}
ssl_options.keyfile = {key}
ssl_options.verify = verify_peer
ssl_options.fail_if_no_peer_cert = true
log.console.level = info
''')

    def _write(self, name, text):
        (self._home / name).write_text(text, encoding='utf-8')


def _hash(password):
    salt = os.urandom(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def _newest_installed():
    found = sorted(glob.glob('/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin'))
    if not found:
        raise RuntimeError('no RabbitMQ under /usr/lib/rabbitmq: run scripts/setup')
    return pathlib.Path(found[-1])
