"""Malformed requests: each gets exactly the answer that OTLP asks for, and the receiver goes on."""

from __future__ import annotations

import gzip
import json
import resource
from collections.abc import Iterator
from typing import Any, Final

import grpc
import pytest
from google.protobuf import json_format
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc.error_details_pb2 import BadRequest
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from pyflare.otlp import SHAPES, from_json
from pyflare.server.otlp.limits import Limits
from tests.server.otlp.malformed import (
    CASES,
    GOOD_SPAN,
    JSON,
    LIMIT_BYTES,
    PROTOBUF,
    SPAN_ID,
    TRACE_ID,
    Case,
    logs,
    metrics,
    protobuf_span,
    traces,
)
from tests.server.otlp.receivers import GrpcReceiver, HttpReceiver, grpc_receiver, http_receiver

_GRPC_CASES: Final = [case for case in CASES if case.content_type == PROTOBUF]
_MIB: Final = 1 << 20


@pytest.fixture(scope="module")
def http() -> Iterator[HttpReceiver]:
    with http_receiver(limits=Limits(max_body_bytes=LIMIT_BYTES)) as receiver:
        yield receiver


@pytest.fixture(scope="module")
def rpc() -> Iterator[GrpcReceiver]:
    with grpc_receiver(limits=Limits(max_body_bytes=LIMIT_BYTES)) as receiver:
        yield receiver


def post(http: HttpReceiver, case: Case, body: Any = None) -> Any:
    headers = dict(case.headers)
    if case.content_type is not None:
        headers["Content-Type"] = case.content_type
    return http.post(f"/v1/{case.signal}", case.body if body is None else body, **headers)


def status_of(case: Case) -> Status:
    """The whole Status that is expected."""
    status = Status(code=case.code, message=case.message)
    if case.status == 400:
        violation = BadRequest.FieldViolation(field="body", description=case.message)
        status.details.add().Pack(BadRequest(field_violations=[violation]))
    return status


def partial_success_of(case: Case) -> Any:
    """The whole response that is expected where something is kept."""
    shape = SHAPES[case.signal]  # type: ignore[index]
    message = f"{case.rejected} x {case.message}. See them with: pyflare quarantine list"
    return shape.response(partial_success={shape.rejected: case.rejected, "error_message": message})


def as_json(status: Status) -> dict[str, Any]:
    document: dict[str, Any] = {"code": status.code, "message": status.message}
    for detail in status.details:
        request = BadRequest()
        assert detail.Unpack(request)
        violations = [{"field": one.field, "description": one.description} for one in request.field_violations]
        document["details"] = [{"@type": detail.type_url, "fieldViolations": violations}]
    return document


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_http(http: HttpReceiver, case: Case) -> None:
    """A malformed request over HTTP gets its exact status and body, and whatever is good of it is kept."""
    http.kept.batches.clear()
    reply = post(http, case)
    assert reply.status == case.status
    assert reply.headers["content-type"] == case.content_type
    if case.status != 200:
        expected = status_of(case)
        assert (
            (json.loads(reply.body) == as_json(expected))
            if case.content_type == JSON
            else (Status.FromString(reply.body) == expected)
        )
        assert http.kept.batches == []
        return
    expected = partial_success_of(case)
    if case.content_type == PROTOBUF:
        assert type(expected).FromString(reply.body) == expected
    else:
        (rejected,) = [value for key, value in json.loads(reply.body)["partialSuccess"].items() if "rejected" in key]
        assert rejected == str(case.rejected)
        assert json.loads(reply.body)["partialSuccess"]["errorMessage"] == expected.partial_success.error_message
    (batch,) = http.kept.batches
    assert (batch.records, batch.rejected) == (case.kept, case.rejected)


@pytest.mark.parametrize("case", _GRPC_CASES, ids=lambda case: case.name)
def test_grpc(rpc: GrpcReceiver, case: Case) -> None:
    """A malformed request over gRPC gets its exact code and details, and whatever is good of it is kept."""
    rpc.kept.batches.clear()
    if case.status != 200:
        error = refused(rpc, case.body, case.signal)
        assert (error.code(), error.details()) == (grpc.StatusCode.INVALID_ARGUMENT, case.message)
        assert details_of(error) == status_of(case)
        assert rpc.kept.batches == []
        return
    expected = partial_success_of(case)
    assert type(expected).FromString(export(rpc, case.body, case.signal)) == expected
    (batch,) = rpc.kept.batches
    assert (batch.records, batch.rejected) == (case.kept, case.rejected)


