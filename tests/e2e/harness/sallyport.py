"""Sallyport's own programs, each with a configuration written for the occasion."""

import pathlib
import subprocess

from harness.processes import Program, ProgramFailed, json_line


class Binaries:
    """Where the build put the programs: `root` is Bazel's bin folder."""

    def __init__(self, root):
        self.root = root = pathlib.Path(root)
        self.service = root / 'server' / 'sallyportd'
        self.gateway = root / 'gateway' / 'sallyport-gateway'
        self.ctl = root / 'ctl' / 'sallyportctl'
        for program in (self.service, self.gateway, self.ctl):
            if not program.exists():
                raise RuntimeError(f'{program} is not built: run '
                                   'bazel build //server:sallyportd //gateway:sallyport-gateway '
                                   '//ctl:sallyportctl')


def policy_of(database, rules='', more=''):
    """A policy of one store, "local". `rules`: lines of YAML, as they stand under `rules`; `more`:
    further keys."""
    indented = ''.join(f'  {line}\n' for line in rules.splitlines())
    return f'''\
stores:
  - name: local
    sqlite:
      path: {database}
rules:
  stores:
    - store: local
{indented}{more}'''


class Service:
    """sallyportd on SQLite. After `stop`, `start` brings it back at the same address."""

    def __init__(self, binary, scratch, tls, configuration='', policy=None, environment=None,
                 grpc=''):
        """`configuration`: YAML for what is not said here; `grpc`: likewise, a line under `grpc`.
        `policy`: by default, the users of a database in `scratch`, called "local"."""
        self._more = configuration
        self._grpc = grpc
        self._environment = environment
        self._scratch = pathlib.Path(scratch)
        self._binary = binary
        self._tls = tls
        self._ready_file = self._scratch / 'sallyportd.ready.json'
        self.configuration = self._scratch / 'sallyportd.yaml'
        self.policy = self._scratch / 'policy.yaml'
        self.policy.write_text(policy or policy_of(self._scratch / 'users.db'), encoding='utf-8')
        self.admin_socket = self._scratch / 'admin.sock'
        self.address = '127.0.0.1:0'
        self.program = None

    @property
    def command(self):
        return [self._binary, '--config', self.configuration, '--ready-file', self._ready_file]

    def start(self):
        self.configuration.write_text(f'''\
grpc:
  address: "{self.address}"
  tls:
    certificate: {self._tls.certificate}
    key: {self._tls.key}
    client_ca: {self._tls.ca}
  {self._grpc}
admin:
  socket: {self.admin_socket}
policy: {self.policy}
decoy_key: {self._scratch / 'decoy.key'}
drain: 1s
{self._more}''', encoding='utf-8')
        self._ready_file.unlink(missing_ok=True)
        self.program = Program('sallyportd', self.command, self._scratch,
                               environment=self._environment)
        self.address = self.program.wait_for_file(self._ready_file)['grpc']

    def logs_since(self, position, message, **fields):
        """Waits for such a log line after `position`, and returns it."""
        return self.program.wait_for_line(json_line(msg=message, **fields), after=position)

    def stop(self):
        """The exit code of a clean shutdown is 0; None if it had to be killed."""
        program, self.program = self.program, None
        return program.stop() if program is not None else 0


class Gateway:
    """sallyport-gateway with a TLS listener and a plaintext one, in front of `broker`."""

    def __init__(self, binary, scratch, service_address, service_tls, listener_tls, client_ca,
                 broker_address=None, broker_ca=None, login_ca=None, broker=None, service=''):
        """`broker`: that part of the configuration, in place of a login by certificate. `service`:
        a line under `service`."""
        self._scratch = pathlib.Path(scratch)
        self._binary = binary
        self._ready_file = self._scratch / 'gateway.ready.json'
        self.configuration = self._scratch / 'gateway.yaml'
        self.listeners = {}
        self.program = None
        broker = broker or f'''\
broker:
  address: "{broker_address}"
  tls:
    ca: {broker_ca}
    server_name: localhost
  login: external
  external:
    ca_certificate: {login_ca.certificate}
    ca_key: {login_ca.key}
    lifetime: 10m
'''
        self.configuration.write_text(f'''\
service:
  target: "{service_address}"
  tls:
    ca: {service_tls.ca}
    certificate: {service_tls.certificate}
    key: {service_tls.key}
    server_name: localhost
  {service}
listeners:
  - name: amqps
    address: "127.0.0.1:0"
    tls:
      certificate: {listener_tls.certificate}
      key: {listener_tls.key}
      client_ca: {client_ca}
      client_certificate: optional
  - name: amqp
    address: "127.0.0.1:0"
drain: 1s
{broker}''', encoding='utf-8')

    @property
    def command(self):
        return [self._binary, '--config', self.configuration, '--ready-file', self._ready_file]

    def start(self):
        self.program = Program('sallyport-gateway', self.command, self._scratch)
        self.listeners = self.program.wait_for_file(self._ready_file)

    def stop(self):
        program, self.program = self.program, None
        return program.stop() if program is not None else 0


class Ctl:
    """sallyportctl, as an operator runs it."""

    def __init__(self, binary, admin_socket):
        self._binary = str(binary)
        self._socket = str(admin_socket)

    def command(self, *arguments):
        return [self._binary, *arguments, '--socket', self._socket]

    def run(self, *arguments, password=None):
        """Standard output. ProgramFailed, with what it complained of, where it fails."""
        done = subprocess.run(self.command(*arguments), input=f'{password}\n' if password else '',
                              capture_output=True, text=True, timeout=30, check=False)
        if done.returncode != 0:
            raise ProgramFailed(f'sallyportctl {" ".join(arguments)} ended with '
                                f'{done.returncode}: {done.stderr.strip()}')
        return done.stdout

    def add_user(self, name, password):
        return self.run('user', 'add', name, password=password)
