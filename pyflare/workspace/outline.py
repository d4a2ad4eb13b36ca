"""All spans of one trace, narrow and by column: a hundred thousand in one piece."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.errors import NotFoundError
from pyflare.store.engine import Engine
from pyflare.workspace.directory import Located
from pyflare.workspace.lookup import locate, read_spans
from pyflare.workspace.opened import opened_spans

STATUSES: Final = ("unset", "ok", "error")
STATES: Final = ("ended", "running", "died")
_COLUMNS: Final = (
    "span_id", "parent_span_id", "operation_name", "inference_type", "model_id", "service_name", "duration_ns",
    "status_code", "state", "input_tokens", "output_tokens", "cost_micros", "usage_repeated",
)  # fmt: skip
_SELECT: Final = f"{', '.join(_COLUMNS)}, epoch_ns(start_time) AS start_ns"
_NONE: Final = pa.scalar(-1, pa.int32())


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A column of few different words: the words, and for each row which, -1 for none."""

    words: list[str]
    codes: pa.Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One trace. Every array has an entry per span, in the order of start."""

    trace_id: str
    start_ns: int
    """In unix nanoseconds."""
    duration_ns: int | None
    """To the latest end; None where no span has ended."""
    span_id: pa.Array
    parent: pa.Array
    """Position of the parent; -1 for a root, one whose parent is missing, and the first of a ring of parents."""
    name: Words
    kind: Words
    model: Words
    service: Words
    offset_ns: pa.Array
    span_duration_ns: pa.Array
    status: pa.Array
    """Positions in `STATUSES`."""
    state: pa.Array
    """Positions in `STATES`."""
    input_tokens: pa.Array
    output_tokens: pa.Array
    cost_micros: pa.Array
    usage_repeated: pa.Array


def read_outline(engine: Engine, trace_id: str) -> Outline:
    """Read one trace, by its id or the beginning of one.

    Raises:
        NotFoundError: No trace has the id, or several begin like that.
    """
    located = locate(engine, trace_id)
    rows = _narrow(engine, located).combine_chunks()
    if not rows.num_rows:
        raise NotFoundError(f"the trace {located.trace_id} was deleted while it was read.")
    columns = {name: _whole(rows[name]) for name in rows.column_names}
    start_ns = int(columns["start_ns"][0].as_py())
    offsets = pc.subtract(columns["start_ns"], start_ns)
    return Outline(
        trace_id=located.trace_id,
        start_ns=start_ns,
        duration_ns=pc.max(pc.add(offsets, columns["duration_ns"])).as_py(),
        span_id=columns["span_id"],
        parent=parents_of(columns["span_id"], columns["parent_span_id"]),
        name=_words(columns["operation_name"]),
        kind=_words(columns["inference_type"]),
        model=_words(columns["model_id"]),
        service=_words(columns["service_name"]),
        offset_ns=offsets,
        span_duration_ns=columns["duration_ns"],
        status=_positions(columns["status_code"], STATUSES),
        state=_positions(columns["state"], STATES),
        input_tokens=columns["input_tokens"],
        output_tokens=columns["output_tokens"],
        cost_micros=columns["cost_micros"],
        usage_repeated=pc.fill_null(columns["usage_repeated"], fill_value=False),
    )


def _narrow(engine: Engine, located: Located) -> pa.Table:
    """The columns of the outline, in the order of start."""
    spans = opened_spans(engine, located)
    if spans is None:
        return read_spans(engine, located, select=_SELECT, tail="ORDER BY start_time, span_id")
    return spans.select([*_COLUMNS, "start_unix_ns"]).rename_columns([*_COLUMNS, "start_ns"])


def _whole(column: pa.ChunkedArray) -> pa.Array:
    chunks: Any = column.combine_chunks()
    return chunks if isinstance(chunks, pa.Array) else chunks.chunk(0)


def _words(column: pa.Array) -> Words:
    encoded = column.dictionary_encode()
    return Words(words=encoded.dictionary.to_pylist(), codes=pc.fill_null(encoded.indices, _NONE))


def _positions(column: pa.Array, words: tuple[str, ...]) -> pa.Array:
    return pc.fill_null(pc.index_in(column, value_set=pa.array(words)), pa.scalar(0, pa.int32()))


def parents_of(span_ids: pa.Array, parent_ids: pa.Array) -> pa.Array:
    """Where each span's parent stands; -1 for none."""
    parents = pc.index_in(parent_ids, value_set=span_ids, skip_nulls=True)
    if (ringed := _below_rings(parents)).true_count:
        parents = _without_rings(parents, ringed)
    return pc.fill_null(parents, _NONE)


def _below_rings(parents: pa.Array) -> pa.Array:
    """Which spans never come to a root, however far one goes up.

    Each round doubles the distance gone, so rounds are few.
    """
    above = parents
    for _ in range(len(parents).bit_length() + 1):
        if above.null_count == len(above):
            break
        above = above.take(above)
    return pc.is_valid(above)


def _without_rings(parents: pa.Array, ringed: pa.Array) -> pa.Array:
    """The same with each ring opened above its earliest span."""
    found: list[int | None] = parents.to_pylist()
    settled: set[int] = set()
    for row in pc.indices_nonzero(ringed).to_pylist():
        way: dict[int, int] = {}
        at: int | None = row
        while at is not None and at not in settled and at not in way:
            way[at] = len(way)
            at = found[at]
        if at is not None and at in way:
            found[min(islice(way, way[at], None))] = None
        settled.update(way)
    return pa.array(found, parents.type)