def export(rpc: GrpcReceiver, body: bytes, signal: str = "traces", **options: Any) -> bytes:
    with grpc.insecure_channel(f"127.0.0.1:{rpc.port}", **options) as channel:
        method = f"/{SHAPES[signal].service}/Export"  # type: ignore[index]
        return bytes(channel.unary_unary(method)(body, timeout=20))


def refused(rpc: GrpcReceiver, body: bytes, signal: str = "traces", **options: Any) -> Any:
    with pytest.raises(grpc.RpcError) as raised:
        export(rpc, body, signal, **options)
    return raised.value


def details_of(error: Any) -> Status:
    (details,) = [value for key, value in error.trailing_metadata() if key == "grpc-status-details-bin"]
    return Status.FromString(details)


@pytest.mark.parametrize(
    ("method", "path", "content_type", "status", "words"),
    [
        ("POST", "/v1/traces", None, 415, "expected the content type application/x-protobuf or application/json"),
        ("POST", "/v1/traces", "text/plain", 415, "got text/plain"),
        ("POST", "/v1/traces", "application/xml; charset=utf-8", 415, "got application/xml"),
        ("GET", "/v1/traces", None, 405, "expected POST, got GET"),
        ("PUT", "/v1/logs", JSON, 405, "expected POST, got PUT"),
        ("DELETE", "/v1/metrics", PROTOBUF, 405, "expected POST, got DELETE"),
        ("OPTIONS", "/v1/metrics", None, 405, "expected POST, got OPTIONS"),
        ("POST", "/v1/spans", JSON, 404, "expected one of /v1/traces, /v1/metrics, /v1/logs; got /v1/spans"),
        ("POST", "/", None, 404, "got /"),
        ("POST", "/v1/traces/", PROTOBUF, 404, "got /v1/traces/"),
    ],
)
def test_wrong_addresses(
    http: HttpReceiver, method: str, path: str, content_type: str | None, status: int, words: str
) -> None:
    """What is no export request says so in the request's encoding, or in plain words where it has none."""
    headers = {} if content_type is None else {"Content-Type": content_type}
    reply = http.post(path, b"{}", method=method, **headers)
    assert reply.status == status
    assert reply.headers.get("allow") == ("POST" if status == 405 else None)
    if content_type == JSON:
        text = json.loads(reply.body)["message"]
    elif content_type == PROTOBUF:
        text = Status.FromString(reply.body).message
    else:
        assert reply.headers["content-type"] == "text/plain; charset=utf-8"
        text = reply.body.decode()
    assert words in text


def test_too_large_without_a_length(http: HttpReceiver) -> None:
    """A body that comes in pieces is cut off at the limit."""
    pieces = iter([b" " * 65_536] * 17)
    reply = http.post("/v1/traces", pieces, Content_Type=JSON)
    assert (reply.status, json.loads(reply.body)["code"]) == (413, 8)


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
def test_too_large_over_grpc(rpc: GrpcReceiver, compression: Any) -> None:
    """Over gRPC a message beyond the limit, compressed or not, is RESOURCE_EXHAUSTED and not to be sent again."""
    error = refused(rpc, bytes(LIMIT_BYTES + 1), compression=compression)
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "grpc-status-details-bin" not in dict(error.trailing_metadata())


