"""Spans, as an engine has laid them out, into the columns of `spans`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from pyflare.schema.records import WriterInfo
from pyflare.schema.tables import SPANS
from pyflare.store.decode import arrays
from pyflare.store.decode.journal import SpanState
from pyflare.store.decode.otlp.attributes import Attributes
from pyflare.store.decode.otlp.origins import Origin, OriginColumns, plain
from pyflare.store.decode.otlp.table import LATEST_NS, finish, fits, none_for, within
from pyflare.store.decode.otlp.values import mapping_of
from pyflare.store.decode.spans import SPAN_KINDS, STATUS_CODES


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanArrays:
    """n spans as arrays of OTLP's fields, in any order."""

    origins: Sequence[Origin]
    origin: pa.Array
    """int32, shape (n,): positions in `origins`."""
    trace_id: Sequence[bytes]
    span_id: Sequence[bytes]
    parent_span_id: Sequence[bytes]
    trace_state: pa.Array
    name: pa.Array
    kind: pa.Array
    """int32, shape (n,); so is `status_code`."""
    start_ns: pa.Array
    """uint64, shape (n,); so is `end_ns`."""
    end_ns: pa.Array
    status_code: pa.Array
    status_message: pa.Array
    flags: pa.Array
    """uint32, shape (n,); so are the counts of what was dropped."""
    dropped_attributes: pa.Array
    dropped_events: pa.Array
    dropped_links: pa.Array
    attributes: Attributes
    events: Mapping[int, Sequence[Span.Event]]
    """Events of those spans that have any, by position; so for `links`."""
    links: Mapping[int, Sequence[Span.Link]]


def span_table(spans: SpanArrays, info: WriterInfo) -> pa.Table:
    """The spans as rows of `spans`, sorted by start. Normalised columns are left null."""
    origins = OriginColumns(spans.origins, spans.origin, info)
    attributes, types = spans.attributes.maps()
    columns = {
        **origins.shared(),
        **_identity(spans),
        **_times(spans),
        **_status(spans),
        "attributes": attributes,
        "attribute_types": types,
        "events": arrays.events(_by_row(spans, {row: [*map(_event, of)] for row, of in spans.events.items()})),
        "links": arrays.links(_by_row(spans, {row: [*map(_link, of)] for row, of in spans.links.items()})),
        "trace_flags": none_for(spans.flags.cast(pa.int64()), 0),
        "otlp": origins.otlp(_rests(spans)),
    }
    return finish(columns, SPANS, len(spans.origin))


def _identity(spans: SpanArrays) -> dict[str, pa.Array]:
    return {
        "trace_id": arrays.hex_ids(spans.trace_id, 16),
        "span_id": arrays.hex_ids(spans.span_id, 8),
        "parent_span_id": arrays.optional_hex_ids(spans.parent_span_id),
        "trace_state": none_for(spans.trace_state, ""),
        "operation_name": spans.name,
        "span_kind": _words(SPAN_KINDS, pc.subtract(spans.kind, 1)),
        "state": pa.repeat(pa.scalar(SpanState.ENDED.value), len(spans.origin)),
    }


def _times(spans: SpanArrays) -> dict[str, pa.Array]:
    """Start and duration, within what the columns hold; `_rest` keeps what came where that differs."""
    start_ns = within(spans.start_ns)
    end_ns = within(spans.end_ns)
    duration_ns = pc.max_element_wise(pc.subtract(end_ns, start_ns), 0)
    unset = pc.equal(end_ns, 0)
    return {
        "start_time": start_ns.cast(pa.timestamp("ns")),
        "duration_ns": pc.if_else(unset, pa.scalar(None, pa.int64()), duration_ns),
    }


def _status(spans: SpanArrays) -> dict[str, pa.Array]:
    return {
        "status_code": _words(STATUS_CODES, spans.status_code),
        "status_message": none_for(spans.status_message, ""),
    }


def _words(words: Sequence[str], codes: pa.Array) -> pa.Array:
    """The words that codes stand for; a code without one stands for the first."""
    known = _is_between(codes, 0, len(words) - 1)
    return pa.array(words, pa.string()).take(pc.if_else(known, codes, 0))


def _is_between(numbers: pa.Array, least: int, most: int) -> pa.Array:
    return pc.and_(pc.greater_equal(numbers, least), pc.less_equal(numbers, most))


def _by_row(spans: SpanArrays, items: Mapping[int, Any]) -> list[Any]:
    rows: list[Any] = [None] * len(spans.origin)
    for row, found in items.items():
        rows[row] = found
    return rows


def _event(event: Span.Event) -> tuple[int, str, dict[str, Any]]:
    return event.time_unix_nano, event.name, mapping_of(event.attributes)


def _link(link: Span.Link) -> tuple[bytes, bytes, str | None, dict[str, Any]]:
    return link.trace_id, link.span_id, link.trace_state or None, mapping_of(link.attributes)


def _rests(spans: SpanArrays) -> dict[int, dict[str, Any]]:
    """What of single spans no column holds, by position, under the name `span`."""
    usual = _is_between(spans.kind, 1, len(SPAN_KINDS))
    usual = pc.and_(usual, _is_between(spans.status_code, 0, len(STATUS_CODES) - 1))
    for count in (spans.dropped_attributes, spans.dropped_events, spans.dropped_links):
        usual = pc.and_(usual, pc.equal(count, 0))
    in_order = pc.or_(pc.less_equal(spans.start_ns, spans.end_ns), pc.equal(within(spans.end_ns), 0))
    for fine in (fits(spans.start_ns), fits(spans.end_ns), in_order):
        usual = pc.and_(usual, fine)
    odd: list[int] = pc.indices_nonzero(pc.invert(usual)).to_pylist()
    rests = {row: _rest(spans, row) for row in sorted({*odd, *spans.events, *spans.links})}
    return {row: {"span": rest} for row, rest in rests.items() if rest}


def _rest(spans: SpanArrays, row: int) -> dict[str, Any]:
    kind, code = spans.kind[row].as_py(), spans.status_code[row].as_py()
    start_ns, end_ns = spans.start_ns[row].as_py(), spans.end_ns[row].as_py()
    rest = plain(
        droppedAttributesCount=spans.dropped_attributes[row].as_py(),
        droppedEventsCount=spans.dropped_events[row].as_py(),
        droppedLinksCount=spans.dropped_links[row].as_py(),
        events={str(n): rest for n, of in enumerate(spans.events.get(row, ())) if (rest := _rest_of_event(of))},
        links={str(n): rest for n, of in enumerate(spans.links.get(row, ())) if (rest := _rest_of_link(of))},
    )
    if not 1 <= kind <= len(SPAN_KINDS):
        rest["kind"] = kind
    if not 0 <= code < len(STATUS_CODES):
        rest["status"] = {"code": code}
    if start_ns > LATEST_NS or end_ns > LATEST_NS or 0 < end_ns < start_ns:
        rest |= {"startTimeUnixNano": start_ns, "endTimeUnixNano": end_ns}
    return rest


def _rest_of_event(event: Span.Event) -> dict[str, Any]:
    rest = plain(droppedAttributesCount=event.dropped_attributes_count)
    if event.time_unix_nano > LATEST_NS:
        rest["timeUnixNano"] = event.time_unix_nano
    return rest


def _rest_of_link(link: Span.Link) -> dict[str, Any]:
    return plain(droppedAttributesCount=link.dropped_attributes_count, flags=link.flags)
