"""What the image holds, apart from the shared libraries, which are found; and how it is run.

The Dockerfile says the same of how it is run, and a test compares the two.
"""

NAME = 'sallyport'
TITLE = 'Sallyport'
DESCRIPTION = 'Central SASL authentication for AMQP 1.0 broker fleets'
LICENCE = 'Apache-2.0'

# Each program of /usr/bin, where Bazel's bin folder has it, and its target.
PROGRAMS = {
    'sallyportd': ('server/sallyportd', '//server:sallyportd'),
    'sallyport-gateway': ('gateway/sallyport-gateway', '//gateway:sallyport-gateway'),
    'sallyportctl': ('ctl/sallyportctl', '//ctl:sallyportctl'),
}

# Files of packages that no program links to, and what for. Patterns, as of the shell.
PACKAGE_FILES = {
    # Which Debian this is, for scanners; the licences that copyright files only name.
    'base-files': ('/usr/lib/os-release', '/etc/os-release', '/etc/debian_version',
                   '/usr/share/common-licenses/*'),
    # What OpenSSL accepts by default, and where it looks for authorities.
    'openssl': ('/etc/ssl/openssl.cnf', '/usr/lib/ssl/openssl.cnf', '/usr/lib/ssl/cert.pem',
                '/usr/lib/ssl/certs'),
}

# The public authorities, for webhooks, key sets and directories. From the package: this machine's
# own bundle may hold authorities that only this machine trusts.
AUTHORITIES_PACKAGE = 'ca-certificates'
AUTHORITIES = '/usr/share/ca-certificates/mozilla/*.crt'
AUTHORITIES_BUNDLE = '/etc/ssl/certs/ca-certificates.crt'

# Nobody on the host, and what Kubernetes' runAsNonRoot can check.
USER_ID = 65532
STATE = '/var/lib/sallyport'
RUNTIME = '/run/sallyport'

GENERATED_FILES = {
    '/etc/passwd': 'root:x:0:0:root:/:/usr/sbin/nologin\n'
                   f'sallyport:x:{USER_ID}:{USER_ID}:Sallyport:{STATE}:/usr/sbin/nologin\n',
    '/etc/group': f'root:x:0:\nsallyport:x:{USER_ID}:\n',
    '/etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
}

# Directories that would not exist otherwise: what is mounted there needs them.
DIRECTORIES = ('/dev', '/proc', '/sys', '/etc/sallyport')
# The user's own, which nobody else may look into.
OWN_DIRECTORIES = (STATE, RUNTIME)
# Debian 12 has these directories below /usr.
LINKS = {'/bin': 'usr/bin', '/lib': 'usr/lib', '/lib64': 'usr/lib64'}

ENVIRONMENT = {
    'PATH': '/usr/bin',
    'STATE_DIRECTORY': STATE,
    'RUNTIME_DIRECTORY': RUNTIME,
    # There is no /tmp. What the programs keep for a moment does not reach a disk.
    'TMPDIR': RUNTIME,
    # Kerberos' memory of tickets' messages outlives a restart.
    'KRB5RCACHEDIR': STATE,
    # Tickets that a keytab brings again need no file, which would be in /tmp.
    'KRB5CCNAME': 'MEMORY:sallyport',
}
ENTRY_POINT = ['/usr/bin/sallyportd']
ARGUMENTS = ['--config', '/etc/sallyport/sallyportd.yaml']
# AMQP over TLS, the brokers' calls, the operators' calls, probes, metrics.
PORTS = ('5671/tcp', '7450/tcp', '7452/tcp', '7454/tcp', '9464/tcp')
VOLUMES = (STATE,)
STOP_SIGNAL = 'SIGTERM'


def labels(version, created, revision):
    """`revision`: of the sources; empty if it is not known."""
    found = {
        'org.opencontainers.image.title': TITLE,
        'org.opencontainers.image.description': DESCRIPTION,
        'org.opencontainers.image.licenses': LICENCE,
        'org.opencontainers.image.version': version,
        'org.opencontainers.image.created': created,
    }
    if revision:
        found['org.opencontainers.image.revision'] = revision
    return found
