"""Journal records as an OTLP request, with OpenTelemetry's attribute names.

The protobuf messages are filled in place. Going by way of the SDK's
`ReadableSpan` and its encoder costs four times the CPU; see
docs/decisions/0006-otlp-without-the-exporter.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from pyflare.schema.records import SpanEnd, WriterInfo
from pyflare.semconv import (
    COLUMN_ATTRIBUTES,
    DEFAULT_PROJECT,
    MIME_TYPE_ATTRIBUTES,
    OPERATION_NAME,
    PROJECT,
    SERVICE_NAME,
    TIME_TO_FIRST_CHUNK,
    TYPE_OPERATIONS,
)

_SAMPLED: Final = 1
_KINDS: Final = tuple(Span.SpanKind.values())[1:]  # OTLP has "unspecified" before OpenTelemetry's own
_STATUS_CODES: Final = tuple(Status.StatusCode.values())
_TOOL_CONTENT: Final = {"input": "gen_ai.tool.call.arguments", "output": "gen_ai.tool.call.result"}


def encode_request(info: WriterInfo, spans: Iterable[SpanEnd]) -> bytes:
    """One export request for spans of one process."""
    request = ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add()
    fill_attributes(resource_spans.resource.attributes, _resource(info))
    scopes: dict[tuple[str | None, str | None], Any] = {}
    for span in spans:
        scope = span.scope_name, span.scope_version
        if scope not in scopes:
            scope_spans = resource_spans.scope_spans.add()
            scope_spans.scope.name = scope[0] or "pyflare"
            scope_spans.scope.version = scope[1] or ""
            scopes[scope] = scope_spans.spans
        encode_span(scopes[scope].add(), span)
    return bytes(request.SerializeToString())


def _resource(info: WriterInfo) -> dict[str, Any]:
    # The pid is the journal's: a forked child inherits its parent's resource.
    project = {} if info.project == DEFAULT_PROJECT else {PROJECT: info.project}
    return {
        SERVICE_NAME: info.service_name,
        "host.name": info.host,
        **project,
        **info.resource,
        "process.pid": info.pid,
    }


def encode_span(message: Span, span: SpanEnd) -> None:
    """Fill an OTLP span from a record."""
    message.trace_id = span.trace_id
    message.span_id = span.span_id
    message.name = span.name
    message.kind = _KINDS[span.span_kind]
    message.start_time_unix_nano = span.start_unix_ns
    message.end_time_unix_nano = span.start_unix_ns + span.duration_ns
    message.flags = _SAMPLED
    if span.parent_span_id is not None:
        message.parent_span_id = span.parent_span_id
    if span.trace_state:
        message.trace_state = span.trace_state
    if span.status_code:
        message.status.code = _STATUS_CODES[span.status_code]
        message.status.message = span.status_message or ""
    fill_attributes(message.attributes, attributes_of(span))
    for unix_ns, name, attributes in span.events or ():
        event = message.events.add(time_unix_nano=unix_ns, name=name)
        fill_attributes(event.attributes, attributes or {})
    for trace_id, span_id, trace_state, attributes in span.links or ():
        link = message.links.add(trace_id=trace_id, span_id=span_id, trace_state=trace_state or "")
        fill_attributes(link.attributes, attributes or {})


def attributes_of(span: SpanEnd) -> dict[str, Any]:
    """A span's attributes as OTLP has them: its own, and those that stand for its columns."""
    attributes = dict(span.attributes or {})
    if span.inference_type is not None:
        attributes[COLUMN_ATTRIBUTES["inference_type"]] = span.inference_type
        operation = TYPE_OPERATIONS.get(span.inference_type)
        if operation is not None:
            attributes.setdefault(OPERATION_NAME, operation)
    for columns in (span.scope, span.fields):
        for name, value in (columns or {}).items():
            if name in COLUMN_ATTRIBUTES:
                attributes[COLUMN_ATTRIBUTES[name]] = value
            elif name == "time_to_first_chunk_ns":
                attributes[TIME_TO_FIRST_CHUNK] = value / 1e9
    if "session.id" in attributes:
        attributes.setdefault("gen_ai.conversation.id", attributes["session.id"])
    _add_content(attributes, "input", span.input, is_tool=span.inference_type == "tool")
    _add_content(attributes, "output", span.output, is_tool=span.inference_type == "tool")
    return attributes


def _add_content(attributes: dict[str, Any], column: str, content: bytes | None, *, is_tool: bool) -> None:
    if content is None:
        return
    name = _TOOL_CONTENT[column] if is_tool else COLUMN_ATTRIBUTES[column]
    attributes[name] = content.decode()
    if name in MIME_TYPE_ATTRIBUTES:
        attributes[MIME_TYPE_ATTRIBUTES[name]] = "application/json"


def fill_attributes(target: Any, attributes: Mapping[str, Any]) -> None:
    """Add attributes to a repeated field of KeyValue."""
    for key, value in attributes.items():
        set_value(target.add(key=key).value, value)


def set_value(target: AnyValue, value: Any) -> None:
    """Set an AnyValue; None leaves it empty."""
    kind = type(value)
    if kind is str:
        target.string_value = value
    elif kind is bool:
        target.bool_value = value
    elif kind is int:
        _set_integer(target, value)
    elif kind is float:
        target.double_value = value
    elif value is None:
        target.SetInParent()
    elif isinstance(value, bytes):
        target.bytes_value = value
    elif isinstance(value, Mapping):
        target.kvlist_value.SetInParent()
        fill_attributes(target.kvlist_value.values, {str(key): member for key, member in value.items()})
    elif isinstance(value, Sequence):
        target.array_value.SetInParent()
        for item in value:
            set_value(target.array_value.values.add(), item)


def _set_integer(target: AnyValue, value: int) -> None:
    try:
        target.int_value = value
    except ValueError:  # beyond 64 bits
        target.string_value = str(value)
