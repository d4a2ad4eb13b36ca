"""OTLP/HTTP requests from a process of its own, as fast as they are acknowledged or at a given rate.

python -m benchmarks.load PORT CLIENTS SECONDS SPANS RATE

Prints one line of JSON: requests acknowledged, requests put off or refused, seconds, and times in milliseconds.
`RATE` is in requests a second; 0 sends without a pause.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import sys
import time
from typing import Final

import msgspec
import uvloop
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

ATTRIBUTES: Final = 25
SPAN_BYTES: Final = 2700
_DIFFERENT_BODIES: Final = 8
_SECOND_NS: Final = 1_000_000_000


class LoadResult(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the load."""

    acknowledged: int
    refused: int
    seconds: float
    p50_ms: float
    p99_ms: float


def request_body(spans: int, draw: random.Random) -> bytes:
    """A request whose spans have 25 attributes and 2.7 kB each."""
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.resource.attributes.add(key="service.name").value.string_value = "shop"
    scope = group.scope_spans.add()
    scope.scope.name = "benchmark"
    text_bytes = (SPAN_BYTES - 500) // (ATTRIBUTES - 5) - 26
    for _ in range(spans):
        start_ns = time.time_ns()
        span = scope.spans.add(
            trace_id=draw.randbytes(16),
            span_id=draw.randbytes(8),
            name="chat",
            kind=3,
            start_time_unix_nano=start_ns,
            end_time_unix_nano=start_ns + _SECOND_NS,
        )
        for number in range(ATTRIBUTES):
            attribute = span.attributes.add(key=f"gen_ai.attribute.{number}")
            if number % 5 == 0:
                attribute.value.int_value = draw.getrandbits(20)
            else:
                attribute.value.string_value = draw.randbytes(text_bytes // 2 + 7).hex()
    return request.SerializeToString()


def http_request(body: bytes, port: int) -> bytes:
    """The request as it goes over the wire."""
    head = (
        f"POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-protobuf\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Client(asyncio.Protocol):
    """One connection: sends a request, waits for its answer."""

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport | None = None
        self._answer: asyncio.Future[int] | None = None
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def connection_lost(self, _: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionResetError("the receiver hung up"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(rest) >= length:
            self._buffer = b""
            assert self._answer is not None
            self._answer.set_result(int(head[9:12]))

    async def send(self, request: bytes) -> int:
        """The status of the answer."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer


async def run(port: int, clients: int, seconds: float, spans: int, rate: float) -> LoadResult:
    """Send for so many seconds."""
    draw = random.Random(os.getpid())
    requests = [http_request(request_body(spans, draw), port) for _ in range(_DIFFERENT_BODIES)]
    loop = asyncio.get_running_loop()
    connections = [(await loop.create_connection(Client, "127.0.0.1", port))[1] for _ in range(clients)]
    times_s: list[float] = []
    statuses: list[int] = []
    begun_s = time.monotonic()

    async def work(number: int, client: Client) -> None:
        sent = number
        while True:
            due_s = begun_s + sent / rate if rate else time.monotonic()
            if due_s > begun_s + seconds or time.monotonic() > begun_s + seconds:
                return
            if due_s > time.monotonic():
                await asyncio.sleep(due_s - time.monotonic())
            statuses.append(await client.send(requests[sent % len(requests)]))
            times_s.append(time.monotonic() - due_s)  # from when it was due: a slow answer delays those after it
            sent += clients

    await asyncio.gather(*(work(number, client) for number, client in enumerate(connections)))
    quantiles = statistics.quantiles(times_s, n=100)
    return LoadResult(
        acknowledged=statuses.count(200),
        refused=len(statuses) - statuses.count(200),
        seconds=time.monotonic() - begun_s,
        p50_ms=quantiles[49] * 1e3,
        p99_ms=quantiles[98] * 1e3,
    )


if __name__ == "__main__":
    _port, _clients, _seconds, _spans, _rate = sys.argv[1:]
    result = uvloop.run(run(int(_port), int(_clients), float(_seconds), int(_spans), float(_rate)))
    print(msgspec.json.encode(result).decode())
