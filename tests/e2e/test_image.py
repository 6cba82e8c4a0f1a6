"""The container image: what is in it, what is said of it, and that Sallyport's main job is done
from it."""

import hashlib
import json
import os
import pathlib
import re
import subprocess
import tarfile
import tempfile
import unittest

from harness import dockerfile, spdx
from harness.case import EndToEndCase
from harness.clients import Client
from harness.container import Container
from harness.directory import PEOPLE, SEARCHER, SEARCHER_PASSWORD, Directory
from harness.image import DEPLOY, Image, Layout, members, run_tool
from harness.kerberos import REALM, Realm
from harness.processes import Program
from harness.sallyport import Ctl, Gateway, Service

_LIMIT = 120 * 1000 * 1000
_PROGRAMS = ('/usr/bin/sallyport-gateway', '/usr/bin/sallyportctl', '/usr/bin/sallyportd')
_DIRECTORY = 'directory.e2e.test'
_OWN = {'/run/sallyport', '/var/lib/sallyport'}


class ImageCase(EndToEndCase):
    """Its tests share one image, which the first of them builds, and its root file system."""

    @classmethod
    def setUpClass(cls):
        if hasattr(ImageCase, 'image'):
            return
        deployment = cls.deployment
        ImageCase.folder = pathlib.Path(tempfile.mkdtemp(prefix='image-', dir=deployment.scratch))
        ImageCase.lock = ImageCase.lock_for_this_machine()
        ImageCase.image = Image(deployment.binaries.root, cls.folder / 'image', cls.lock)
        ImageCase.members = members(cls.image.layer())
        ImageCase.root = cls.image.unpack(cls.folder / 'unpacked')

    @classmethod
    def lock_for_this_machine(cls):
        """The checkout's, or, where Debian has newer versions by now, one of this machine's."""
        lock = cls.folder / 'packages.lock'
        done = run_tool('lock', '--bin', cls.deployment.binaries.root, '--output', lock)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
        ours = (DEPLOY / 'packages.lock').read_text(encoding='utf-8')
        if lock.read_text(encoding='utf-8') != ours:
            print('  note: deploy/image/packages.lock has other versions than this machine',
                  flush=True)
        return lock


