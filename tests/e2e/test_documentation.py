"""What the documentation tells people to type works, and prints what it says."""

import concurrent.futures
import pathlib
import re
import shutil
import subprocess
import tempfile

from harness import kustomize, pages
from harness.case import EndToEndCase
from harness.sallyport import policy_of

# The slowest first: the others run beside them.
_PAGES = (
    'tasks/rotate-certificates.md',
    'quick-start.md',
    'kubernetes.md',
    'tasks/move-rabbitmq-users.md',
    'tasks/rotate-sealing-keys.md',
    'tasks/why-a-login-failed.md',
    'tasks/add-a-tenant.md',
    'tasks/size-a-fleet.md',
)
_AT_ONCE = 3


class Pages(EndToEndCase):

    def test_every_page_of_commands_is_run(self):
        documentation = pages.ROOT / 'docs'
        with_commands = {path.relative_to(documentation).as_posix()
                         for path in documentation.rglob('*.md')
                         if pages.steps_of(path.read_text(encoding='utf-8'))}
        self.assertEqual(with_commands, set(_PAGES))

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.mkdtemp(prefix='sallyport-kubectl-')
        cls.addClassCleanup(shutil.rmtree, scratch)
        cls.kubectl = pathlib.Path(kustomize.Kubectl(scratch).program)

    def test_commands_work_and_print_what_the_page_says(self):
        with concurrent.futures.ThreadPoolExecutor(_AT_ONCE) as pool:
            runs = {name: pool.submit(self.run_page, name) for name in _PAGES}
        for name, run in runs.items():
            with self.subTest(page=name):
                run.result()

    def run_page(self, name):
        binaries = self.deployment.binaries
        programs = {path.parent for path in (binaries.service, binaries.gateway, binaries.ctl,
                                             self.kubectl)}
        # Kept with all other logs where a test fails.
        folder = self.deployment.scratch / 'pages' / name.replace('/', '-')
        folder.mkdir(parents=True)
        pages.run_page(name, programs, folder, timeout=240)


class Configuration(EndToEndCase):

    def test_the_example_is_right_with_all_that_is_commented_out_in_it(self):
        page = (pages.ROOT / 'docs/configuration.md').read_text(encoding='utf-8')
        example = page.split('```yaml\n', 1)[1].split('\n```', 1)[0]
        whole = re.sub(r'^( *)# ( *\w+:(?= |$))', r'\1\2', example, flags=re.MULTILINE)
        self.assertNotEqual(whole, example)
        with tempfile.TemporaryDirectory(prefix='sallyport-page-') as folder:
            folder = pathlib.Path(folder)
            (folder / 'sallyportd.yaml').write_text(whole, encoding='utf-8')
            (folder / 'policy.yaml').write_text(policy_of(folder / 'users.db'), encoding='utf-8')
            for name in set(re.findall(r'[\w-]+\.(?:pem|key)\b', whole)):
                shutil.copy(self.file_for(name), folder / name)
            (folder / 'resume.keys').write_text('A' * 43 + '=\n', encoding='utf-8')
            checked = subprocess.run(
                [self.deployment.binaries.service, '--config', 'sallyportd.yaml', '--check-config'],
                cwd=folder, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(checked.returncode, 0, checked.stderr)

    def file_for(self, name):
        certificate, key, authority = self.deployment.service_tls
        if name.endswith('.key'):
            return key
        return authority if name.endswith('-ca.pem') else certificate


class Reading(EndToEndCase):
    """What of a page is run, and what passes for the output that it shows."""

    def test_blocks_of_commands_are_steps_and_others_are_not(self):
        steps = pages.steps_of('''# A page
```sh
one
two
```
<!-- not run: it needs a cluster -->
```sh
three
```
```yaml
four: 4
```
    five
```console
$ six \\
    more
out
$ seven
```
''')
        self.assertEqual(steps, [(3, 'one\ntwo\n', None), (15, 'six \\\n    more\n', 'out\n'),
                                 (18, 'seven\n', '')])

    def test_dots_stand_for_what_differs_from_run_to_run(self):
        self.assertTrue(pages.is_as_shown('a 1 b\n', 'a ... b\n'))
        self.assertTrue(pages.is_as_shown('x\ny\na\n', '...\na\n'))
        self.assertTrue(pages.is_as_shown('a\n', '...\na\n'))
        self.assertFalse(pages.is_as_shown('a 1\nb\n', 'a ... b\n'))
        self.assertFalse(pages.is_as_shown('a\nz\n', '...\na\n'))
        self.assertFalse(pages.is_as_shown('axb\n', 'a.b\n'))
        self.assertFalse(pages.is_as_shown('a\n', ''))

    def test_a_command_that_fails_fails_the_page(self):
        self.assert_fails('```sh\nfalse\n```\n', 'ended with 1')

    def test_a_command_that_fails_before_others_fails_the_page(self):
        self.assert_fails('```sh\nfalse\ntrue\n```\n```console\n$ echo a\na\n```\n', 'ended with 1')

    def test_another_output_fails_the_page(self):
        self.assert_fails('```console\n$ echo a\nb\n```\n', 'It printed:\na\n')

    def assert_fails(self, text, complaint):
        with tempfile.TemporaryDirectory(prefix='sallyport-page-') as folder:
            with self.assertRaises(pages.PageFailed) as failed:
                pages.run_steps('page.md', pages.steps_of(text), [], pathlib.Path(folder), 20)
        self.assertIn(complaint, str(failed.exception))
