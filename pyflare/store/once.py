"""Rows that came more than once: OTLP delivers at least once, and a span may come by several ways."""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

_MOST_RUNS: Final = 1000
"""Beyond, copying costs less than the many pieces."""


def each_once(spans: pa.Table) -> pa.Table:
    """Each span once, by trace and span id: the first that ended, else the first. The order stays."""
    if pc.count_distinct(spans["span_id"]).as_py() == spans.num_rows:
        return spans
    return _first_of_each(spans, span_keys(spans), pc.not_equal(spans["state"], "ended"))


def each_evaluation_once(evaluations: pa.Table) -> pa.Table:
    """Each evaluation once, by its id: the first. What was judged with a span comes again when that does."""
    ids = evaluations["evaluation_id"]
    if pc.count_distinct(ids).as_py() == evaluations.num_rows - ids.null_count:
        return evaluations
    own = pa.array([f"row {number}" for number in range(evaluations.num_rows)])  # one without an id is like no other
    return _first_of_each(evaluations, pc.coalesce(ids, pa.chunked_array([own])), pc.is_null(ids))


def _first_of_each(rows: pa.Table, keys: Any, is_last_resort: Any) -> pa.Table:
    """One row of each key: the first for which `is_last_resort` is false, else the first."""
    numbered = pa.table({"key": keys, "rank": is_last_resort, "row": pa.array(range(rows.num_rows), pa.int64())})
    first = numbered.sort_by([("rank", "ascending"), ("row", "ascending")])
    first = first.group_by("key", use_threads=False).aggregate([("row", "first")])
    return without_rows(rows, pc.invert(pc.is_in(numbered["row"], value_set=first["row_first"].combine_chunks())))


def without(spans: pa.Table, known: pa.Table) -> pa.Table:
    """The spans whose trace and span id are not in `known`; the same object where none is."""
    if not known.num_rows:
        return spans
    return without_rows(spans, pc.is_in(span_keys(spans), value_set=span_keys(known)))


def without_rows(rows: pa.Table, drop: Any) -> pa.Table:
    """The rows for which `drop` is false; the same object where that is all of them.

    What repeats comes in few runs, and the runs between them are not copied.
    """
    dropped: list[int] = pc.indices_nonzero(drop).to_pylist()
    if not dropped:
        return rows
    bounds = zip([-1, *dropped], [*dropped, rows.num_rows], strict=True)
    runs = [(before + 1, after) for before, after in bounds if after > before + 1]
    if len(runs) > _MOST_RUNS:
        return rows.filter(pc.invert(drop))
    return pa.concat_tables([rows.slice(0, 0), *(rows.slice(begin, end - begin) for begin, end in runs)])


def span_keys(spans: pa.Table) -> Any:
    """Trace and span id of each span as one text."""
    return pc.binary_join_element_wise(spans["trace_id"], spans["span_id"], "")
