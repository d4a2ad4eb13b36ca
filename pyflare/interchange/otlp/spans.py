"""Rows of `spans` as OTLP.

A span that came over OTLP goes out as it came: from its attributes, and from the
column `otlp` for what has no column. A span that a process of PyFlare recorded
goes out as its process would have shipped it, by the same code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.interchange.otlp.request import RequestBuilder
from pyflare.interchange.otlp.rows import Row, attributes_of, mapping_of, plain_rows
from pyflare.schema.records import SpanEnd
from pyflare.semconv import COLUMN_ATTRIBUTES
from pyflare.store.decode.spans import SPAN_KINDS, STATUS_CODES
from pyflare.store.journal.format import WRITER_ID
from pyflare.tracing.shipping.encode import encode_span, fill_attributes

_RECORDED_HERE: Final = '"telemetry.sdk.name":"pyflare"'
"""Stands in the resource of spans that PyFlare recorded. What shipped them sets the flags, what records them does not."""
_OTLP_COLUMNS: Final = (
    "trace_id",
    "span_id",
    "parent_span_id",
    "trace_state",
    "start_time",
    "duration_ns",
    "service_name",
    "operation_name",
    "span_kind",
    "status_code",
    "status_message",
    "attributes",
    "attribute_types",
    "events",
    "links",
    "resource",
    "scope_name",
    "scope_version",
    "trace_flags",
    "otlp",
)
_FIELDS: Final = (
    "time_to_first_chunk_ns",
    *(name for name in COLUMN_ATTRIBUTES if name not in {"inference_type", "input", "output"}),
)
_OWN_COLUMNS: Final = (*_OTLP_COLUMNS, "inference_type", "input", "output", "writer_id", *_FIELDS)


def add_spans(builder: RequestBuilder, spans: pa.Table) -> None:
    """Add the spans of a table to a request."""
    own = pc.and_(
        pc.and_(pc.is_null(spans["trace_flags"]), pc.is_null(spans["otlp"])),
        pc.fill_null(pc.match_substring(spans["resource"], _RECORDED_HERE), False),
    )
    if pc.any(own).as_py():
        for row, is_own in zip(plain_rows(spans.select([*_OWN_COLUMNS])), own.to_pylist(), strict=True):
            (_add_own if is_own else _add)(builder, row)
    else:
        for row in plain_rows(spans.select([*_OTLP_COLUMNS])):
            _add(builder, row)


def _add(builder: RequestBuilder, row: Row) -> None:
    rest = builder.rest(row).get("span", {})
    span = builder.records(row).add(
        trace_id=bytes.fromhex(row["trace_id"]),
        span_id=bytes.fromhex(row["span_id"]),
        parent_span_id=bytes.fromhex(row["parent_span_id"] or ""),
        trace_state=row["trace_state"] or "",
        name=row["operation_name"] or "",
        kind=rest.get("kind", _kind(row) + 1),
        start_time_unix_nano=rest.get("startTimeUnixNano", row["start_time"]),
        end_time_unix_nano=rest.get("endTimeUnixNano", _end_ns(row)),
        flags=row["trace_flags"] or 0,
        dropped_attributes_count=rest.get("droppedAttributesCount", 0),
        dropped_events_count=rest.get("droppedEventsCount", 0),
        dropped_links_count=rest.get("droppedLinksCount", 0),
    )
    _set_status(span, row, rest.get("status", {}))
    fill_attributes(span.attributes, attributes_of(row["attributes"], row["attribute_types"]))
    _add_events(span, row, rest.get("events", {}))
    _add_links(span, row, rest.get("links", {}))


def _kind(row: Row) -> int:
    return SPAN_KINDS.index(row["span_kind"]) if row["span_kind"] in SPAN_KINDS else 0


def _status(row: Row) -> int:
    return STATUS_CODES.index(row["status_code"]) if row["status_code"] in STATUS_CODES else 0


def _end_ns(row: Row) -> int:
    return 0 if row["duration_ns"] is None else row["start_time"] + row["duration_ns"]


def _set_status(span: Any, row: Row, rest: Mapping[str, Any]) -> None:
    code = rest.get("code", _status(row))
    if code or row["status_message"]:
        span.status.code = code
        span.status.message = row["status_message"] or ""


def _add_events(span: Any, row: Row, rests: Mapping[str, Any]) -> None:
    for number, event in enumerate(row["events"] or ()):
        rest = rests.get(str(number), {})
        message = span.events.add(
            time_unix_nano=rest.get("timeUnixNano", event["time"] or 0),
            name=event["name"] or "",
            dropped_attributes_count=rest.get("droppedAttributesCount", 0),
        )
        fill_attributes(message.attributes, mapping_of(event["attributes"]))


def _add_links(span: Any, row: Row, rests: Mapping[str, Any]) -> None:
    for number, link in enumerate(row["links"] or ()):
        rest = rests.get(str(number), {})
        message = span.links.add(
            trace_id=bytes.fromhex(link["trace_id"] or ""),
            span_id=bytes.fromhex(link["span_id"] or ""),
            trace_state=link["trace_state"] or "",
            dropped_attributes_count=rest.get("droppedAttributesCount", 0),
            flags=rest.get("flags", 0),
        )
        fill_attributes(message.attributes, mapping_of(link["attributes"]))


def _add_own(builder: RequestBuilder, row: Row) -> None:
    span = builder.records(row, scope_name="pyflare", own=_process(row["writer_id"])).add()
    encode_span(span, _record(row))
    if row["duration_ns"] is None:
        span.end_time_unix_nano = 0


def _process(writer_id: str | None) -> dict[str, Any]:
    """The pid is the journal's: a forked child inherits its parent's resource."""
    if writer_id is None or not WRITER_ID.fullmatch(writer_id):
        return {}
    return {"process.pid": int(writer_id.split("-")[1])}


def _record(row: Row) -> SpanEnd:
    """The record that the row was made of."""
    return SpanEnd(
        trace_id=bytes.fromhex(row["trace_id"]),
        span_id=bytes.fromhex(row["span_id"]),
        parent_span_id=bytes.fromhex(row["parent_span_id"]) if row["parent_span_id"] else None,
        name=row["operation_name"] or "",
        inference_type=row["inference_type"],
        start_unix_ns=row["start_time"],
        input=row["input"].encode() if row["input"] is not None else None,
        scope=None,
        fields={name: row[name] for name in _FIELDS if row[name] is not None},
        duration_ns=row["duration_ns"] or 0,
        output=row["output"].encode() if row["output"] is not None else None,
        status_code=_status(row),
        status_message=row["status_message"],
        attributes=attributes_of(row["attributes"], row["attribute_types"]),
        events=[(event["time"], event["name"], mapping_of(event["attributes"])) for event in row["events"] or ()],
        links=[
            (
                bytes.fromhex(link["trace_id"] or ""),
                bytes.fromhex(link["span_id"] or ""),
                link["trace_state"],
                mapping_of(link["attributes"]),
            )
            for link in row["links"] or ()
        ],
        span_kind=_kind(row),
        scope_name=row["scope_name"],
        scope_version=row["scope_version"],
        trace_state=row["trace_state"],
    )