class Contents(ImageCase):
    """The root file system."""

    def test_programs_are_ours_and_nothing_else(self):
        executable = {path for path, (member, _) in self.members.items()
                      if member.isfile() and member.mode & 0o111}
        loader = {path for path in executable if re.fullmatch(r'/usr/lib/.*/ld-linux[^/]*', path)}
        self.assertEqual(len(loader), 1)
        self.assertEqual(sorted(executable - loader), list(_PROGRAMS))
        started = [path for path, (_, data) in self.members.items() if data[:2] == b'#!']
        self.assertEqual(started, [])

    def test_nobody_but_root_can_change_a_file(self):
        wrong = []
        for path, (member, _) in self.members.items():
            modes = (0o700,) if path in _OWN else (0o755, 0o644)
            owner = 65532 if path in _OWN else 0
            if (not (member.isfile() or member.isdir() or member.issym())
                    or (member.uid, member.gid) != (owner, owner)
                    or (member.mode not in modes and not member.issym())):
                wrong.append(f'{path}: {member.mode:o}, of {member.uid}:{member.gid}')
        self.assertEqual(wrong, [])

    def test_the_user_can_read_every_file(self):
        unreadable = [path for path, (member, _) in self.members.items() if not member.issym()
                      and member.mode & 0o004 == 0 and path not in _OWN]
        self.assertEqual(unreadable, [])

    def test_size(self):
        size = sum(len(data) for _, data in self.members.values())
        print(f'  note: the image has {size / 1e6:.1f} MB unpacked, '
              f'{self.image.archive.stat().st_size / 1e6:.1f} MB compressed', flush=True)
        self.assertLess(size, _LIMIT)

    def test_all_that_programs_and_libraries_link_to_is_there_and_nothing_else(self):
        binaries = [path for path, (_, data) in self.members.items() if data[:4] == b'\x7fELF']
        needed = set().union(*(_needed(str(self.root) + path) for path in binaries))
        folders = {os.path.dirname(path) for path in binaries}
        missing = [name for name in needed
                   if not any(self.resolves(f'{folder}/{name}') for folder in folders)]
        self.assertEqual(missing, [])
        linked = {os.path.basename(member.linkname) for member, _ in self.members.values()
                  if member.issym()}
        superfluous = [path for path in binaries if path not in _PROGRAMS
                       and os.path.basename(path) not in needed | linked]
        self.assertEqual(superfluous, [])

    def resolves(self, path):
        """Whether `path` is a file of the root, or a link to one."""
        for _ in range(8):
            member, _ = self.members.get(_below_usr(path), (None, None))
            if member is None or not member.issym():
                return member is not None
            path = os.path.normpath(os.path.join(os.path.dirname(path), member.linkname))
        return False

    def test_links_lead_to_something(self):
        for path, (member, _) in self.members.items():
            if member.issym():
                self.assertTrue(
                    self.resolves(os.path.normpath(
                        os.path.join(os.path.dirname(path), member.linkname))), path)

    def test_authorities_are_those_of_the_package_alone(self):
        ours = self.members['/etc/ssl/certs/ca-certificates.crt'][1].decode()
        package = [file.read_text(encoding='utf-8').strip() for file in sorted(
            pathlib.Path('/usr/share/ca-certificates/mozilla').glob('*.crt'))]
        self.assertEqual(ours, '\n'.join(package) + '\n')

    def test_every_package_has_its_licence_and_its_entry_for_scanners(self):
        packages = _locked(self.lock)
        for name, version in packages.items():
            with self.subTest(name):
                told = self.members[f'/var/lib/dpkg/status.d/{name}'][1].decode().splitlines()
                self.assertIn(f'Package: {name}', told)
                self.assertIn(f'Version: {version}', told)
                self.assertTrue(self.resolves(f'/usr/share/doc/{name}/copyright')
                                or self.resolves(f'/usr/share/doc/{name}'))
        self.assertIn('/usr/share/doc/sallyport/copyright', self.members)

    def test_an_independent_program_unpacks_the_same(self):
        # Of its own: other tests mount something in theirs.
        root = self.image.unpack(self.folder / 'compared')
        unpacked = {'/' + str(path.relative_to(root)) for path in root.rglob('*')}
        self.assertEqual(unpacked, set(self.members))
        for path, (member, data) in self.members.items():
            if member.isfile():
                self.assertEqual((root / path[1:]).read_bytes(), data, path)


