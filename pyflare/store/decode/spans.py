"""Span records into the columns of `spans`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
import pyarrow as pa

from pyflare.schema.arrow import ARROW_TYPES, arrow_schema
from pyflare.schema.columns import ColumnType
from pyflare.schema.records import SpanEnd, SpanStart, WriterInfo
from pyflare.schema.tables import SCOPE_COLUMNS, SPANS
from pyflare.store.decode import arrays
from pyflare.store.decode.journal import Batch, SpanState
from pyflare.store.decode.typed import json_text
from pyflare.store.normalise import fill

STATUS_CODES: Final = ("unset", "ok", "error")
SPAN_KINDS: Final = ("internal", "server", "client", "producer", "consumer")
_STATES: Final = (SpanState.ENDED, SpanState.RUNNING, SpanState.DIED)

_COLUMN_TYPES: Final = {column.name: column.type for column in SPANS.columns}
_SCHEMA: Final = arrow_schema(SPANS)
_FIELD_COLUMNS: Final = frozenset(
    {
        "time_to_first_chunk_ns",
        "error_type",
        "provider",
        "model_id",
        "model_version",
        "response_id",
        "finish_reasons",
        "agent_name",
        "tool_name",
        "input_ref",
        "output_ref",
        "input_tokens",
        "output_tokens",
        "cache_read_tokens",
        "cache_write_tokens",
        "reasoning_tokens",
        "input_audio_tokens",
        "output_audio_tokens",
        "input_image_tokens",
        "output_image_tokens",
        "cache_write_1h_tokens",
        "usage_estimated",
        "service_tier",
        "cost_micros",
        "price_version",
        *SCOPE_COLUMNS,
    }
)
"""The columns that a record's `scope` and `fields` may set."""
_LATEST_NS: Final = 1 << 62

_Columns = dict[str, list[Any]]


class _Rows:
    """The spans of several journals in order of their start, and beside each its journal and state."""

    __slots__ = ("infos", "spans", "states", "writers")

    def __init__(self, batches: Sequence[Batch]) -> None:
        self.infos = [batch.info for batch in batches]
        spans: list[SpanEnd] = []
        writers: list[int] = []
        states: list[int] = []
        for number, batch in enumerate(batches):
            spans += batch.spans
            spans += map(_as_end, batch.unfinished)
            writers += [number] * (len(batch.spans) + len(batch.unfinished))
            states += [0] * len(batch.spans)
            states += [_STATES.index(batch.unfinished_state)] * len(batch.unfinished)
        starts = [span.start_unix_ns for span in spans]
        order = sorted(range(len(spans)), key=starts.__getitem__)
        self.spans = [spans[index] for index in order]
        self.writers = [writers[index] for index in order]
        self.states = [states[index] for index in order]

    def of_journal(self, value: Callable[[WriterInfo], str | None]) -> pa.Array:
        """A column that is the same for all spans of a journal."""
        return arrays.constants([value(info) for info in self.infos], self.writers)


def _as_end(start: SpanStart) -> SpanEnd:
    return SpanEnd(**msgspec.structs.asdict(start), duration_ns=0)


def span_table(batches: Sequence[Batch]) -> pa.Table:
    """The spans of several journals as one table, sorted by start time; what records do not say, attributes may."""
    rows = _Rows(batches)
    found = {**_identity(rows), **_work(rows), **_of_fields(rows)}
    count = len(rows.spans)
    columns = [
        found[column.name] if column.name in found else pa.nulls(count, ARROW_TYPES[column.type])
        for column in SPANS.columns
    ]
    return fill(pa.Table.from_arrays(columns, schema=_SCHEMA))


def _identity(rows: _Rows) -> dict[str, pa.Array]:
    """Columns that say which span it is and whose."""
    spans = rows.spans
    return {
        "project": rows.of_journal(lambda info: info.project),
        "service_name": rows.of_journal(lambda info: info.service_name),
        "resource": rows.of_journal(lambda info: json_text(info.resource)),
        "writer_id": rows.of_journal(lambda info: info.writer_id),
        "trace_id": arrays.hex_ids([span.trace_id for span in spans], 16),
        "span_id": arrays.hex_ids([span.span_id for span in spans], 8),
        "parent_span_id": arrays.optional_hex_ids([span.parent_span_id for span in spans]),
        "trace_state": arrays.text([span.trace_state for span in spans]),
        "operation_name": arrays.text([span.name for span in spans]),
        "span_kind": arrays.constants(SPAN_KINDS, [span.span_kind for span in spans]),
        "scope_name": arrays.text([span.scope_name for span in spans]),
        "scope_version": arrays.text([span.scope_version for span in spans]),
    }


def _work(rows: _Rows) -> dict[str, pa.Array]:
    """Columns that say what the span did and how it went."""
    spans = rows.spans
    durations: list[int | None] = [*_within([span.duration_ns for span in spans])]
    if any(rows.states):
        durations = [None if state else duration for state, duration in zip(rows.states, durations, strict=True)]
    return {
        "start_time": arrays.column(_within([span.start_unix_ns for span in spans]), ColumnType.TIMESTAMP_NS),
        "duration_ns": arrays.column(durations, ColumnType.INT64),
        "state": arrays.constants([state.value for state in _STATES], rows.states),
        "status_code": arrays.constants(STATUS_CODES, [span.status_code for span in spans]),
        "status_message": arrays.text([span.status_message for span in spans]),
        "input": arrays.text([span.input for span in spans]),
        "output": arrays.text([span.output for span in spans]),
        "events": arrays.events([span.events for span in spans]),
        "links": arrays.links([span.links for span in spans]),
    }


def _within(times_ns: list[int]) -> list[int]:
    """Times that cannot overflow when a start and a duration are added; a bad clock gives the nearest bound."""
    if not times_ns or (min(times_ns) >= 0 and max(times_ns) <= _LATEST_NS):
        return times_ns
    return [min(max(time_ns, 0), _LATEST_NS) for time_ns in times_ns]


def _of_fields(rows: _Rows) -> dict[str, pa.Array]:
    """Columns that come by name, from the record's scope and fields."""
    spans = rows.spans
    columns: _Columns = {"inference_type": [span.inference_type for span in spans]}
    attributes: list[Mapping[str, Any] | None] = [span.attributes for span in spans]
    for named in ([span.scope for span in spans], [span.fields for span in spans]):
        _set_columns(columns, attributes, named)
    found = {name: arrays.column(values, _COLUMN_TYPES[name]) for name, values in columns.items()}
    found["attributes"], found["attribute_types"] = arrays.typed_maps(attributes)
    return found


def _set_columns(
    columns: _Columns, attributes: list[Mapping[str, Any] | None], named: list[dict[str, Any] | None]
) -> None:
    """Put the records' named values into their columns, over what is there.

    Values that have no column here, as a newer PyFlare may write them, go to the attributes.
    """
    present = set().union(*filter(None, named))
    for name in present & _FIELD_COLUMNS:
        values = [entries.get(name) if entries else None for entries in named]
        if name in columns:
            values = [old if new is None else new for old, new in zip(columns[name], values, strict=True)]
        columns[name] = values
    unknown = present - _FIELD_COLUMNS
    if unknown:
        for index, entries in enumerate(named):
            if entries and not unknown.isdisjoint(entries):
                extra = {f"pyflare.{name}": entries[name] for name in entries if name in unknown}
                attributes[index] = {**(attributes[index] or {}), **extra}
