"""Two services, one trace: the client writes `traceparent` into its request, and the server continues from it.

python examples/distributed.py
"""

from __future__ import annotations

import multiprocessing
from http.server import BaseHTTPRequestHandler, HTTPServer
from multiprocessing.connection import Connection
from urllib.request import Request, urlopen

import pyflare


class Reverse(BaseHTTPRequestHandler):
    """Answers with the path, read backwards."""

    def do_GET(self) -> None:
        """Every span inside the block belongs to the caller's trace."""
        with pyflare.extract(dict(self.headers)), pyflare.span("GET /", kind="tool", input=self.path) as span:
            body = self.path[:0:-1].encode()
            span.set_output(body.decode())
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """PyFlare keeps the log."""


def serve(connection: Connection) -> None:
    """The service: one request, then it stops."""
    pyflare.init(service="reverse-service")
    with HTTPServer(("127.0.0.1", 0), Reverse) as server:
        connection.send(server.server_port)
        server.handle_request()


@pyflare.trace(kind="chain")
def ask(port: int, word: str) -> str:
    """The client."""
    headers: dict[str, str] = {}
    pyflare.inject(headers)
    with urlopen(Request(f"http://127.0.0.1:{port}/{word}", headers=headers)) as response:
        return str(response.read().decode())


if __name__ == "__main__":
    pyflare.init(service="client")
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,))
    server.start()
    print(ask(here.recv(), "stressed"))
    server.join()
    with pyflare.open() as workspace:
        print(workspace.sql("SELECT trace_id, service_name, operation_name, output FROM spans").to_pylist())
