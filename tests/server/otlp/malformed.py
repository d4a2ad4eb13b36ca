"""Requests with something wrong with them, and what OTLP has a receiver answer."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass
from typing import Any, Final

import zstandard
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from pyflare.otlp import SHAPES

LIMIT_BYTES: Final = 1 << 20
"""The receivers' limit in these tests."""
JSON: Final = "application/json"
PROTOBUF: Final = "application/x-protobuf"
TRACE_ID: Final = "5b8efff798038103d269b633813fc60c"
SPAN_ID: Final = "eee19b7ec3c1b174"
TIME: Final = "1544712660000000000"
IN_2262: Final = str(2**63)
GOOD_SPAN: Final = {"traceId": TRACE_ID, "spanId": SPAN_ID, "name": "good", "startTimeUnixNano": TIME}
_NO_PROTOBUF: Final = "expected an {} in protobuf, got bytes that are none"
_TOO_LARGE: Final = (
    f"expected a request of at most {LIMIT_BYTES:,} bytes, decompressed; got more. Send fewer records at once."
)
_TIME: Final = "expected nanoseconds since 1970, at most 2^63 - 1 (the year 2262), got 9223372036854775808"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A request, and the whole of its answer."""

    name: str
    body: bytes
    signal: str = "traces"
    content_type: str | None = JSON
    headers: tuple[tuple[str, str], ...] = ()
    status: int = 400
    code: int = 3
    message: str
    """Of google.rpc.Status, or of the partial success."""
    rejected: int = 0
    """How many records a partial success refuses; the status is then 200."""
    kept: int = 0
    """How many records are kept all the same."""


def traces(*spans: Any) -> bytes:
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).encode()


def metrics(*metrics: Any) -> bytes:
    return json.dumps({"resourceMetrics": [{"scopeMetrics": [{"metrics": metrics}]}]}).encode()


def logs(*records: Any) -> bytes:
    return json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}).encode()


def nested(depth: int) -> Any:
    value: dict[str, Any] = {"intValue": 1}
    for _ in range(depth):
        value = {"arrayValue": {"values": [value]}}
    return value


def protobuf_span(**fields: Any) -> bytes:
    """A request with a good span, a span with `fields`, and another good one."""
    good = {"trace_id": bytes.fromhex(TRACE_ID), "span_id": bytes.fromhex(SPAN_ID), "start_time_unix_nano": int(TIME)}
    spans = [good, good | fields, good]
    return ExportTraceServiceRequest(resource_spans=[{"scope_spans": [{"spans": spans}]}]).SerializeToString()


def _unreadable() -> list[Case]:
    """Bodies that are no request."""
    prefix = "expected OTLP/JSON of traces: "

    def bad_json(name: str, body: bytes, message: str) -> Case:
        return Case(name=name, body=body, message=prefix + message)

    def bad_protobuf(name: str, body: bytes, signal: str = "traces") -> Case:
        request = SHAPES[signal].request.DESCRIPTOR.name  # type: ignore[index]
        return Case(name=name, body=body, signal=signal, content_type=PROTOBUF, message=_NO_PROTOBUF.format(request))

    whole = protobuf_span()
    return [
        bad_json("json: nothing", b"", "Input data was truncated"),
        bad_json("json: cut short", traces(GOOD_SPAN)[:-9], "Input data was truncated"),
        bad_json("json: text", b'"spans"', "Expected `object`, got `str`"),
        bad_json("json: a number", b"12", "Expected `object`, got `int`"),
        bad_json("json: null", b"null", "Expected `object`, got `null`"),
        bad_json("json: an array", b"[]", "Expected `object`, got `array`"),
        bad_json("json: two documents", b"{}{}", "JSON is malformed: trailing characters (byte 3)"),
        bad_json("json: no quotes", b"{a:1}", "JSON is malformed: object keys must be strings (byte 1)"),
        bad_json("json: protobuf", whole, "'utf-8' codec can't decode byte 0x8e in position 9: invalid start byte"),
        bad_json(
            "json: invalid UTF-8",
            b'{"x": "\xff"}',
            "'utf-8' codec can't decode byte 0xff in position 7: invalid start byte",
        ),
        bad_json(
            "json: UTF-16",
            "{}".encode("utf-16"),
            "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
        ),
        bad_json("json: deep", b'{"x":' + b"[" * 200_000 + b"]" * 200_000 + b"}", "expected values nested less deep"),
        bad_json(
            "json: resources of the wrong type",
            b'{"resourceSpans": {}}',
            "Expected `array | null`, got `object` - at `$.resourceSpans`",
        ),
        bad_json(
            "json: a resource that is null",
            b'{"resourceSpans": [null]}',
            "Expected `object`, got `null` - at `$.resourceSpans[0]`",
        ),
        bad_json(
            "json: spans of the wrong type",
            b'{"resourceSpans": [{"scopeSpans": [{"spans": "x"}]}]}',
            "Expected `array | null`, got `str` - at `$.resourceSpans[0].scopeSpans[0].spans`",
        ),
        bad_json(
            "json: a resource's attribute of the wrong type",
            b'{"resourceSpans": [{"resource": {"attributes": [{"key": 1}]}}]}',
            "Expected `str | null`, got `int` - at `$.resourceSpans[0].resource.attributes[0].key`",
        ),
        bad_protobuf("protobuf: JSON", b'{"resourceSpans": []}'),
        bad_protobuf("protobuf: cut short", whole[:-5]),
        bad_protobuf("protobuf: a length beyond the end", b"\x0a\x7f"),
        bad_protobuf("protobuf: a varint without end", b"\x0a" + b"\xff" * 11),
        bad_protobuf("protobuf: a group without end", b"\x0b"),
        bad_protobuf("protobuf: field 0", b"\x02\x00"),
        bad_protobuf("protobuf: random", bytes(range(255, 0, -1)), "metrics"),
        bad_protobuf("protobuf: text", b"hello", "logs"),
        bad_protobuf("protobuf: invalid UTF-8 in a schema URL", b"\x0a\x03\x1a\x01\xff"),
        bad_protobuf("protobuf: invalid UTF-8 in a resource", b"\x0a\x07\x0a\x05\x0a\x03\x0a\x01\xff"),
    ]


def _compressed() -> list[Case]:
    """Bodies that do not decompress, or decompress to too much."""
    body = traces(GOOD_SPAN)
    bomb = b" " * (LIMIT_BYTES + 1)

    def bad(name: str, body: bytes, compression: str, message: str) -> Case:
        text = f"expected a body in {compression}, got {message}"
        return Case(name=name, body=body, headers=(("Content-Encoding", compression),), message=text)

    def large(name: str, body: bytes, compression: str = "") -> Case:
        headers = (("Content-Encoding", compression),) if compression else ()
        return Case(name=name, body=body, headers=headers, status=413, code=8, message=_TOO_LARGE)

    wrong = bytearray(gzip.compress(body))
    wrong[-5] ^= 1
    wide = zstandard.ZstdCompressor(compression_params=zstandard.ZstdCompressionParameters(window_log=27)).compressobj()
    return [
        bad("gzip: none", body, "gzip", "Error -3 while decompressing data: incorrect header check"),
        bad("gzip: nothing", b"", "gzip", "one that is cut short"),
        bad("gzip: cut short", gzip.compress(body)[:-10], "gzip", "one that is cut short"),
        bad("gzip: wrong checksum", bytes(wrong), "gzip", "Error -3 while decompressing data: incorrect data check"),
        bad(
            "gzip: garbage behind",
            gzip.compress(body) + b"x" * 20,
            "gzip",
            "Error -3 while decompressing data: incorrect header check",
        ),
        bad("gzip: very many members", gzip.compress(b"") * 1000, "gzip", "one of more than 16 members"),
        bad("deflate: cut short", zlib.compress(body)[:-1], "deflate", "one that is cut short"),
        bad("deflate: garbage behind", zlib.compress(body) + b"x", "deflate", "1 bytes too many"),
        bad("zstd: none", body, "zstd", "zstd decompressor error: Unknown frame descriptor"),
        bad("zstd: cut short", zstandard.compress(body)[:-5], "zstd", "one that is cut short"),
        bad("zstd: very many frames", zstandard.compress(b"") * 1000, "zstd", "one of more than 16 frames"),
        bad(
            "zstd: a window of 128 MiB",
            wide.compress(body) + wide.flush(),
            "zstd",
            "zstd decompressor error: Frame requires too much memory for decoding",
        ),
        large("too large", bomb),
        large("gzip: a bomb", gzip.compress(bomb), "gzip"),
        large("gzip: a bomb in two members", gzip.compress(bomb[: LIMIT_BYTES // 2 + 1]) * 2, "gzip"),
        large("deflate: a bomb", zlib.compress(bomb), "deflate"),
        large("zstd: a bomb", zstandard.compress(bomb), "zstd"),
        Case(
            name="an unknown compression",
            body=body,
            headers=(("Content-Encoding", "br"),),
            status=415,
            message="expected a content encoding of deflate, gzip, x-gzip, zstd or none, got br",
        ),
    ]


def _invalid_spans() -> list[Case]:
    """Spans that are refused while their neighbours are kept."""

    def bad(name: str, message: str, /, **fields: Any) -> Case:
        body = traces(GOOD_SPAN, GOOD_SPAN | fields, GOOD_SPAN)
        return Case(name=f"span: {name}", body=body, status=200, rejected=1, kept=2, message=message)

    def bad_protobuf(name: str, message: str, /, **fields: Any) -> Case:
        body = protobuf_span(**fields)
        return Case(
            name=f"protobuf span: {name}",
            body=body,
            content_type=PROTOBUF,
            status=200,
            rejected=1,
            kept=2,
            message=message,
        )

    not_16 = "traceId: expected 16 bytes that are not all zero, got {}"
    not_8 = "spanId: expected 8 bytes that are not all zero, got {}"
    return [
        bad("no trace id", not_16.format("none"), traceId=""),
        bad("a trace id of 8 bytes", not_16.format("8 bytes"), traceId=SPAN_ID),
        bad("a trace id of zeros", not_16.format("zeros"), traceId="0" * 32),
        bad("a trace id that is not hex", "traceId: expected 32 hex digits, got 'trace'", traceId="trace"),
        bad("no span id", not_8.format("none"), spanId=None),
        bad("a span id of 16 bytes", not_8.format("16 bytes"), spanId=TRACE_ID),
        bad("a span id of zeros", not_8.format("zeros"), spanId="0" * 16),
        bad("a parent of 4 bytes", "parentSpanId: expected 8 bytes or none, got 4", parentSpanId="00000001"),
        bad("no start", "startTimeUnixNano: expected nanoseconds since 1970, got 0 or none", startTimeUnixNano=None),
        bad("a start in 2262", f"startTimeUnixNano: {_TIME}", startTimeUnixNano=IN_2262),
        bad("an end in 2262", f"endTimeUnixNano: {_TIME}", endTimeUnixNano=IN_2262),
        bad("an event in 2262", f"an event's timeUnixNano: {_TIME}", events=[{"timeUnixNano": IN_2262}]),
        bad("a start before 1970", "startTimeUnixNano: Value out of range: -1", startTimeUnixNano="-1"),
        bad(
            "a link to 4 bytes",
            "expected a link's ids to have 16 and 8 bytes, got 4 and 0",
            links=[{"traceId": "00000001"}],
        ),
        bad("a name of the wrong type", "Expected `str | null`, got `object` - at `$.name`", name={}),
        bad("attributes of the wrong type", "Expected `array | null`, got `object` - at `$.attributes`", attributes={}),
        bad(
            "an integer beyond 64 bits",
            "attributes: Value out of range: 9223372036854775808",
            attributes=[{"key": "k", "value": {"intValue": IN_2262}}],
        ),
        bad(
            "a value nested too deep",
            "attributes: expected arrays and kvlists nested at most 28 deep, got more",
            attributes=[{"key": "k", "value": nested(29)}],
        ),
        Case(
            name="span: a number",
            body=traces(GOOD_SPAN, 5),
            status=200,
            rejected=1,
            kept=1,
            message="Expected `object`, got `int`",
        ),
        bad_protobuf("a trace id of 15 bytes", not_16.format("15 bytes"), trace_id=b"x" * 15),
        bad_protobuf("a span id of 9 bytes", not_8.format("9 bytes"), span_id=b"x" * 9),
        bad_protobuf("a start in 2262", f"startTimeUnixNano: {_TIME}", start_time_unix_nano=int(IN_2262)),
        Case(
            name="protobuf span: invalid UTF-8",
            body=protobuf_span(name="\x01\x02").replace(b"\x01\x02", b"\xff\xff"),
            content_type=PROTOBUF,
            status=200,
            rejected=1,
            kept=2,
            message="expected protobuf with texts in UTF-8 and values nested less than 100 deep, got bytes that are not",
        ),
    ]


def _invalid_points_and_logs() -> list[Case]:
    good = {"asInt": 1, "timeUnixNano": TIME}

    def points(name: str, message: str, *bad: Any, kind: str = "gauge", rejected: int = 1, kept: int = 1) -> Case:
        body = metrics({"name": "m", kind: {"dataPoints": [good, *bad] if kind == "gauge" else [*bad]}})
        return Case(
            name=f"metric: {name}",
            signal="metrics",
            body=body,
            status=200,
            rejected=rejected,
            kept=kept,
            message=message,
        )

    return [
        points("no time", "timeUnixNano: expected nanoseconds since 1970, got 0 or none", {"asInt": 1}),
        points("in 2262", f"timeUnixNano: {_TIME}", good | {"timeUnixNano": IN_2262}),
        points("a start in 2262", f"startTimeUnixNano: {_TIME}", good | {"startTimeUnixNano": IN_2262}),
        points(
            "buckets that do not fit their bounds",
            "expected one more of bucketCounts than of explicitBounds, got 1 and 1",
            {"timeUnixNano": TIME, "count": 1, "bucketCounts": [1], "explicitBounds": [1.0]},
            kind="histogram",
            kept=0,
        ),
        points(
            "a count beyond 63 bits",
            "count: expected at most 2^63 - 1, got 9223372036854775808",
            {"timeUnixNano": TIME, "count": IN_2262},
            kind="summary",
            kept=0,
        ),
        points(
            "points that cannot be read",
            "gauge: dataPoints: asInt: expected an integer, got 'x'",
            good | {"asInt": "x"},
            rejected=2,
            kept=0,
        ),
        Case(
            name="metric: no name",
            signal="metrics",
            body=metrics({"gauge": {"dataPoints": [good, good]}}, {"name": "m", "gauge": {"dataPoints": [good]}}),
            status=200,
            rejected=2,
            kept=1,
            message="expected the metric to have a name, got none",
        ),
        Case(
            name="log: in 2262",
            signal="logs",
            body=logs({"timeUnixNano": IN_2262}, {"timeUnixNano": TIME}),
            status=200,
            rejected=1,
            kept=1,
            message=f"timeUnixNano or observedTimeUnixNano: {_TIME}",
        ),
        Case(
            name="log: a severity of the wrong type",
            signal="logs",
            body=logs({"severityNumber": {}}, {}),
            status=200,
            rejected=1,
            kept=1,
            message="Expected `int | float | str | null`, got `object` - at `$.severityNumber`",
        ),
    ]


CASES: Final = (*_unreadable(), *_compressed(), *_invalid_spans(), *_invalid_points_and_logs())
