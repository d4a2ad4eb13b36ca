"""The receivers on real sockets: what is taken, how failures of the store are told, who is served meanwhile."""

from __future__ import annotations

import asyncio
import gzip
import json
import resource
import socket
import threading
import time
import zlib
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

import grpc
import pytest
import zstandard
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from pyflare.otlp import SHAPES, from_json, to_json
from pyflare.server.batch import Batch, RefusedError, UnavailableError
from pyflare.server.otlp.http import OtlpHttp
from pyflare.server.otlp.limits import Limits
from tests.server.otlp.malformed import GOOD_SPAN, JSON, PROTOBUF, protobuf_span, traces
from tests.server.otlp.receivers import Kept, grpc_receiver, http_receiver

EXAMPLES: Final = Path(__file__).parents[4] / "shared" / "data" / "otlp-examples"
_MIB: Final = 1 << 20
COMPRESSIONS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "identity": bytes,
    "gzip": gzip.compress,
    "GZIP": gzip.compress,
    "deflate": zlib.compress,
    "zstd": zstandard.compress,
}


def export(port: int, body: bytes, signal: Any = "traces", **options: Any) -> bytes:
    with grpc.insecure_channel(f"127.0.0.1:{port}", **options) as channel:
        return bytes(channel.unary_unary(f"/{SHAPES[signal].service}/Export")(body, timeout=20))


def raw_deflate(data: bytes) -> bytes:
    return zlib.compress(data)[2:-4]


@pytest.mark.parametrize("compress", [*COMPRESSIONS.values(), raw_deflate], ids=[*COMPRESSIONS, "raw deflate"])
def test_http_takes_both_encodings_compressed(compress: Callable[[bytes], bytes], request: Any) -> None:
    """A request comes in protobuf or JSON, plain or compressed; the answer has the type that was asked in."""
    name = request.node.callspec.id
    compression = "deflate" if name == "raw deflate" else name
    body = protobuf_span()
    as_json = json.dumps(to_json(SHAPES["traces"].request.FromString(body))).encode()
    with http_receiver() as http:
        for content_type, sent, answer in ((PROTOBUF, body, b""), (JSON, as_json, b"{}")):
            reply = http.post("/v1/traces", compress(sent), Content_Type=content_type, Content_Encoding=compression)
            assert (reply.status, reply.headers["content-type"], reply.body) == (200, content_type, answer)
        first, second = http.kept.batches
        assert first.serialised() == body
        assert second.message == first.message
        assert (first.source, first.records, first.signal) == ("otlp/http", 3, "traces")


@pytest.mark.parametrize(
    "content_type",
    ["Application/JSON", "application/json; charset=utf-8", " application/json ;x=y", "APPLICATION/JSON"],
)
def test_content_types_are_read_generously(content_type: str) -> None:
    """Case and parameters of the content type do not matter."""
    with http_receiver() as http:
        reply = http.post("/v1/traces", b"{}", Content_Type=content_type)
        assert (reply.status, reply.headers["content-type"]) == (200, JSON)


@pytest.mark.parametrize(
    ("name", "signal", "records"),
    [("trace", "traces", 1), ("metrics", "metrics", 4), ("logs", "logs", 1), ("events", "logs", 1)],
)
def test_examples_of_the_protocol(name: str, signal: Any, records: int) -> None:
    """The protocol's own examples are taken over both transports, and nothing of them is changed."""
    path = EXAMPLES / f"{name}.json"
    if not path.exists():
        pytest.skip(f"the protocol's examples are not here: {path}")
    message = from_json(signal, path.read_bytes())
    with http_receiver() as http, grpc_receiver() as rpc:
        assert http.post(f"/v1/{signal}", path.read_bytes(), Content_Type=JSON).body == b"{}"
        assert export(rpc.port, message.SerializeToString(), signal) == b""
        for kept in (http.kept, rpc.kept):
            assert kept.messages == [message]
            assert kept.batches[0].records == records


