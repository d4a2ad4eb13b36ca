"""What a process writes to its journal: one msgpack array per record.

The hot path builds these arrays by position (`SPAN_END_TAG, trace_id, …`), and
readers decode them into the structs below, so the order of fields is the format.
Fields are only ever added at the end, with a default.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

SPAN_START_TAG: Final = 1
SPAN_END_TAG: Final = 2
ROW_TAG: Final = 3
PAYLOAD_TAG: Final = 4
VERDICT_TAG: Final = 5
REQUEST_TAG: Final = 6


class SpanStart(msgspec.Struct, array_like=True, tag=SPAN_START_TAG, frozen=True, gc=False):
    """A span has begun: enough to show it while it runs, or after its process died."""

    trace_id: bytes  # 16 bytes, big endian
    span_id: bytes  # 8 bytes, big endian
    parent_span_id: bytes | None
    name: str
    inference_type: str | None
    start_unix_ns: int
    input: bytes | None = None  # JSON, left out where it is large
    scope: dict[str, Any] | None = None  # columns of SCOPE_COLUMNS, by name
    fields: dict[str, Any] | None = None  # other columns of `spans`, by name


class SpanEnd(msgspec.Struct, array_like=True, tag=SPAN_END_TAG, frozen=True, gc=False):
    """A span, whole. It supersedes its SpanStart."""

    trace_id: bytes
    span_id: bytes
    parent_span_id: bytes | None
    name: str
    inference_type: str | None
    start_unix_ns: int
    input: bytes | None  # JSON
    scope: dict[str, Any] | None
    fields: dict[str, Any] | None
    duration_ns: int
    output: bytes | None = None  # JSON
    status_code: int = 0  # 0 unset, 1 ok, 2 error
    status_message: str | None = None
    attributes: dict[str, Any] | None = None
    events: list[tuple[int, str, dict[str, Any] | None]] | None = None  # unix ns, name, attributes
    # trace id, span id, tracestate, attributes
    links: list[tuple[bytes, bytes, str | None, dict[str, Any] | None]] | None = None
    span_kind: int = 0  # OpenTelemetry's SpanKind: 0 internal, 1 server, 2 client, 3 producer, 4 consumer
    scope_name: str | None = None
    scope_version: str | None = None
    trace_state: str | None = None


class Row(msgspec.Struct, array_like=True, tag=ROW_TAG, frozen=True):
    """A row of any other table, by column name. Times are unix nanoseconds."""

    table: str
    values: dict[str, Any]


class Payload(msgspec.Struct, array_like=True, tag=PAYLOAD_TAG, frozen=True, gc=False):
    """Content too large for its span."""

    content_id: str  # SHA-256, hex
    unix_ns: int
    content: bytes
    truncated: bool


class Verdict(msgspec.Struct, array_like=True, tag=VERDICT_TAG, frozen=True, gc=False):
    """The tail sampler's word on a trace of this process: do not keep it."""

    trace_id: bytes


class Request(msgspec.Struct, array_like=True, tag=REQUEST_TAG, frozen=True, gc=False):
    """An OTLP export request as it was accepted; it is decoded when it is read."""

    signal: str  # traces, metrics or logs
    unix_ns: int  # when it was accepted
    body: bytes  # Export…ServiceRequest as protobuf, checked: every record in it is valid
    project: str | None = None  # the journal's, where left out


Record = SpanStart | SpanEnd | Row | Payload | Verdict | Request


class WriterInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a journal says of its process, once."""

    writer_id: str
    schema_version: int
    pid: int
    host: str
    started_unix_ns: int
    project: str
    service_name: str
    resource: dict[str, Any]
    keep: bool = True
    """False where the journal is only the spool of an OTLP destination."""
    destinations: list[str] = []
    """Names of the OTLP destinations that still want these records."""
    forked_from: str | None = None
    receives: bool = False
    """Whether it holds requests of other programs, and not spans of its own."""


encode_record = msgspec.msgpack.Encoder().encode
decode_record = msgspec.msgpack.Decoder(Record).decode
