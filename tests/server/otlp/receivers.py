"""Receivers on real sockets, and a consumer that remembers what it was given."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn

from pyflare.server.batch import Batch
from pyflare.server.otlp.grpc import OtlpGrpc
from pyflare.server.otlp.http import OtlpHttp
from pyflare.server.otlp.limits import Limits

WAIT_S = 20


class Kept:
    """A consumer that keeps batches, or raises what it is told to."""

    def __init__(self, *, waits: bool = False) -> None:
        self.waits = waits
        self.batches: list[Batch] = []
        self.error: Exception | None = None
        self.before: Callable[[], object] = lambda: None

    def consume(self, batch: Batch) -> None:
        self.before()
        if self.error is not None:
            raise self.error
        self.batches.append(batch)

    def close(self) -> None:
        """Nothing is held."""

    @property
    def messages(self) -> list[Any]:
        return [type(batch.message).FromString(batch.serialised()) for batch in self.batches]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer over HTTP."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class HttpReceiver:
    """OTLP over HTTP in a thread."""

    port: int
    kept: Kept

    def post(self, path: str, body: Any, *, method: str = "POST", **headers: str) -> Reply:
        """One request over a connection of its own. Header names are given with underscores."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_S)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body=body, headers=named)
            answer = connection.getresponse()
            return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()


@contextmanager
def http_receiver(kept: Kept | None = None, limits: Limits | None = None, app: Any = None) -> Iterator[HttpReceiver]:
    """A receiver that runs as long as the block does."""
    kept = kept or Kept()
    config = uvicorn.Config(
        app or OtlpHttp(kept, limits), port=0, loop="uvloop", http="httptools", log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        ends_s = time.monotonic() + WAIT_S
        while not server.started and time.monotonic() < ends_s:
            time.sleep(0.01)
        yield HttpReceiver(server.servers[0].sockets[0].getsockname()[1], kept)
    finally:
        server.should_exit = True
        thread.join(WAIT_S)


@dataclass(frozen=True, slots=True)
class GrpcReceiver:
    """OTLP over gRPC."""

    port: int
    kept: Kept


@contextmanager
def grpc_receiver(kept: Kept | None = None, limits: Limits | None = None) -> Iterator[GrpcReceiver]:
    """A receiver that runs as long as the block does."""
    kept = kept or Kept()
    server = OtlpGrpc(kept, limits)
    port = server.bind("127.0.0.1:0")
    server.start()
    try:
        yield GrpcReceiver(port, kept)
    finally:
        server.stop(1.0)
