"""An OTLP collector in a process of its own: it takes spans over HTTP and writes down which they were.

python -m benchmarks.sink PORT FILE
"""

from __future__ import annotations

import gzip
import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

KEY_BYTES: Final = 24
"""Trace id and span id."""


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def receiver(port: int, file: Path) -> Iterator[None]:
    """Listen on `port` inside the block, and append the keys of the spans that come to `file`."""
    command = [sys.executable, "-m", "benchmarks.sink", str(port), str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            process.kill()


@contextmanager
def silence(port: int) -> Iterator[None]:
    """Take connections on `port` inside the block, and never answer."""
    with socket.create_server(("127.0.0.1", port)):
        yield


def received(file: Path) -> Counter[str]:
    """How often each span came, by key."""
    data = file.read_bytes() if file.exists() else b""
    return Counter(data[start : start + KEY_BYTES].hex() for start in range(0, len(data), KEY_BYTES))


def serve(port: int, file: str) -> None:
    """Be the collector until killed. A request is acknowledged when its keys are in the file."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            os.write(descriptor, _keys(ExportTraceServiceRequest.FromString(body)))
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    print("ready", flush=True)
    server.serve_forever()


def _keys(request: ExportTraceServiceRequest) -> bytes:
    scopes = [scope for resource in request.resource_spans for scope in resource.scope_spans]
    return b"".join(span.trace_id + span.span_id for scope in scopes for span in scope.spans)


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2])
