"""Root file systems for containers, made of this machine's files, where images would have them."""

import glob

_LOADER = ['--ro-bind', '/usr/lib', '/usr/lib', '--ro-bind', '/usr/lib64', '/usr/lib64',
           '--symlink', 'usr/lib', '/lib', '--symlink', 'usr/lib64', '/lib64']


class Image:
    """`arguments`: bwrap's, for all but /etc, /proc and /dev. `environment`: the image's own."""

    def __init__(self, arguments, environment):
        self.arguments = [str(argument) for argument in arguments]
        self.environment = environment


def sallyport(binaries):
    """Our three programs, the libraries, and nothing else: no shell. As deploy/image has it."""
    programs = []
    for program in (binaries.service, binaries.gateway, binaries.ctl):
        programs += ['--ro-bind', program.resolve(), f'/usr/bin/{program.name}']
    return Image([*_LOADER, *programs], {
        'PATH': '/usr/bin',
        'STATE_DIRECTORY': '/var/lib/sallyport',
        'RUNTIME_DIRECTORY': '/run/sallyport',
    })


def rabbitmq():
    """Debian's RabbitMQ, with its programs on the PATH, as in the image of that name."""
    [programs] = glob.glob('/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin')[-1:]
    links = [word for name in ('bin', 'sbin', 'lib', 'lib64')
             for word in ('--symlink', f'usr/{name}', f'/{name}')]
    return Image(['--ro-bind', '/usr', '/usr', *links, '--dir', '/var/log/rabbitmq'], {
        'PATH': f'{programs}:/usr/sbin:/usr/bin',
        'HOME': '/var/lib/rabbitmq',
        'LANG': 'C.UTF-8',
    })