def test_unknown_service(rpc: GrpcReceiver) -> None:
    """A service that is not OTLP's is UNIMPLEMENTED."""
    with grpc.insecure_channel(f"127.0.0.1:{rpc.port}") as channel, pytest.raises(grpc.RpcError) as raised:
        channel.unary_unary("/pyflare.Other/Export")(b"", timeout=20)
    assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_quarantine_gets_the_whole_record(http: HttpReceiver) -> None:
    """What is refused comes with the resource and the scope around it: as it came where it could not be read."""
    http.kept.batches.clear()
    around = {"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}}
    scope = {"scope": {"name": "lib"}, "schemaUrl": "https://example.test/1"}
    bad = [GOOD_SPAN | {"traceId": "00"}, GOOD_SPAN | {"name": 5, "later": True}]
    request = {"resourceSpans": [{**around, "scopeSpans": [{**scope, "spans": [GOOD_SPAN, *bad]}]}]}
    http.post("/v1/traces", json.dumps(request).encode(), Content_Type=JSON)
    (batch,) = http.kept.batches
    records = [rejection.record for rejection in batch.rejections]
    expected = [{"resourceSpans": [{**around, "scopeSpans": [{**scope, "spans": [span]}]}]} for span in bad[::-1]]
    assert records == expected


def test_bad_points_of_a_metric(http: HttpReceiver) -> None:
    """Of a metric only the bad points are refused, each as a metric of its own; the good ones stay together."""
    http.kept.batches.clear()
    good, bad = {"timeUnixNano": "1", "asInt": "1"}, {"asDouble": 2.0}
    total = {"name": "m", "unit": "1", "sum": {"dataPoints": [good, bad, good], "isMonotonic": True}}
    total["sum"]["aggregationTemporality"] = 2  # type: ignore[index]
    http.post("/v1/metrics", metrics(total), Content_Type=JSON)
    (batch,) = http.kept.batches
    (kept,) = batch.message.resource_metrics[0].scope_metrics[0].metrics
    assert [point.as_int for point in kept.sum.data_points] == [1, 1]
    (rejection,) = batch.rejections
    alone = {**total, "sum": {"dataPoints": [bad], "isMonotonic": True, "aggregationTemporality": 2}}
    assert rejection.record == json.loads(metrics(alone))


def test_odd_but_whole(http: HttpReceiver) -> None:
    """What is odd and can be stored as it came is kept: an end before the start, a kind and fields nobody knows."""
    http.kept.batches.clear()
    odd = GOOD_SPAN | {"endTimeUnixNano": "1", "kind": 99, "flags": 4294967295, "new": {"field": 1}}
    link = {"traceId": "0" * 32, "spanId": "0" * 16}
    reply = http.post("/v1/traces", traces(odd, GOOD_SPAN | {"links": [link, {}]}), Content_Type=JSON)
    assert (reply.status, reply.body) == (200, b"{}")
    assert http.kept.batches[0].records == 2


def test_senders_are_told_what_was_put_right(http: HttpReceiver) -> None:
    """A request that was understood although OTLP does not allow it is a success with a warning."""
    http.kept.batches.clear()
    reply = http.post("/v1/traces", traces(GOOD_SPAN | {"parentSpanId": "0" * 16}), Content_Type=JSON)
    text = "parentSpanId: expected it to be empty for a root, got zeros; they were read as that"
    assert json.loads(reply.body) == {"partialSuccess": {"errorMessage": text}}
    assert http.kept.messages[0].resource_spans[0].scope_spans[0].spans[0].parent_span_id == b""


def test_logs_of_no_trace(http: HttpReceiver) -> None:
    """As OTLP has it, a log record with an id that is not valid is kept and belongs to no trace."""
    http.kept.batches.clear()
    records = [{"traceId": "01", "spanId": SPAN_ID}, {"traceId": TRACE_ID, "spanId": "0" * 16}, {"traceId": TRACE_ID}]
    reply = http.post("/v1/logs", logs(*records), Content_Type=JSON)
    assert "they were left out" in json.loads(reply.body)["partialSuccess"]["errorMessage"]
    kept = http.kept.messages[0].resource_logs[0].scope_logs[0].log_records
    assert [(record.trace_id.hex(), record.span_id.hex()) for record in kept] == [
        ("", SPAN_ID),
        (TRACE_ID, ""),
        (TRACE_ID, ""),
    ]


def test_old_protobuf(rpc: GrpcReceiver) -> None:
    """Scopes as they were before OTLP 0.15, in field 1000, are read from protobuf too."""
    rpc.kept.batches.clear()
    resource = ExportTraceServiceRequest.FromString(protobuf_span()).resource_spans[0]
    scope = resource.scope_spans[0].SerializeToString()
    old = b"\xc2\x3e" + bytes([len(scope) & 127 | 128, len(scope) >> 7]) + scope
    body = b"\x0a" + bytes([len(old) & 127 | 128, len(old) >> 7]) + old
    assert export(rpc, body) == b""
    assert rpc.kept.messages[0].resource_spans[0].scope_spans[0].spans == resource.scope_spans[0].spans


def test_very_many_rejections(http: HttpReceiver) -> None:
    """Of very many refused records the first are kept for quarantine, and all are counted."""
    http.kept.batches.clear()
    reply = http.post("/v1/traces", traces(*[{}] * 5_000), Content_Type=JSON)
    assert json.loads(reply.body)["partialSuccess"]["rejectedSpans"] == "5000"
    (batch,) = http.kept.batches
    assert (batch.rejected, len(batch.rejections)) == (5_000, 1_001)
    assert batch.rejections[-1].reason.startswith("4,000 more records of the same request")


def test_large_refused_records_are_not_kept(http: HttpReceiver) -> None:
    """A refused record that is too large for quarantine is replaced by its size."""
    http.kept.batches.clear()
    http.post("/v1/traces", traces({"name": "x" * 300_000}), Content_Type=JSON)
    (rejection,) = http.kept.batches[0].rejections
    assert rejection.record == {"resourceSpans": [{"scopeSpans": [{"spans": [{"tooLargeToKeep": 300_004}]}]}]}


@pytest.mark.parametrize(
    ("field", "name"),
    [(b"\x4a\x00", "attributes"), (b"\x5a\x00", "events"), (b"\x6a\x00", "links")],
    ids=["attributes", "events", "links"],
)
def test_records_of_very_many_parts(http: HttpReceiver, field: bytes, name: str) -> None:
    """A span of more attributes, events or links than anybody could decode later is refused, and only counted."""
    http.kept.batches.clear()
    message = ExportTraceServiceRequest.FromString(protobuf_span())
    spans = message.resource_spans[0].scope_spans[0].spans
    spans[1].MergeFromString(field * 200_000)
    reply = http.post("/v1/traces", message.SerializeToString(), Content_Type=PROTOBUF)
    text = f"1 x {name}: expected at most 100,000, got 200,000. See them with: pyflare quarantine list"
    assert SHAPES["traces"].response.FromString(reply.body).partial_success.error_message == text
    (batch,) = http.kept.batches
    (rejection,) = batch.rejections
    (record,) = rejection.record["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert batch.records == 2
    assert record["tooLargeToKeep"] > 400_000


@pytest.mark.parametrize("encoding", ["protobuf", "json"])
@pytest.mark.parametrize("signal", ["traces", "logs"])
def test_values_of_very_many_items(encoding: str, signal: Any) -> None:
    """A record whose arrays have more items than anybody could decode later is refused alone."""
    huge: dict[str, Any] = {"arrayValue": {"values": [{"arrayValue": {"values": [{}] * 60_000}}] * 2}}
    filler = {"stringValue": "x" * (4 << 20)}
    span = GOOD_SPAN | {"attributes": [{"key": "k", "value": filler}, {"key": "h", "value": huge}]}
    record = {"body": {"kvlistValue": {"values": [{"key": "k", "value": filler}, {"key": "h", "value": huge}]}}}
    document = traces(GOOD_SPAN, span) if signal == "traces" else logs({}, record)
    body = document if encoding == "json" else _parsed(signal, document)
    with http_receiver() as http:
        reply = http.post(f"/v1/{signal}", body, Content_Type=JSON if encoding == "json" else PROTOBUF)
        (batch,) = http.kept.batches
    assert reply.status == 200
    assert (batch.records, batch.rejected) == (1, 1)
    assert b"expected at most 100,000 items of arrays and kvlists in a record, got more" in reply.body


def _parsed(signal: Any, document: bytes) -> bytes:
    message = SHAPES[signal].request()
    json_format.Parse(document, message)
    if signal == "traces":  # protobuf's own JSON has ids in base64
        for span in message.resource_spans[0].scope_spans[0].spans:
            span.trace_id, span.span_id = bytes.fromhex(TRACE_ID), bytes.fromhex(SPAN_ID)
    return bytes(message.SerializeToString())


def test_large_values_are_taken(http: HttpReceiver) -> None:
    """A large record of few parts is taken as it is."""
    http.kept.batches.clear()
    value = {"kvlistValue": {"values": [{"key": "k", "value": {"stringValue": "x" * 900_000}}]}}
    big = [{"key": "a", "value": value}]
    span = from_json("traces", traces(GOOD_SPAN | {"attributes": big * 6}))
    with http_receiver() as large:
        assert large.post("/v1/traces", span.SerializeToString(), Content_Type=PROTOBUF).body == b""
        assert large.kept.messages == [span]


def test_metrics_of_very_many_points() -> None:
    """A metric of more data points than a request may have records is refused as too large."""
    points = b"\x0a\x00" * 500_001
    message = ExportMetricsServiceRequest(resource_metrics=[{"scope_metrics": [{"metrics": [{"name": "m"}]}]}])
    message.resource_metrics[0].scope_metrics[0].metrics[0].gauge.MergeFromString(points)
    with http_receiver() as http:
        reply = http.post("/v1/metrics", message.SerializeToString(), Content_Type=PROTOBUF)
    assert (reply.status, Status.FromString(reply.body).code) == (413, 8)


def test_large_surroundings_are_not_kept(http: HttpReceiver) -> None:
    """A resource, or a record that cannot be read, that is too large for quarantine is replaced by its size."""
    http.kept.batches.clear()
    text = "x" * 300_000
    resource = {"attributes": [{"key": "k", "value": {"stringValue": text}}]}
    bad = {"name": 5, "later": text}
    request = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [bad]}]}]}
    http.post("/v1/traces", json.dumps(request).encode(), Content_Type=JSON)
    (rejection,) = http.kept.batches[0].rejections
    (kept,) = rejection.record["resourceSpans"]
    assert kept["tooLargeToKeep"] == 300_015
    assert kept["scopeSpans"] == [{"spans": [{"tooLargeToKeep": len(json.dumps(bad))}]}]