class Description(ImageCase):
    """What the image, the lock file, the Dockerfile and the SPDX document say of it."""

    def test_how_it_is_run(self):
        config = self.image.config['config']
        self.assertEqual(config['User'], '65532:65532')
        self.assertEqual(config['Entrypoint'], ['/usr/bin/sallyportd'])
        self.assertEqual(config['Cmd'], ['--config', '/etc/sallyport/sallyportd.yaml'])
        self.assertEqual(config['StopSignal'], 'SIGTERM')
        self.assertEqual(list(config['Volumes']), ['/var/lib/sallyport'])
        self.assertIn('STATE_DIRECTORY=/var/lib/sallyport', config['Env'])
        self.assertIn('RUNTIME_DIRECTORY=/run/sallyport', config['Env'])
        self.assertLessEqual({'5671/tcp', '7450/tcp'}, set(config['ExposedPorts']))

    def test_labels(self):
        labels = {name.removeprefix('org.opencontainers.image.'): value
                  for name, value in self.image.config['config']['Labels'].items()}
        self.assertEqual(labels['title'], 'Sallyport')
        self.assertEqual(labels['licenses'], 'Apache-2.0')
        self.assertEqual(labels['version'], self.image.tag)
        self.assertEqual(labels['created'], self.image.config['created'])

    def test_two_builds_are_the_same_whatever_surrounds_them(self):
        environment = {**os.environ, 'TZ': 'Asia/Tokyo', 'LC_ALL': 'C.UTF-8', 'HOME': '/'}
        again = Image(self.deployment.binaries.root, self.folder / 'again', self.lock,
                      env=environment, umask=0o077)
        self.assertEqual(again.layer(), self.image.layer())
        self.assertEqual(again.digest, self.image.digest)
        self.assertEqual(again.archive.read_bytes(), self.image.archive.read_bytes())
        self.assertEqual(again.sbom, self.image.sbom)

    def test_the_lock_file_names_the_packages(self):
        self.assertEqual(set(_locked(DEPLOY / 'packages.lock')), set(_locked(self.lock)))

    def test_another_version_than_the_locked_one_is_refused(self):
        version = _locked(self.lock)['libssl3']
        other = self.folder / 'other.lock'
        other.write_text(self.lock.read_text(encoding='utf-8').replace(
            f'libssl3 {version}', 'libssl3 3.0.0-1'), encoding='utf-8')
        with self.assertRaises(RuntimeError) as refused:
            Image(self.deployment.binaries.root, self.folder / 'refused', other)
        self.assertIn(f'libssl3: installed is {version}, locked is 3.0.0-1', str(refused.exception))
        self.assertIn('run deploy/image/lock', str(refused.exception))
        self.assertFalse((self.folder / 'refused').exists())

    def test_the_archive_is_read_as_docker_save_writes_it(self):
        with tarfile.open(self.image.archive) as archive:
            (described,) = json.load(archive.extractfile('manifest.json'))
            config = json.load(archive.extractfile(described['Config']))
            names = archive.getnames()
        self.assertEqual(config, self.image.config)
        self.assertLessEqual({*described['Layers'], 'index.json', 'oci-layout'}, set(names))
        self.assertEqual(described['RepoTags'], [f'sallyport:{self.image.tag}'])

    def test_the_dockerfile_says_the_same(self):
        text = (DEPLOY / 'Dockerfile').read_text(encoding='utf-8')
        stages = dockerfile.instructions(text)
        self.assertIn(('RUN', 'deploy/image/build --output /image'), stages)
        stage = dockerfile.instructions(dockerfile.last_stage(text))
        self.assertEqual(stage[0], ('FROM', 'scratch'))
        # All of the root, and nothing besides.
        self.assertEqual([text for name, text in stage if name in ('COPY', 'ADD', 'RUN')],
                         ['--from=root /image/root/ /'])
        self.assertEqual(dockerfile.config(stage, self.arguments()),
                         _with_revision(self.image.config['config']))

    def test_the_dockerfile_installs_what_the_build_needs_and_not_what_tests_do(self):
        lines = (DEPLOY.parents[1] / 'scripts/debian-packages.txt').read_text(encoding='utf-8')
        chosen = "sed '/^# Testing/,$d; s/#.*//' scripts/debian-packages.txt"
        self.assertIn(chosen, (DEPLOY / 'Dockerfile').read_text(encoding='utf-8'))
        packages = _run('sed', '/^# Testing/,$d; s/#.*//', text=lines).split()
        self.assertLessEqual({'bazel-bootstrap', 'g++', 'libssl-dev', 'openssl', 'ca-certificates',
                              'python3'}, set(packages))
        self.assertNotIn('rabbitmq-server', packages)

    @unittest.skipUnless(os.geteuid() == 0, 'files of several owners need root')
    def test_the_dockerfile_s_last_stage_makes_the_same(self):
        """With buildah, and with what deploy/image/build made in place of the stage before."""
        folder = self.folder / 'buildah'
        folder.mkdir()
        text = (DEPLOY / 'Dockerfile').read_text(encoding='utf-8')
        (folder / 'Dockerfile').write_text(dockerfile.last_stage(text), encoding='utf-8')
        buildah = ['buildah', '--storage-driver', 'vfs', '--root', folder / 'storage',
                   '--runroot', folder / 'run']
        arguments = [f'--build-arg={name}={value}' for name, value in self.arguments().items()]
        _run(*buildah, 'build', '--isolation', 'chroot', '--build-context', f'root={self.folder}',
             *arguments, '--tag', 'sallyport', folder)
        _run(*buildah, 'push', 'sallyport', f'oci:{folder}/oci:made')
        made = Layout(folder / 'oci')
        expected = _with_revision(self.image.config['config'])
        labels = made.config['config']['Labels']
        labels.pop('io.buildah.version')
        self.assertEqual(made.config['config'], expected)
        self.assertEqual(_tree(members(made.layer())), _tree(self.members))

    def arguments(self):
        labels = _with_revision(self.image.config['config'])['Labels']
        return {'CREATED': labels['org.opencontainers.image.created'],
                'REVISION': labels['org.opencontainers.image.revision']}

    def test_the_spdx_document_is_right_in_itself(self):
        self.assertEqual(spdx.complaints(self.image.sbom), [])

    def test_the_spdx_document_has_every_file_and_whose_it_is(self):
        told = {file['fileName'][1:]: file for file in self.image.sbom['files']}
        files = {path: data for path, (member, data) in self.members.items() if member.isfile()}
        self.assertEqual(set(told), set(files))
        owners = {}
        for package in self.image.sbom['packages']:
            for id_ in spdx.related(self.image.sbom, package, 'CONTAINS'):
                owners.setdefault(id_, []).append(package['name'])
        for path, data in files.items():
            with self.subTest(path):
                self.assertEqual(spdx.digest(told[path], 'SHA256'), _sha256(data))
                self.assertEqual(len(owners[told[path]['SPDXID']]), 1)
        program = told['/usr/bin/sallyportd']['SPDXID']
        self.assertEqual(owners[program], ['sallyport'])

    def test_the_spdx_document_names_every_package(self):
        image, sallyport, *debian = self.image.sbom['packages']
        self.assertEqual(image['checksums'][0]['checksumValue'],
                         self.image.digest.removeprefix('sha256:'))
        self.assertEqual(spdx.related(self.image.sbom, self.image.sbom, 'DESCRIBES'),
                         {image['SPDXID']})
        self.assertEqual(sallyport['licenseDeclared'], 'Apache-2.0')
        self.assertEqual({package['name']: package['versionInfo'] for package in debian},
                         _locked(self.lock))
        depended = spdx.related(self.image.sbom, sallyport, 'DEPENDS_ON')
        self.assertEqual(depended, {package['SPDXID'] for package in debian})
        for package in debian:
            (reference,) = package['externalRefs']
            self.assertTrue(reference['referenceLocator'].startswith('pkg:deb/debian/'))


