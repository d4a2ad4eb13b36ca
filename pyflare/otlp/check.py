"""Is a record valid? Each of a request is looked at once, and those that are not are taken out.

What is merely odd (a span that ends before it starts, a kind that no OTLP knows) is
kept: it can be stored as it came. What nobody could find again is refused: ids of a
wrong length, times that are missing or after the year 2262.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

from pyflare.otlp.counting import TooManyError
from pyflare.otlp.messages import SHAPES, Signal

_NO_TRACE: Final = bytes(16)
_NO_SPAN: Final = bytes(8)
_LATEST_NS: Final = (1 << 63) - 1
_COUNT_MAX: Final = (1 << 63) - 1
_ITEMS_MAX: Final = 100_000
"""Attributes, events or links of one record, and so the memory that whoever decodes it later needs."""
_POINTS_MAX: Final = 500_000
"""Data points of one metric."""

Notes = dict[str, None]


class Rejected(Protocol):
    """Takes what is taken out of a request."""

    def add(self, reason: str, resource: Any, scope: Any, record: Any) -> None:
        """Take a record, with the messages that hold it."""
        ...

    def add_points(self, bad: list[tuple[int, str]], resource: Any, scope: Any, metric: Any) -> None:
        """Take data points of a metric: their positions, and why each is refused."""
        ...


def check(signal: Signal, message: Any, rejected: Rejected, notes: Notes) -> tuple[int, bool]:
    """Take the invalid records out of a request.

    Args:
        signal: What the request holds.
        message: The request; changed where something is wrong with it.
        rejected: Takes what is taken out.
        notes: Takes what was put right, for the sender to know.

    Returns:
        How many records (for metrics: data points) are left, and whether the message has been changed.

    Raises:
        TooManyError: A metric has more than 500,000 data points.
    """
    shape = SHAPES[signal]
    look = _LOOKS[signal]
    kept, changed = 0, False
    for resource in getattr(message, shape.resources):
        for scope in getattr(resource, shape.scopes):
            records, scope_changed = look(resource, scope, rejected, notes)
            kept += records
            changed = changed or scope_changed
    return kept, changed


def _spans(resource: Any, scope: Any, rejected: Rejected, notes: Notes) -> tuple[int, bool]:
    spans = scope.spans
    bad: list[tuple[int, str]] = []
    changed = False
    for index, span in enumerate(spans):
        reason = span_fault(span)
        if reason is not None:
            bad.append((index, reason))
        elif span.parent_span_id == _NO_SPAN:
            span.parent_span_id = b""
            notes["parentSpanId: expected it to be empty for a root, got zeros; they were read as that"] = None
            changed = True
    return _take_out(bad, spans, resource, scope, rejected), changed or bool(bad)


def span_fault(span: Any) -> str | None:
    """What makes a span invalid, or None."""
    trace_id = span.trace_id
    if len(trace_id) != 16 or trace_id == _NO_TRACE:
        return _id_fault("traceId", trace_id, 16)
    span_id = span.span_id
    if len(span_id) != 8 or span_id == _NO_SPAN:
        return _id_fault("spanId", span_id, 8)
    parent_span_id = span.parent_span_id
    if parent_span_id and len(parent_span_id) != 8:
        return f"parentSpanId: expected 8 bytes or none, got {len(parent_span_id)}"
    if not 0 < span.start_time_unix_nano <= _LATEST_NS:
        return _time_fault("startTimeUnixNano", span.start_time_unix_nano)
    if span.end_time_unix_nano > _LATEST_NS:
        return _time_fault("endTimeUnixNano", span.end_time_unix_nano)
    if len(span.attributes) > _ITEMS_MAX:
        return _items_fault("attributes", span.attributes)
    # To ask for the length is cheaper than to iterate over nothing.
    if (events := span.events) and (fault := _events_fault(events)) is not None:
        return fault
    if links := span.links:
        return _links_fault(links)
    return None


def _items_fault(name: str, items: Any) -> str:
    return f"{name}: expected at most {_ITEMS_MAX:,}, got {len(items):,}"


def _events_fault(events: Any) -> str | None:
    if len(events) > _ITEMS_MAX:
        return _items_fault("events", events)
    time_ns = max(event.time_unix_nano for event in events)
    return _time_fault("an event's timeUnixNano", time_ns) if time_ns > _LATEST_NS else None


def _links_fault(links: Any) -> str | None:
    """An id of zeros is OTLP's word for a link that says only something in its attributes."""
    if len(links) > _ITEMS_MAX:
        return _items_fault("links", links)
    for link in links:
        if len(link.trace_id) not in (0, 16) or len(link.span_id) not in (0, 8):
            return f"expected a link's ids to have 16 and 8 bytes, got {len(link.trace_id)} and {len(link.span_id)}"
    return None


def _id_fault(name: str, value: bytes, size: int) -> str:
    got = "zeros" if len(value) == size else f"{len(value)} bytes" if value else "none"
    return f"{name}: expected {size} bytes that are not all zero, got {got}"


