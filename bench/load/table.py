"""Runs the load generator against a real service and prints the table.

Everything is started here, in a scratch folder and on free ports, and stopped
by pid at the end.
"""

import argparse
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "e2e"))

# pylint: disable=wrong-import-position
from harness.certificates import Authority
from harness.tokens import AUDIENCE, ISSUER, TokenIssuer

PASSWORD = "correct horse battery staple"
USERS = 8
CONCURRENCIES = (1, 16, 256)
# SCRAM-SHA-256, asked for no resume tokens.
WITHOUT_TOKENS = "SCRAM, no tokens"
MECHANISMS = ("SCRAM-SHA-256", "PLAIN", "ANONYMOUS")
# At the most logins at once only: what they cost beside the others shows there.
OTHER_MECHANISMS = ("SCRAM-SHA-256-PLUS", "EXTERNAL", "OAUTHBEARER")
# Microseconds: the SDK's default, none (what gathers is then what came while a
# write was in flight), and a longer one.
DEFAULT_WINDOW = 200
OTHER_WINDOWS = (0, 500)

CONFIG = """
grpc: {{address: "127.0.0.1:0"}}
admin: {{socket: {folder}/admin/admin.sock, metrics: "127.0.0.1:0"}}
policy: {folder}/policy.yaml
decoy_key: {folder}/decoy.key
audit: {{file: {folder}/audit.jsonl}}
log: {{level: {level}}}
"""

POLICY = """
version: bench
stores:
  - name: users
    per_tenant: true
    sqlite: {{path: {folder}/users.db}}
token_issuers:
  - issuer: {issuer}
    name: bench
    keys: {keys}
    audience: [{audience}]
brokers:
  - name: load
    without_certificate: true
    release: {{groups: ["brokers-.*"]}}
    quotas: {{max_streams: 1000, max_handshakes: 100000, handshakes_per_second: 1000000}}
rules:
  stores: [{{store: users}}]
  mechanisms: [SCRAM-SHA-256-PLUS, SCRAM-SHA-256, EXTERNAL, OAUTHBEARER, PLAIN, ANONYMOUS]
  identity_mappings: [{{from: certificate, pattern: 'CN=(.*)', to: '\\1'}}]
  act_as: [{{groups: [operators], as_pattern: '.*'}}]
listeners: [{{name: bench}}]
tenants:
  - name: bench
    listeners: [bench]
    brokers: [load]
"""


class Service:
    """A sallyportd of our own with a few users."""

    def __init__(self, bin_folder, level):
        self.folder = tempfile.TemporaryDirectory(prefix="sallyport-bench-")
        folder = pathlib.Path(self.folder.name)
        config = folder / "sallyportd.yaml"
        issuer = TokenIssuer(folder)
        config.write_text(CONFIG.format(folder=folder, level=level))
        (folder / "policy.yaml").write_text(POLICY.format(
            folder=folder, issuer=ISSUER, keys=issuer.key_set, audience=AUDIENCE))
        tokens = folder / "tokens"
        tokens.write_text("".join(issuer.token(f"bench-{i}") + "\n" for i in range(USERS)))
        client = Authority(folder / "clients", "Clients").issue("bench-0", usage="clientAuth")
        # What the load generator needs for each mechanism beyond the password.
        self.arguments = {"SCRAM-SHA-256-PLUS": ["--channel-binding", "tls-exporter"],
                          "EXTERNAL": ["--peer-certificate", client.certificate],
                          "OAUTHBEARER": ["--token-file", tokens]}
        ready = folder / "ready.json"
        self.log = open(folder / "log", "w+")
        self.process = subprocess.Popen(
            [bin_folder / "server/sallyportd", "--config", config, "--ready-file", ready],
            stderr=self.log)
        while not ready.exists():
            if self.process.poll() is not None:
                self.log.seek(0)
                sys.exit(f"sallyportd ended: {self.log.read()}")
            time.sleep(0.02)
        self.target = json.loads(ready.read_text())["grpc"]
        for i in range(USERS):
            subprocess.run(
                [bin_folder / "ctl/sallyportctl", "user", "add", f"bench-{i}", "--tenant", "bench",
                 "--socket", folder / "admin/admin.sock"],
                input=PASSWORD, text=True, check=True, stdout=subprocess.DEVNULL)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.log.close()
        self.folder.cleanup()


class CannedService:
    """The floor: the same messages, and no SASL."""

    def __init__(self, bin_folder):
        self.process = subprocess.Popen([bin_folder / "bench/load/sallyport-canned-service"],
                                        stdout=subprocess.PIPE, text=True)
        self.target = self.process.stdout.readline().strip()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def load(bin_folder, service, *arguments):
    command = [bin_folder / "bench/load/sallyport-load", "--target", service.target,
               "--service-pid", str(service.process.pid), "--users", str(USERS),
               "--password", PASSWORD, *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--log-level", default="warning",
                        help="of the service; info logs each login")
    options = parser.parse_args()

    print(f"{'':18} {'at once':>8} {'window µs':>10} {'logins/s':>10} {'median ms':>10} "
          f"{'p99 ms':>8} {'service CPU µs':>15} {'gRPC messages':>14}")
    service = Service(options.bin, options.log_level)
    canned = CannedService(options.bin)

    def row(name, concurrency, window):
        is_canned = name == "bare gRPC"
        if is_canned:
            what = ["--canned"]
        elif name == WITHOUT_TOKENS:
            what = ["--mechanism", "SCRAM-SHA-256", "--no-resume"]
        else:
            what = ["--mechanism", name, *service.arguments.get(name, [])]
        result = load(options.bin, canned if is_canned else service, *what,
                      "--concurrency", str(concurrency), "--seconds", str(options.seconds),
                      "--gather-window-us", str(window))
        print(f"{name:18} {concurrency:8} {window:10} {result['per_second']:10.0f} "
              f"{result['p50_us'] / 1000:10.2f} {result['p99_us'] / 1000:8.2f} "
              f"{result['service_cpu_us']:15.1f} {result['requests_per_login']:14.2f}", flush=True)

    try:
        for name in MECHANISMS + ("bare gRPC", WITHOUT_TOKENS):
            for concurrency in CONCURRENCIES:
                row(name, concurrency, DEFAULT_WINDOW)
        for name in OTHER_MECHANISMS:
            row(name, CONCURRENCIES[-1], DEFAULT_WINDOW)
        for window in OTHER_WINDOWS:
            for concurrency in CONCURRENCIES:
                row("SCRAM-SHA-256", concurrency, window)
        held = load(options.bin, service, "--hold", "11000")
        print(f"\nmemory of the service for each handshake in flight beyond the first 1,000: "
              f"{held['bytes_per_handshake']:.0f} bytes")
    finally:
        service.stop()
        canned.stop()


if __name__ == "__main__":
    main()