class Runs(ImageCase):
    """The programs, from the image's root file system, as its user, and read-only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        deployment = cls.deployment
        cls.scratch = pathlib.Path(tempfile.mkdtemp(prefix='runs-', dir=deployment.scratch))
        cls.state, cls.runtime = cls.scratch / 'state', cls.scratch / 'runtime'
        cls.state.mkdir()
        cls.runtime.mkdir()
        cls.realm = Realm(cls.scratch)
        cls.addClassCleanup(cls.realm.stop)
        cls.realm.add_user('alice', 'kerberos password')
        cls.realm.add_service('amqp/localhost')
        users = cls.deployment.users
        cls.directory = Directory(cls.scratch, deployment.servers.issue(_DIRECTORY),
                                  {'bob': users['bob']}, _DIRECTORY)
        cls.addClassCleanup(cls.directory.stop)
        hosts = cls.scratch / 'hosts'
        hosts.write_text(f'127.0.0.1 localhost {_DIRECTORY}\n', encoding='utf-8')
        cls.container = cls.contain(
            cls.scratch, environment={'KRB5_CONFIG': cls.realm.environment['KRB5_CONFIG'],
                                      'SEARCHER_PASSWORD': SEARCHER_PASSWORD},
            mounts={cls.state: '/var/lib/sallyport', cls.runtime: '/run/sallyport',
                    deployment.scratch: str(deployment.scratch),
                    hosts: '/etc/hosts',
                    # The authority of the directory, as one that the system trusts.
                    deployment.servers.certificate: '/etc/ssl/certs/ca-certificates.crt'})
        cls.service = Service(
            cls.container.program('/usr/bin/sallyportd'), cls.scratch, deployment.service_tls,
            configuration=f'kerberos:\n  keytab: {cls.realm.keytab}\n  realm: {REALM}\n',
            policy=cls.policy())
        cls.service.start()
        cls.addClassCleanup(cls.service.stop)
        cls.ctl = Ctl(cls.container.program('/usr/bin/sallyportctl'), cls.service.admin_socket)
        cls.ctl.add_user('alice', users['alice'])
        cls.gateway = Gateway(
            cls.container.program('/usr/bin/sallyport-gateway'), cls.scratch,
            service_address=cls.service.address, **deployment.gateway_settings)
        cls.gateway.start()
        cls.addClassCleanup(cls.gateway.stop)

    @classmethod
    def policy(cls):
        """Alice is in SQLite, and Bob in the directory."""
        return f'''\
stores:
  - name: local
    sqlite: {{path: {cls.state / 'users.db'}}}
  - name: directory
    ldap:
      urls: [{cls.directory.url}]
      bind_dn: "{SEARCHER}"
      bind_password: {{env: SEARCHER_PASSWORD}}
      base_dn: "{PEOPLE}"
rules:
  stores: [{{store: local}}, {{store: directory}}]
  mechanisms: [GSSAPI, SCRAM-SHA-256, PLAIN]
'''

    @classmethod
    def contain(cls, scratch, **options):
        return Container(cls.root, cls.image.config['config'], scratch, **options)

    def setUp(self):
        super().setUp()
        self._said = self.service.program.position

    def client_by(self, library, mechanism, username, password=None, environment=None):
        client = Client(library, self.scratch, self.gateway.listeners['amqps'],
                        self.deployment.servers.certificate, mechanism, username,
                        password or self.deployment.users[username], environment=environment)
        self.addCleanup(client.stop)
        return client

    def logs_in(self, library, mechanism, username, **options):
        client = self.client_by(library, mechanism, username, **options)
        client.exchange()
        accepted = self.service.logs_since(self._said, 'login accepted', mechanism=mechanism)
        self.assertEqual(accepted['authentication_id'], username)
        self.deployment.rabbitmq.wait_for_users([username])
        client.finish()
        return accepted

    def test_clients_log_in_to_the_broker(self):
        self.logs_in('qpid-proton', 'PLAIN', 'alice')
        self.logs_in('rhea', 'SCRAM-SHA-256', 'alice')

    def test_a_user_of_a_directory_logs_in_over_tls_by_the_system_s_authorities(self):
        accepted = self.logs_in('rhea', 'PLAIN', 'bob')
        self.assertEqual(accepted['store'], 'directory')

    def test_a_wrong_password_is_refused(self):
        self.client_by('rhea', 'PLAIN', 'alice', password='wrong').refusal()
        self.service.logs_since(self._said, 'login refused', reason='bad_credentials')

    def test_a_kerberos_ticket_is_remembered_on_the_volume(self):
        tickets = self.realm.log_in('alice', 'kerberos password')
        self.logs_in('rhea', 'GSSAPI', 'alice', environment=tickets)
        self.assertEqual([path.name for path in self.state.glob('*.rcache2')],
                         ['krb5_65532.rcache2'])

    def test_a_program_gets_tickets_with_a_keytab(self):
        """The client's side, as the gateway has it for a broker with Kerberos."""
        self.realm.add_service('gateway')
        self.ctl.add_user('gateway', 'a password that nobody uses')
        tls = self.deployment.gateway_settings['service_tls']
        _run(*self.container.command('/usr/bin/sallyportctl'), 'login', 'gateway',
             '--mechanism', 'GSSAPI', '--parameter', f'keytab={self.realm.keytab}',
             '--sasl-host', 'localhost', '--service', self.service.address, '--tls',
             '--ca', tls.ca, '--certificate', tls.certificate, '--key', tls.key,
             '--server-name', 'localhost')
        accepted = self.service.logs_since(self._said, 'login accepted', mechanism='GSSAPI')
        self.assertEqual(accepted['authentication_id'], 'gateway')

    def test_the_programs_are_held_as_a_container_holds_them(self):
        for name in ('sallyportd', 'sallyport-gateway'):
            with self.subTest(name):
                process = pathlib.Path('/proc') / str(self.container.pid(name))
                self.assertEqual(process.joinpath('uid_map').read_text().split()[0], '65532')
                status = process.joinpath('status').read_text()
                self.assertRegex(status, r'CapEff:\s+0+\n')
                mounts = [line.split() for line in
                          process.joinpath('mountinfo').read_text().splitlines()]
                (root,) = [words[5] for words in mounts if words[4] == '/']
                self.assertIn('ro', root.split(','))

    def test_what_it_runs_by_itself(self):
        """The entry point and its arguments, on the volumes alone."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix='entry-', dir=self.deployment.scratch))
        etc, state, runtime = folder / 'etc', folder / 'state', folder / 'run'
        for mounted in (etc, state, runtime):
            mounted.mkdir(mode=0o700)
        (etc / 'sallyportd.yaml').write_text('grpc: {address: "127.0.0.1:0"}\n', encoding='utf-8')
        container = self.contain(folder, mounts={
            etc: '/etc/sallyport', state: '/var/lib/sallyport', runtime: '/run/sallyport'})
        service = Program('entry', container.entry('--ready-file', '/run/sallyport/ready.json'),
                          folder)
        self.addCleanup(service.stop)
        service.wait_for_file(runtime / 'ready.json')
        ctl = container.command('/usr/bin/sallyportctl')
        _run(*ctl, 'user', 'add', 'carol', text='a password of hers\n')
        self.assertIn('carol', _run(*ctl, 'user', 'list'))
        self.assertEqual(sorted(path.name for path in state.glob('*.*')
                                if not path.name.startswith('sallyport.db-')),
                         ['decoy.key', 'sallyport.db'])
        self.assertEqual(service.stop(), 0)

    def test_each_program_says_its_version(self):
        for program in _PROGRAMS:
            self.assertEqual(_run(*self.container.command(program, '--version')).strip(),
                             f'{os.path.basename(program)} {self.image.tag}')


def _run(*command, text=None):
    done = subprocess.run([str(word) for word in command], input=text, capture_output=True,
                          text=True, timeout=300, check=False)
    if done.returncode != 0:
        raise RuntimeError(f'{command[0]}: {done.stdout}{done.stderr}')
    return done.stdout


def _needed(file):
    """The names of the libraries that a program or a library asks for, and of its loader."""
    shown = _run('readelf', '--wide', '--dynamic', '--program-headers', file)
    loaders = re.findall(r'program interpreter: .*/(.+)\]', shown)
    return {*re.findall(r'\(NEEDED\).*\[(.+)\]', shown), *loaders}


def _below_usr(path):
    """Where /lib and its like lead."""
    return re.sub(r'^/(bin|lib|lib64)(/|$)', r'/usr/\1\2', path)


def _locked(path):
    """{name: version}"""
    lines = path.read_text(encoding='utf-8').splitlines()
    return dict(line.split() for line in lines if not line.startswith('#'))


def _sha256(data):
    return hashlib.sha256(data).hexdigest()


def _with_revision(config):
    """The config with any revision: a checkout with changes has none."""
    labels = {'org.opencontainers.image.revision': 'unknown', **config['Labels']}
    return {**config, 'Labels': labels}


def _tree(found):
    """What two layers have in common when they are the same but for the times."""
    return {path: (member.type, member.mode & 0o7777, member.uid, member.gid, member.linkname,
                   _sha256(data))
            for path, (member, data) in found.items()}
