"""A webhook for tests: webhook_server.py [CERTIFICATE KEY]

Keeps the contract of docs/stores.md for the users that it is told of, on a port of loopback that it
prints as its first line; over TLS if it is given a certificate. It is told what to do by lines of
JSON on its standard input, and answers each with a line of JSON. It ends when its input does.
"""

import http.server
import json
import socket
import ssl
import sys
import threading


class Webhook:
    """What the handlers share."""

    def __init__(self):
        self.changed = threading.Condition()
        self.users = {}
        self.passwords = {}
        self.behaviour = ["answer"]
        self.requests = []
        self.connections = 0
        self.held = 0
        self.released = threading.Event()

    def answer_to(self, question):
        user = json.dumps([question.get("tenant"), question.get("user")])
        if question["operation"] == "lookup":
            return self.users.get(user, {"found": False})
        if question["operation"] == "verify":
            password = self.passwords.get(user)
            return {"valid": password is not None and password == question["password"]}
        return {}


WEBHOOK = Webhook()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        with WEBHOOK.changed:
            WEBHOOK.connections += 1

    def do_GET(self):
        with WEBHOOK.changed:
            WEBHOOK.requests.append({"path": self.path})
        self.give(b"{}")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with WEBHOOK.changed:
            WEBHOOK.requests.append({
                "path": self.path, "body": body.decode(),
                "content_type": self.headers["Content-Type"],
                "request_id": self.headers["X-Request-Id"],
                "authorization": self.headers["Authorization"] or ""})
            kind, *rest = WEBHOOK.behaviour
            WEBHOOK.changed.notify_all()
        getattr(self, kind)(body, *rest)

    def give(self, body, status=200, length=None, headers=()):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def answer(self, body):
        with WEBHOOK.changed:
            answer = WEBHOOK.answer_to(json.loads(body))
        self.give(json.dumps(answer).encode())

    def hold(self, body):
        with WEBHOOK.changed:
            WEBHOOK.held += 1
            WEBHOOK.changed.notify_all()
            released = WEBHOOK.released
        released.wait()
        self.answer(body)

    def say(self, _, text):
        self.give(text.encode("utf-8", "surrogateescape"))

    def fail(self, _, status):
        # With a body that would be an answer.
        self.give(b'{"found":false}', status)

    def redirect(self, _, status):
        self.give(b'{"found":false}', status, headers=[("Location", "/elsewhere")])

    def cut(self, _):
        self.give(b'{"found":false}', length=1000)
        self.close_connection = True

    def hang_up(self, _):
        self.close_connection = True

    def drip(self, _):
        self.give(b"{", length=100_000)
        while not WEBHOOK.released.wait(0.01):
            self.wfile.write(b" ")

    def endless(self, _):
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b" " * 65536)

    def endless_headers(self, _):
        self.send_response(200)
        while True:
            self.send_header("X-Filler", "x" * 8192)
            self.flush_headers()

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128

    def __init__(self, port, context):
        self.live = set()
        super().__init__(("127.0.0.1", port), Handler, bind_and_activate=False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self.server_bind()
        self.server_activate()
        if context is not None:
            self.socket = context.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def process_request(self, request, client_address):
        self.live.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        self.live.discard(request)
        super().shutdown_request(request)

    def stop(self):
        self.shutdown()
        self.server_close()
        for request in list(self.live):
            try:
                request.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # The peer was faster.

    def handle_error(self, *_):
        """Clients that hang up, or that do not like the certificate, are what is tested."""


def obey(command, server, new_server):
    """Does what the command says, and returns the server and the answer."""
    verb, *rest = command
    with WEBHOOK.changed:
        if verb == "user":
            tenant, name, answer, password = rest
            key = json.dumps([tenant, name])
            WEBHOOK.users[key] = answer
            WEBHOOK.passwords[key] = password
        elif verb == "behave":
            WEBHOOK.released.set()
            WEBHOOK.released = threading.Event()
            WEBHOOK.behaviour = rest
        elif verb == "await_requests":
            WEBHOOK.changed.wait_for(lambda: len(WEBHOOK.requests) >= rest[0])
        elif verb == "await_held":
            WEBHOOK.changed.wait_for(lambda: WEBHOOK.held >= rest[0])
        elif verb == "stats":
            return server, {"requests": WEBHOOK.requests, "connections": WEBHOOK.connections}
    if verb == "down":
        server.stop()
        server = None
    elif verb == "up":
        server = new_server()
    return server, {}


def main():
    context = None
    if len(sys.argv) > 2:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
    # Keeps the port also while the server is down.
    kept = socket.socket()
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    kept.bind(("127.0.0.1", 0))
    port = kept.getsockname()[1]
    server = Server(port, context)
    print(port, flush=True)
    for line in sys.stdin:
        server, answer = obey(json.loads(line), server, lambda: Server(port, context))
        print(json.dumps(answer), flush=True)


main()
