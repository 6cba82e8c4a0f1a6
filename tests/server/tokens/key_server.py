"""A web server for tests: key_server.py FOLDER [CERTIFICATE KEY]

Serves the file `keys` of FOLDER, with the status in the file `status` (200 where there is none), on
a port of loopback that it prints as its first line; over TLS if it is given a certificate. Then it
prints the path of each request, a line each, before it answers. Other paths than /keys misbehave.
It ends when its input does.
"""

import http.server
import pathlib
import ssl
import sys
import threading

FOLDER = pathlib.Path(sys.argv[1])
GATE = threading.Semaphore(0)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        sys.stdout.write(self.path + "\n")
        sys.stdout.flush()
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/keys")
            self.end_headers()
        elif self.path == "/endless":
            self.send_response(200)
            self.end_headers()
            while True:
                self.wfile.write(b" " * 65536)
        elif self.path == "/cut":
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            self.wfile.write(b'{"keys":[]}')
        else:
            if self.path == "/gated":
                GATE.acquire()
            self.serve_keys()

    def serve_keys(self):
        status = FOLDER / "status"
        body = (FOLDER / "keys").read_bytes()
        self.send_response(int(status.read_text()) if status.exists() else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """Clients that hang up, or that do not like the certificate, are what is tested."""


def main():
    server = Server(("127.0.0.1", 0), Handler)
    if len(sys.argv) > 2:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2], sys.argv[3])
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False)
    print(server.server_address[1], flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for _ in sys.stdin:
        GATE.release()


main()
