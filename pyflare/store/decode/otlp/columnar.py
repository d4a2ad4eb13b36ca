"""The fast engine: ptars turns protobuf into nested Arrow, and Arrow's kernels flatten it.

No Python object is made per span or attribute. Only what is rare or repeats
(events, links, resources, arrays, doubles) passes through Python, each distinct
value once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValueList
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from pyflare.schema.records import Request, WriterInfo
from pyflare.store.decode.otlp.attributes import TYPE_CODES, Attributes
from pyflare.store.decode.otlp.logs import LogArrays, body_text
from pyflare.store.decode.otlp.origins import Origins
from pyflare.store.decode.otlp.spans import SpanArrays
from pyflare.store.decode.otlp.values import mapping_of, value_of
from pyflare.store.decode.otlp.wire import request_descriptor
from pyflare.store.decode.typed import typed_text

WORTHWHILE_BYTES: Final = 64 << 10
"""Below this size of all requests protobuf's objects are faster."""


@cache
def is_available() -> bool:
    """Whether ptars is installed; it comes with the extra `server`."""
    return find_spec("ptars") is not None


@cache
def _handler(signal: str) -> Any:
    import ptars

    descriptor = request_descriptor(signal)
    return ptars.HandlerPool([descriptor.file]).get_for_message(descriptor)


def span_arrays(requests: Sequence[Request], info: WriterInfo) -> SpanArrays:
    """The spans of some requests that protobuf's own parser has accepted."""
    origins = Origins(info)
    origin, _, spans = _records("traces", requests, origins)
    status = spans.field("status")
    return SpanArrays(
        origins=origins.all,
        origin=origin,
        trace_id=spans.field("trace_id").to_pylist(),
        span_id=spans.field("span_id").to_pylist(),
        parent_span_id=spans.field("parent_span_id").to_pylist(),
        trace_state=spans.field("trace_state"),
        name=spans.field("name"),
        kind=spans.field("kind"),
        start_ns=spans.field("start_time_unix_nano"),
        end_ns=spans.field("end_time_unix_nano"),
        status_code=pc.fill_null(pc.struct_field(status, "code"), 0),
        status_message=pc.fill_null(pc.struct_field(status, "message"), ""),
        flags=spans.field("flags"),
        dropped_attributes=spans.field("dropped_attributes_count"),
        dropped_events=spans.field("dropped_events_count"),
        dropped_links=spans.field("dropped_links_count"),
        attributes=_attributes(spans.field("attributes")),
        events=_messages(spans.field("events"), Span.Event.FromString),
        links=_messages(spans.field("links"), Span.Link.FromString),
    )


def log_arrays(requests: Sequence[Request], info: WriterInfo) -> LogArrays:
    """The log records of some requests that protobuf's own parser has accepted."""
    origins = Origins(info)
    origin, of_request, logs = _records("logs", requests, origins)
    accepted_ns = pa.array([request.unix_ns for request in requests], pa.int64())
    return LogArrays(
        origins=origins.all,
        origin=origin,
        accepted_ns=accepted_ns.take(of_request),
        time_ns=logs.field("time_unix_nano"),
        observed_ns=logs.field("observed_time_unix_nano"),
        severity_number=logs.field("severity_number"),
        severity_text=logs.field("severity_text"),
        body=_each_distinct(logs.field("body"), lambda body: body_text(AnyValue.FromString(body))),
        event_name=logs.field("event_name"),
        trace_id=logs.field("trace_id").to_pylist(),
        span_id=logs.field("span_id").to_pylist(),
        flags=logs.field("flags"),
        dropped_attributes=logs.field("dropped_attributes_count"),
        attributes=_attributes(logs.field("attributes")),
    )


