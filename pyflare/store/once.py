"""Spans that came more than once: OTLP delivers at least once, and a span may come by several ways."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


def each_once(spans: pa.Table) -> pa.Table:
    """Each span once, by trace and span id: the first that ended, else the first. The order stays."""
    if pc.count_distinct(spans["span_id"]).as_py() == spans.num_rows:
        return spans
    rows = pa.table(
        {
            "key": span_keys(spans),
            "open": pc.not_equal(spans["state"], "ended"),
            "row": pa.array(range(spans.num_rows), pa.int64()),
        }
    )
    first = rows.sort_by([("open", "ascending"), ("row", "ascending")])
    first = first.group_by("key", use_threads=False).aggregate([("row", "first")])
    if first.num_rows == spans.num_rows:
        return spans
    return spans.take(first["row_first"].combine_chunks().sort())


def without(spans: pa.Table, known: pa.Table) -> pa.Table:
    """The spans whose trace and span id are not in `known`; the same object where none is."""
    if not known.num_rows:
        return spans
    is_new = pc.invert(pc.is_in(span_keys(spans), value_set=span_keys(known)))
    return spans if pc.all(is_new).as_py() else spans.filter(is_new)


def span_keys(spans: pa.Table) -> Any:
    """Trace and span id of each span as one text."""
    return pc.binary_join_element_wise(spans["trace_id"], spans["span_id"], "")