def _time_fault(name: str, time_ns: int) -> str:
    if time_ns == 0:
        return f"{name}: expected nanoseconds since 1970, got 0 or none"
    return f"{name}: expected nanoseconds since 1970, at most 2^63 - 1 (the year 2262), got {time_ns}"


def _take_out(bad: list[tuple[int, str]], records: Any, resource: Any, scope: Any, rejected: Rejected) -> int:
    """Remove records by index. Returns how many are left."""
    if bad:
        for index, reason in bad:
            rejected.add(reason, resource, scope, records[index])
        _remove(records, {index for index, _ in bad})
    return len(records)


def _remove(records: Any, indexes: set[int]) -> None:
    """Delete items of a repeated field. The others are put in anew: to delete one moves all that come after it."""
    kept = [record for index, record in enumerate(records) if index not in indexes]
    del records[:]
    records.extend(kept)


def _logs(resource: Any, scope: Any, rejected: Rejected, notes: Notes) -> tuple[int, bool]:
    records = scope.log_records
    bad: list[tuple[int, str]] = []
    changed = False
    for index, record in enumerate(records):
        time_ns = max(record.time_unix_nano, record.observed_time_unix_nano)
        if time_ns > _LATEST_NS:
            bad.append((index, _time_fault("timeUnixNano or observedTimeUnixNano", time_ns)))
        elif len(record.attributes) > _ITEMS_MAX:
            bad.append((index, _items_fault("attributes", record.attributes)))
        elif record.trace_id or record.span_id:
            changed |= _forget_ids(record, notes)
    return _take_out(bad, records, resource, scope, rejected), changed or bool(bad)


def _forget_ids(record: Any, notes: Notes) -> bool:
    """OTLP: a log record with an id that is not valid belongs to no trace; it is no worse a record for it."""
    trace_id, span_id = record.trace_id, record.span_id
    if len(trace_id) in (0, 16) and trace_id != _NO_TRACE and len(span_id) in (0, 8) and span_id != _NO_SPAN:
        return False
    if len(trace_id) != 16 or trace_id == _NO_TRACE:
        record.trace_id = b""
    if len(span_id) != 8 or span_id == _NO_SPAN:
        record.span_id = b""
    if any(trace_id) or any(span_id):
        notes["traceId and spanId of a log record: expected 16 and 8 bytes, got others; they were left out"] = None
    return True


def _metrics(resource: Any, scope: Any, rejected: Rejected, notes: Notes) -> tuple[int, bool]:
    kept, changed = 0, False
    empty: list[int] = []
    for index, metric in enumerate(scope.metrics):
        kind = metric.WhichOneof("data")
        if kind is None:
            notes[f"metric {metric.name!r}: expected data of a kind that OTLP has, got none"] = None
            continue
        points = getattr(metric, kind).data_points
        if len(points) > _POINTS_MAX:
            raise TooManyError(_POINTS_MAX)
        fault = _POINT_FAULTS[kind]
        bad = [(i, reason) for i, point in enumerate(points) if (reason := fault(point)) is not None]
        if not metric.name:
            bad = [(i, "expected the metric to have a name, got none") for i in range(len(points))]
        if bad:
            changed = True
            rejected.add_points(bad, resource, scope, metric)
            _remove(points, {i for i, _ in bad})
            if not points:
                empty.append(index)
        kept += len(points)
    if empty:
        _remove(scope.metrics, set(empty))
    return kept, changed


def _point_fault(point: Any) -> str | None:
    if not 0 < point.time_unix_nano <= _LATEST_NS:
        return _time_fault("timeUnixNano", point.time_unix_nano)
    if point.start_time_unix_nano > _LATEST_NS:
        return _time_fault("startTimeUnixNano", point.start_time_unix_nano)
    if len(point.attributes) > _ITEMS_MAX:
        return _items_fault("attributes", point.attributes)
    return None


def _histogram_fault(point: Any) -> str | None:
    bounds, counts = len(point.explicit_bounds), len(point.bucket_counts)
    if counts != bounds + 1 and (counts or bounds):
        return f"expected one more of bucketCounts than of explicitBounds, got {counts} and {bounds}"
    return _counted_fault(point)


def _counted_fault(point: Any) -> str | None:
    if point.count > _COUNT_MAX:
        return f"count: expected at most 2^63 - 1, got {point.count}"
    return _point_fault(point)


_POINT_FAULTS: Final[dict[str, Callable[[Any], str | None]]] = {
    "gauge": _point_fault,
    "sum": _point_fault,
    "histogram": _histogram_fault,
    "exponential_histogram": _counted_fault,
    "summary": _counted_fault,
}
_LOOKS: Final[dict[Signal, Callable[[Any, Any, Rejected, Notes], tuple[int, bool]]]] = {
    "traces": _spans,
    "metrics": _metrics,
    "logs": _logs,
}