def _within(tag: bytes, content: bytes) -> bytes:
    """A field of protobuf that holds `content`."""
    size, left = bytearray(), len(content)
    while left > 127:
        size.append(left & 127 | 128)
        left >>= 7
    return tag + bytes([*size, left]) + content


@pytest.mark.parametrize(
    "body",
    [
        b"\x0a\x00" * (5 * _MIB),
        _within(b"\x0a", b"\x12\x00" * (5 * _MIB)),
        _within(b"\x0a", _within(b"\x12", b"\x12\x00" * (5 * _MIB))),
        b'{"resourceSpans":[' + b"{}," * (2 * _MIB) + b"{}]}",
    ],
    ids=["resources", "scopes", "spans", "json"],
)
def test_huge_arrays(body: bytes) -> None:
    """Too many records are refused before they are unfolded, so memory stays within a small multiple of the body."""
    content_type = JSON if body[:1] == b"{" else PROTOBUF
    with http_receiver() as http:
        http.post("/v1/traces", b"{}", Content_Type=JSON)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        reply = http.post("/v1/traces", body, Content_Type=content_type)
        grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert reply.status == 413
        assert b"expected at most 500,000 records in one request, got more" in reply.body
        assert grown_kib < 60 * len(body) >> 10
        assert http.post("/v1/traces", traces(GOOD_SPAN), Content_Type=JSON).body == b"{}"


def test_bombs_do_not_inflate() -> None:
    """A gigabyte of zeros in a megabyte of gzip is refused without ever being made."""
    bomb = gzip.compress(bytes(1 << 30), 1)
    with http_receiver() as http:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in range(3):
            reply = http.post("/v1/traces", bomb, Content_Type=PROTOBUF, Content_Encoding="gzip")
            assert reply.status == 413
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400 << 10


def test_details_are_any() -> None:
    """Details in JSON are the protobuf JSON of Any: they name their type."""
    case = CASES[0]
    (detail,) = as_json(status_of(case))["details"]
    assert detail["@type"] == "type.googleapis.com/google.rpc.BadRequest"
    assert isinstance(status_of(case).details[0], AnyMessage)