def _records(signal: str, requests: Sequence[Request], origins: Origins) -> tuple[pa.Array, pa.Array, pa.StructArray]:
    """For each record the code of its origin and the position of its request; and the records."""
    batch = _handler(signal).list_to_record_batch([request.body for request in requests])
    resource_lists = batch.column("resources")
    resources = resource_lists.flatten()
    scope_lists = resources.field("scopes")
    scopes = scope_lists.flatten()
    record_lists = scopes.field("records")
    request_of = pc.list_parent_indices(resource_lists)
    resource_of = pc.list_parent_indices(scope_lists)
    projects = [request.project for request in requests]
    around = [*zip(request_of.to_pylist(), *_columns(resources, "resource"), strict=True)]
    codes = []
    for position, scope, scope_url in zip(resource_of.to_pylist(), *_columns(scopes, "scope"), strict=True):
        request, resource, url = around[position]
        codes.append(origins.code(projects[request], resource, url, scope, scope_url))
    scope_of = pc.list_parent_indices(record_lists)
    return (
        pa.array(codes, pa.int32()).take(scope_of),
        request_of.take(resource_of).take(scope_of),
        record_lists.flatten(),
    )


def _columns(groups: pa.StructArray, name: str) -> tuple[list[bytes], list[str]]:
    """What stands around groups of records: the message of a name, serialised, and its schema URL."""
    return groups.field(name).to_pylist(), groups.field("schema_url").to_pylist()


def _messages(lists: pa.ListArray, parse: Callable[[bytes], Any]) -> Mapping[int, Sequence[Any]]:
    """The messages of those records that have any, by position."""
    found: dict[int, list[Any]] = {}
    records = pc.list_parent_indices(lists).to_pylist()
    for record, message in zip(records, lists.flatten().to_pylist(), strict=True):
        found.setdefault(record, []).append(parse(message))
    return found


def _attributes(lists: pa.ListArray) -> Attributes:
    entries = lists.flatten()
    values = entries.field("value")
    texts = pc.struct_field(values, "string_value")
    types = pa.repeat(pa.scalar(0, pa.int8()), len(texts))
    if texts.null_count:
        not_text = pc.is_null(texts)
        other_texts, other_types = _typed(values.filter(not_text))
        texts = pc.replace_with_mask(texts, not_text, other_texts)
        types = pc.replace_with_mask(types, not_text, other_types)
    return Attributes(offsets=lists.offsets, keys=entries.field("key"), texts=texts, types=types)


def _typed(values: pa.StructArray) -> tuple[pa.Array, pa.Array]:
    """Texts and types of values that are no strings."""
    texts, types = [], []
    for type, field, to_text in _OTHERS:
        column = pc.struct_field(values, field)
        if column.null_count < len(column):
            texts.append(to_text(column))
            types.append(pc.if_else(pc.is_valid(column), pa.scalar(TYPE_CODES[type], pa.int8()), None))
    texts.append(pa.scalar("null"))
    types.append(pa.scalar(TYPE_CODES["empty"], pa.int8()))
    if len(texts) == 1:
        return pa.repeat(texts[0], len(values)), pa.repeat(types[0], len(values))
    return pc.coalesce(*texts), pc.coalesce(*types)


def _each_distinct(column: pa.Array, to_text: Callable[[Any], str]) -> pa.Array:
    """A text for each value, made once for each distinct one."""
    encoded = column.dictionary_encode()
    return pa.array([*map(to_text, encoded.dictionary.to_pylist())], pa.string()).take(encoded.indices)


def _double_texts(column: pa.Array) -> pa.Array:
    """Told apart by their bits: 0.0 and -0.0 are equal."""
    encoded = column.view(pa.int64()).dictionary_encode()
    doubles = encoded.dictionary.view(pa.float64()).to_pylist()
    return pa.array([typed_text(double)[0] for double in doubles], pa.string()).take(encoded.indices)


def _array_text(array: bytes) -> str:
    return typed_text([value_of(item) for item in ArrayValue.FromString(array).values])[0]


def _kvlist_text(kvlist: bytes) -> str:
    return typed_text(mapping_of(KeyValueList.FromString(kvlist).values))[0]


_OTHERS: Final[tuple[tuple[str, str, Callable[[pa.Array], pa.Array]], ...]] = (
    ("int", "int_value", lambda column: column.cast(pa.string())),
    ("double", "double_value", _double_texts),
    ("bool", "bool_value", lambda column: column.cast(pa.string())),
    ("array", "array_value", lambda column: _each_distinct(column, _array_text)),
    ("kvlist", "kvlist_value", lambda column: _each_distinct(column, _kvlist_text)),
    ("bytes", "bytes_value", lambda column: _each_distinct(column, lambda value: typed_text(value)[0])),
)
"""Types of values that are no strings: the type, its field, and how a column of them becomes text."""