def test_empty_requests() -> None:
    """A request without records is a success, and nobody is bothered with it."""
    with http_receiver() as http, grpc_receiver() as rpc:
        for path in ("/v1/traces", "/v1/metrics", "/v1/logs"):
            assert http.post(path, b"{}", Content_Type=JSON).body == b"{}"
            assert http.post(path, b"", Content_Type=PROTOBUF).status == 200
        assert export(rpc.port, b"") == b""
        assert http.kept.batches == rpc.kept.batches == []


def test_bytes_are_kept_as_they_came() -> None:
    """Where nothing was refused the bytes stay as they came, with fields that this OTLP does not know."""
    body = protobuf_span() + b"\xfa\x3e\x03new"
    with http_receiver() as http, grpc_receiver() as rpc:
        http.post("/v1/traces", body, Content_Type=PROTOBUF)
        export(rpc.port, body)
        assert http.kept.batches[0].body == rpc.kept.batches[0].body == body


@pytest.mark.parametrize(
    ("error", "status", "code", "retry_after"),
    [
        (UnavailableError("the disk is full", retry_after_s=2.5), 503, 14, "3"),
        (UnavailableError("too fast", retry_after_s=0.1, is_rate_limit=True), 429, 14, "1"),
        (RefusedError("the tenant is unknown"), 400, 3, None),
        (RuntimeError("a bug"), 500, 13, None),
    ],
)
def test_failures_of_the_store(error: Exception, status: int, code: int, retry_after: str | None) -> None:
    """What the store says reaches the sender: come again and when, never, or a fault of ours without its text."""
    kept = Kept()
    kept.error = error
    text = "the request was not stored, for a fault of the receiver" if code == 13 else str(error)
    with http_receiver(kept) as http, grpc_receiver(kept) as rpc:
        for content_type, body in ((JSON, traces(GOOD_SPAN)), (PROTOBUF, protobuf_span())):
            reply = http.post("/v1/traces", body, Content_Type=content_type)
            assert (reply.status, reply.headers.get("retry-after")) == (status, retry_after)
            if content_type == JSON:
                assert (json.loads(reply.body)["code"], json.loads(reply.body)["message"]) == (code, text)
            else:
                assert (Status.FromString(reply.body).code, Status.FromString(reply.body).message) == (code, text)
        with pytest.raises(grpc.RpcError) as raised:
            export(rpc.port, protobuf_span())
        assert (raised.value.code().value[0], raised.value.details()) == (code, text)
        assert _retry_s(raised.value) == (getattr(error, "retry_after_s", None))


def _retry_s(error: Any) -> float | None:
    for detail in Status.FromString(dict(error.trailing_metadata())["grpc-status-details-bin"]).details:
        info = RetryInfo()
        if detail.Unpack(info):
            return float(info.retry_delay.seconds + info.retry_delay.nanos / 1e9)
    return None


def test_retry_info_in_json() -> None:
    """In JSON a delay is text, as protobuf's own JSON has it."""
    kept = Kept()
    kept.error = UnavailableError("later", retry_after_s=2.5)
    with http_receiver(kept) as http:
        reply = http.post("/v1/traces", traces(GOOD_SPAN), Content_Type=JSON)
    (detail,) = json.loads(reply.body)["details"]
    assert detail == {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "2.5s"}


