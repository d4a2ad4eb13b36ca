"""Spans whose usage another span below them reports as well.

An agent sums up the calls it made, and a call may be instrumented twice: by the
framework and by the client under it. Of spans on one path that report usage only
the lowest counts, so that a sum over the others counts each call once.
"""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.store.normalise.vector import Integers, Mask, integers, masked, np, truths

USAGE_COLUMNS: Final = ("input_tokens", "output_tokens", "cost_micros")
"""What counts as usage."""
COUNTED_COLUMNS: Final = (*USAGE_COLUMNS, "cache_read_tokens")
"""What is summed over the spans of a trace whose usage is not repeated."""
SUMMED_COLUMNS: Final = (*COUNTED_COLUMNS, "unpriced_calls")
"""The columns of `traces` that hold the sums: see `with_unpriced`."""
TREE_COLUMNS: Final = ("trace_id", "span_id", "parent_span_id", "usage_repeated", *COUNTED_COLUMNS)
"""What has to be known of a span to tell whether its usage is repeated, and to sum it up."""
_MARK: Final = "usage_repeated"


def mark_repeated(spans: pa.Table) -> pa.Table:
    """Set `usage_repeated` where a span below reports usage too; the same object where that changes nothing.

    Args:
        spans: Whole traces as far as they are known, in any order. What is marked stays marked.
    """
    repeated = repeated_usage(spans)
    if repeated is None:
        return spans
    marked = pc.coalesce(masked(truths(repeated), ~repeated), spans[_MARK])
    return spans.set_column(spans.schema.get_field_index(_MARK), spans.schema.field(_MARK), marked)


def repeated_usage(spans: pa.Table) -> Mask | None:
    """Which spans report usage that one below them reports too; None where there is none of this kind.

    Args:
        spans: At least `TREE_COLUMNS`.
    """
    using = _reports_usage(spans)
    if np.count_nonzero(using) < 2:
        return None
    rows = _of_the_same_traces(spans["trace_id"], using)
    if rows is not None:
        found = _above_usage(spans.select(TREE_COLUMNS[:3]).take(integers(rows)), using[rows])
        mask = np.zeros(spans.num_rows, bool)
        mask[rows] = found
    else:
        mask = _above_usage(spans, using)
    mask &= using
    return mask if mask.any() else None


def _reports_usage(spans: pa.Table) -> Mask:
    mask = np.zeros(spans.num_rows, bool)
    for name in USAGE_COLUMNS:
        column = spans[name]
        if column.null_count < len(column):
            mask |= np.asarray(pc.fill_null(pc.greater(column, 0), False))
    return mask


def _of_the_same_traces(trace_ids: pa.ChunkedArray, using: Mask) -> Integers | None:
    """The rows of traces in which several spans report usage; None where that is most of them."""
    counts = pc.value_counts(trace_ids.filter(truths(using)).combine_chunks())
    several = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    rows = np.flatnonzero(np.asarray(pc.is_in(trace_ids, value_set=several)))
    return rows if len(rows) * 2 < len(trace_ids) else None


def _above_usage(spans: pa.Table, using: Mask) -> Mask:
    """Which spans have one below them, however far, that reports usage."""
    parents = _parents(spans).tolist()
    above = [False] * len(parents)
    for row in np.flatnonzero(using).tolist():
        parent = parents[row]
        while parent >= 0 and not above[parent]:  # above one that is marked all are
            above[parent] = True
            parent = parents[parent]
    return np.array(above, bool)


def _parents(spans: pa.Table) -> Integers:
    """The row of each span's parent; -1 where it has none here, and in a ring of parents, which nobody is above."""
    keys = pc.binary_join_element_wise(spans["trace_id"], spans["span_id"], "")
    wanted = pc.binary_join_element_wise(spans["trace_id"], spans["parent_span_id"], "")
    found = pc.index_in(wanted, value_set=keys.combine_chunks())
    rows: Integers = np.asarray(pc.fill_null(found, -1)).astype(np.int64)
    far = rows
    for _ in range(len(rows).bit_length()):
        far = np.where(far >= 0, far[far], -1)
    rows[far[far >= 0]] = -1
    return rows


def usage_sums(spans: pa.Table) -> pa.Table:
    """What each trace used, each call once.

    Args:
        spans: `TREE_COLUMNS` of whole traces.

    Returns:
        `trace_id` and `SUMMED_COLUMNS`; null where no span counted any.
    """
    repeated = repeated_usage(spans)
    counted = with_unpriced(spans if repeated is None else spans.filter(truths(~repeated)))
    at_least_one = pc.ScalarAggregateOptions(min_count=1)
    sums: Any = counted.group_by("trace_id", use_threads=False).aggregate(
        [(name, "sum", at_least_one) for name in SUMMED_COLUMNS]
    )
    return sums.rename_columns(["trace_id", *SUMMED_COLUMNS])


def with_unpriced(spans: pa.Table) -> pa.Table:
    """Spans with a column `unpriced_calls`: 1 where there are tokens and no price (`told.UNPRICED_SQL`), else 0."""
    if spans["input_tokens"].null_count == spans["output_tokens"].null_count == spans.num_rows:
        return spans.append_column("unpriced_calls", pa.repeat(pa.scalar(0, pa.int64()), spans.num_rows))
    used = (pc.fill_null(pc.greater(spans[name], 0), False) for name in ("input_tokens", "output_tokens"))
    unpriced = pc.and_(pc.is_null(spans["cost_micros"]), pc.or_(*used))
    return spans.append_column("unpriced_calls", unpriced.cast(pa.int64()))
