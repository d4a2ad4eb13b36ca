"""A backend to forward to: a real OTLP endpoint over HTTP for every signal, that counts what it acknowledges."""

from __future__ import annotations

import gzip
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pyflare.otlp import SHAPES
from pyflare.tracing.shipping import Destination


class Sink:
    """What came, by signal."""

    def __init__(self) -> None:
        self.requests: dict[str, list[Any]] = {"traces": [], "metrics": [], "logs": []}
        self.statuses: list[int] = []
        """Answers to give before it accepts; each is used once."""
        self.delay_s = 0.0
        self.refuses: Callable[[Any], bool] = lambda record: False
        self.headers: list[dict[str, str]] = []
        self._changed = threading.Condition()
        self.port = 0

    @property
    def destination(self) -> Destination:
        return Destination(endpoint=f"http://127.0.0.1:{self.port}")

    def records(self, signal: str) -> list[Any]:
        return [record for request in self.requests[signal] for record in records_of(signal, request)]

    @property
    def spans(self) -> Counter[str]:
        """How often each span came, by span id."""
        return Counter(span.span_id.hex() for span in self.records("traces"))

    def wait_for(self, spans: int, *, timeout_s: float = 30.0) -> None:
        """Until so many spans have come."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.records("traces")) >= spans, timeout_s)

    def take(self, signal: str, request: Any) -> int:
        """The status to answer with."""
        time.sleep(self.delay_s)
        with self._changed:
            if self.statuses:
                return self.statuses.pop(0)
            if any(map(self.refuses, records_of(signal, request))):
                return 400
            self.requests[signal].append(request)
            self._changed.notify_all()
        return 200


def records_of(signal: str, request: Any) -> list[Any]:
    shape = SHAPES[signal]  # type: ignore[index]
    return [
        record
        for resource in getattr(request, shape.resources)
        for scope in getattr(resource, shape.scopes)
        for record in getattr(scope, shape.records)
    ]


@contextmanager
def open_sink() -> Iterator[Sink]:
    """A backend that runs for as long as the context lasts."""
    sink = Sink()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            signal = self.path.removeprefix("/v1/")
            sink.headers.append(dict(self.headers))
            shape = SHAPES[signal]  # type: ignore[index]
            status = sink.take(signal, shape.request.FromString(body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that was killed is no news."""

    with Server(("127.0.0.1", 0), Handler) as server:
        sink.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield sink
        finally:
            server.shutdown()