def test_a_waiting_store_holds_nobody_up() -> None:
    """While the store makes requests wait, others are taken: they wait at the same time."""
    kept = Kept(waits=True)
    together = threading.Barrier(4)
    kept.before = lambda: together.wait(10)
    with http_receiver(kept) as http, grpc_receiver(kept) as rpc:
        senders = [
            threading.Thread(target=http.post, args=("/v1/traces", traces(GOOD_SPAN)), kwargs={"Content_Type": JSON})
            for _ in range(2)
        ] + [threading.Thread(target=export, args=(rpc.port, protobuf_span())) for _ in range(2)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join(20)
    assert len(kept.batches) == 4


def test_memory_is_bounded() -> None:
    """Where the requests under way fill the memory set aside for them, further ones are to come again."""
    kept = Kept(waits=True)
    entered, leave = threading.Event(), threading.Event()
    kept.before = lambda: (entered.set(), leave.wait(10))
    body = traces(GOOD_SPAN)
    with http_receiver(kept, Limits(max_inflight_bytes=len(body) + 10)) as http:
        first = threading.Thread(target=http.post, args=("/v1/traces", body), kwargs={"Content_Type": JSON})
        first.start()
        assert entered.wait(10)
        reply = http.post("/v1/traces", body, Content_Type=JSON)
        assert (reply.status, reply.headers["retry-after"]) == (503, "1")
        leave.set()
        first.join(10)
        assert http.post("/v1/traces", body, Content_Type=JSON).status == 200


def test_many_large_requests_at_once() -> None:
    """Sixteen senders of 8 MiB each get a success or an answer to come again, and memory stays within what is set."""
    text = "x" * (8 * _MIB - 1_000)
    body = traces(GOOD_SPAN | {"attributes": [{"key": "k", "value": {"stringValue": text}}]})
    statuses: list[int] = []
    sizes: list[int] = []
    ended = threading.Event()

    def send(port: int, compressed: bytes) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Content-Type": JSON, "Content-Encoding": "gzip"}
        for _ in range(3):
            connection.request("POST", "/v1/traces", compressed, headers)
            reply = connection.getresponse()
            reply.read()
            statuses.append(reply.status)
        connection.close()

    def watch() -> None:
        while not ended.wait(0.005):
            sizes.append(int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize())

    class Forgets(Kept):
        def consume(self, batch: Batch) -> None:
            """Store nothing, slowly."""
            time.sleep(0.01)

    with http_receiver(Forgets(waits=True), Limits(max_body_bytes=8 * _MIB, max_inflight_bytes=24 * _MIB)) as http:
        watcher = threading.Thread(target=watch)
        watcher.start()
        senders = [threading.Thread(target=send, args=(http.port, gzip.compress(body, 1))) for _ in range(16)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join(60)
        ended.set()
        watcher.join()
    assert len(statuses) == 48
    assert set(statuses) <= {200, 503}
    assert 200 in statuses
    assert max(sizes) - sizes[0] < 250 * _MIB


def test_slow_senders_and_those_that_hang_up() -> None:
    """A body that does not come in time is refused; a sender that hangs up leaves nothing behind."""
    head = b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
    with http_receiver(limits=Limits(receive_timeout_s=0.2, max_inflight_bytes=1000)) as http:
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", http.port)) as connection:
                connection.sendall(head + b" " * 90)
        with socket.create_connection(("127.0.0.1", http.port)) as connection:
            connection.settimeout(10)
            connection.sendall(head + b"{")
            answer = connection.recv(10_000)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"expected the whole request within 0.2 s" in answer
        assert http.post("/v1/traces", traces(GOOD_SPAN), Content_Type=JSON).status == 200


def test_large_requests_are_read_beside_small_ones() -> None:
    """A large request is taken like a small one."""
    span = GOOD_SPAN | {"attributes": [{"key": "k", "value": {"stringValue": "x" * 10_000}}]}
    body = traces(*[span] * 500)
    with http_receiver() as http:
        reply = http.post("/v1/traces", gzip.compress(body, 1), Content_Type=JSON, Content_Encoding="gzip")
        assert (reply.status, http.kept.batches[0].records) == (200, 500)


def test_senders_are_told_apart_by_key_or_address() -> None:
    """A batch says whose it is: the hash of an API key, never the key; without one the address."""
    with http_receiver() as http, grpc_receiver() as rpc:
        http.post("/v1/traces", protobuf_span(), Content_Type=PROTOBUF, Authorization="Bearer secret")
        http.post("/v1/traces", protobuf_span(), Content_Type=PROTOBUF, X_API_Key="other")
        http.post("/v1/traces", protobuf_span(), Content_Type=PROTOBUF)
        export(rpc.port, protobuf_span())
        with grpc.insecure_channel(f"127.0.0.1:{rpc.port}") as channel:
            call = channel.unary_unary(f"/{SHAPES['traces'].service}/Export")
            call(protobuf_span(), metadata=(("authorization", "Bearer secret"),))
    secret, other, address = [batch.key for batch in http.kept.batches]
    assert len({secret, other}) == 2
    assert (len(secret), address) == (16, "127.0.0.1")
    assert [batch.key for batch in rpc.kept.batches] == ["127.0.0.1", secret]


def test_pages_may_send_where_they_are_named() -> None:
    """Browsers are told which pages may send, and nothing where none may."""
    origin = {"Origin": "https://a.shop.example"}
    with http_receiver(limits=Limits(cors_origins=("https://*.shop.example",))) as http:
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-api-key"}
        reply = http.post("/v1/traces", None, method="OPTIONS", **origin, **asked)
        assert reply.status == 200
        assert reply.headers["access-control-allow-origin"] == "https://a.shop.example"
        assert reply.headers["access-control-allow-headers"] == "x-api-key"
        assert reply.headers["access-control-allow-methods"] == "POST"
        for body in (b"{}", b"{"):
            reply = http.post("/v1/traces", body, Content_Type=JSON, **origin)
            assert reply.headers["access-control-allow-origin"] == "https://a.shop.example"
        reply = http.post("/v1/traces", b"{}", Content_Type=JSON, Origin="https://evil.example")
        assert "access-control-allow-origin" not in reply.headers
    with http_receiver() as http:
        reply = http.post("/v1/traces", b"{}", Content_Type=JSON, **origin)
        assert {"access-control-allow-origin", "vary"}.isdisjoint(reply.headers)


def test_other_applications_stand_beside_it() -> None:
    """What is not OTLP's goes to the application beside it."""

    async def other(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while (await receive())["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        await send({"type": "http.response.start", "status": 203, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    kept = Kept()
    with http_receiver(kept, app=OtlpHttp(kept, fallback=other)) as http:
        assert (http.post("/healthz", None, method="GET").status) == 203
        assert http.post("/v1/traces", traces(GOOD_SPAN), Content_Type=JSON).status == 200


def test_many_requests_on_one_connection() -> None:
    """A connection serves good and bad requests one after the other."""
    good, bad = traces(GOOD_SPAN), b"{"
    with http_receiver() as http, socket.create_connection(("127.0.0.1", http.port)) as connection:
        connection.settimeout(10)
        for body, status in [(good, b"200"), (bad, b"400"), (good, b"200")] * 10:
            head = f"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\nContent-Length: {len(body)}\r\n\r\n"
            connection.sendall(head.encode() + body)
            assert connection.recv(10_000).split()[1] == status
        assert len(http.kept.batches) == 20


def test_requests_under_way_are_finished() -> None:
    """A receiver that is told to end answers what it has begun."""
    kept = Kept(waits=True)
    kept.before = lambda: time.sleep(0.3)
    replies: list[Any] = []
    with http_receiver(kept) as http:
        sender = threading.Thread(
            target=lambda: replies.append(http.post("/v1/traces", traces(GOOD_SPAN), Content_Type=JSON))
        )
        sender.start()
        time.sleep(0.1)
    sender.join(10)
    assert [reply.status for reply in replies] == [200]


def test_a_fault_of_the_receiver() -> None:
    """A fault of ours is an answer without its text, and the receiver goes on."""

    class Broken(Kept):
        def __getattribute__(self, name: str) -> Any:
            if name == "waits" and self.error is not None:
                raise self.error
            return super().__getattribute__(name)

    kept = Broken()
    with http_receiver(kept) as http:
        kept.error = RuntimeError("secret")
        reply = http.post("/v1/traces", traces(GOOD_SPAN), Content_Type=JSON)
        assert (reply.status, json.loads(reply.body)["code"]) == (500, 13)
        assert b"secret" not in reply.body
        kept.error = None
        assert http.post("/v1/traces", traces(GOOD_SPAN), Content_Type=JSON).status == 200


def test_only_http_is_answered() -> None:
    """A websocket is not spoken to."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(OtlpHttp(Kept())({"type": "websocket", "path": "/v1/traces"}, send, send))  # type: ignore[arg-type]
    assert sent == []


def test_a_port_that_is_taken() -> None:
    """A gRPC address that cannot be listened on is an error that names it."""
    from pyflare.errors import ConfigError
    from pyflare.server.otlp.grpc import OtlpGrpc

    with grpc_receiver() as rpc, pytest.raises(ConfigError, match=f"cannot listen on 127.0.0.1:{rpc.port}"):
        OtlpGrpc(Kept()).bind(f"127.0.0.1:{rpc.port}")
