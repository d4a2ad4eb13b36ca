"""Rows of `traces` of an older schema, with the columns that it did not have yet, from the spans that are there.

The other columns stay as they are: a row may know spans that have expired.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from pyflare.schema.tables import SPANS, SUMMED_UP_SINCE, TRACES
from pyflare.store.catalog import Part, load_catalog
from pyflare.store.change import Change, OnStep, ignore_step
from pyflare.store.compaction.traces import CLOCK_SKEW_NS
from pyflare.store.parts import write_changed
from pyflare.store.scratch import fetch, parts_source, scratch
from pyflare.store.summary import summarise_sql

_COLUMNS: Final = tuple(column.name for column in TRACES.columns if column.since == SUMMED_UP_SINCE)


def sum_up_older(root: Path, *, on_step: OnStep = ignore_step) -> int:
    """Write the parts of `traces` anew that are of an older schema, one commit each. The caller holds the lock.

    Returns:
        How many there were.

    Raises:
        OSError: A part could not be written. Those before it are in force.
    """
    older = [part for part in load_catalog(root).parts_of(TRACES.name) if part.schema_version < SUMMED_UP_SINCE]
    if not older:
        return 0
    with scratch() as connection:
        for part in older:
            change = Change(root, on_step=on_step)
            sums = _sums(connection, change, part)
            change.replace([part], write_changed(root, part, partial(_with_sums, sums=sums)))
            change.commit()
    return len(older)


def _sums(connection: duckdb.DuckDBPyConnection, change: Change, part: Part) -> pa.Table:
    """The new columns of the traces in a part, with `trace_id`."""
    traces = parts_source(change.root, TRACES.name, (part,))
    until_ns = _until_ns(connection, traces)
    spans = tuple(
        each
        for each in change.parts_of(SPANS.name)
        if each.max_time_ns >= part.min_time_ns and (until_ns is None or each.min_time_ns <= until_ns)
    )
    of_them = f"""
        SELECT * FROM ({parts_source(change.root, SPANS.name, spans)})
        WHERE trace_id IN (SELECT trace_id FROM ({traces}))"""
    return fetch(connection, f"SELECT trace_id, {', '.join(_COLUMNS)} FROM ({summarise_sql(of_them)})")


def _until_ns(connection: duckdb.DuckDBPyConnection, traces: str) -> int | None:
    """When the last of some traces ended, however the clocks of its hosts differ; None where one has not ended."""
    query = f"""
        SELECT max(epoch_ns(start_time) + duration_ns) AS ended_ns, count(*) > count(duration_ns) AS runs
        FROM ({traces})"""
    (found,) = fetch(connection, query).to_pylist()
    return None if found["runs"] or found["ended_ns"] is None else found["ended_ns"] + CLOCK_SKEW_NS


def _with_sums(rows: pa.Table, sums: pa.Table) -> pa.Table:
    found = pc.index_in(rows["trace_id"], value_set=sums["trace_id"].combine_chunks())
    for name in _COLUMNS:
        index = rows.schema.get_field_index(name)
        values = sums[name].combine_chunks().take(found.combine_chunks())
        if name == "unpriced_calls":
            values = pc.fill_null(values, 0)
        rows = rows.set_column(index, rows.schema.field(index), values.cast(rows.schema.field(index).type))
    return rows
