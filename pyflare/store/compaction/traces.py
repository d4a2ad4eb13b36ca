"""Spans and their traces into parts, so that each span counts once and each trace has one row."""

from __future__ import annotations

import os
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from pyflare.schema.records import WriterInfo
from pyflare.schema.tables import SPANS, TRACES
from pyflare.store.catalog import Part
from pyflare.store.change import Change
from pyflare.store.compaction.usage import settle_usage
from pyflare.store.normalise import mark_repeated
from pyflare.store.once import without
from pyflare.store.parts import conform, write_part
from pyflare.store.priced import FolderPrices, priced
from pyflare.store.rooted import summarise_rooted
from pyflare.store.scratch import fetch, parts_source, rewrite_part
from pyflare.store.summary import merge_sql, summarise_sql

CLOCK_SKEW_NS: Final = 3_600_000_000_000
"""How far the clocks of hosts that work on one trace may lie apart: an hour."""
_IS_OF_TRACES: Final = "trace_id IN (SELECT trace_id FROM ids)"


def add_spans(connection: duckdb.DuckDBPyConnection, change: Change, spans: pa.Table) -> int:
    """Add spans that are sorted by start, with their costs, and bring the rows of their traces up to date.

    Returns:
        How many were added: those that a part holds already are left out.

    Raises:
        OSError: A part could not be written.
    """
    if not spans.num_rows:
        return 0
    spans = mark_repeated(priced(spans, FolderPrices(change.root)))
    traces = summarise(connection, spans)
    ids = traces.select(["trace_id"])
    anew = ids.slice(0, 0)
    earlier = parts_with(connection, change, "traces", ids, since_ns=_no_older_than(traces))
    if earlier:
        known = _rows_of(connection, change, earlier, ids)
        new = _without_known(connection, change, spans, ids)
        new, anew = settle_usage(connection, change, new, known)
        if new is not spans:
            spans, traces = new, summarise(connection, new)
        traces = _merge_earlier(connection, change, traces, known, earlier)
    change.add(write_part(change.root, SPANS, spans, commit=change.version))
    add_traces(change, traces)
    if anew.num_rows:
        summarise_again(connection, change, anew)
    return int(spans.num_rows)


def summarise(connection: duckdb.DuckDBPyConnection, spans: pa.Table) -> pa.Table:
    """One row of `traces` for each trace of some spans, in any order."""
    rooted, others = summarise_rooted(spans)
    if not others.num_rows:
        return rooted
    rest = conform(fetch(connection, summarise_sql("FROM others"), others=others), TRACES)
    return pa.concat_tables([rooted, rest])


def _no_older_than(traces: pa.Table) -> int:
    """The moment before which no part can have a row of these traces: their roots', where all are here."""
    if not traces.num_rows or traces["root_span_id"].null_count:
        return 0
    earliest_ns: int = pc.min(traces["start_time"].cast(pa.int64())).as_py()
    return earliest_ns - CLOCK_SKEW_NS


def add_traces(change: Change, traces: pa.Table) -> None:
    """Add rows of `traces` in whatever order they come. Raises OSError."""
    rows = conform(traces, TRACES)
    if not _in_order(rows[TRACES.time_column].cast(pa.int64())):
        rows = rows.sort_by(TRACES.time_column)
    change.add(write_part(change.root, TRACES, rows))


def _in_order(numbers: pa.ChunkedArray) -> bool:
    steps = pc.pairwise_diff(numbers.combine_chunks())
    return bool(pc.all(pc.greater_equal(steps, 0), min_count=0).as_py())


def parts_with(
    connection: duckdb.DuckDBPyConnection,
    change: Change,
    table: str,
    ids: pa.Table,
    *,
    where: str = "true",
    since_ns: int = 0,
    written_since_ns: int = 0,
) -> list[Part]:
    """The parts of a table that hold rows of any of the traces in `ids`.

    Args:
        connection: Where to work.
        change: What they are parts of.
        table: The table's name.
        ids: The traces, in a column `trace_id`.
        where: A further condition on rows, as SQL.
        since_ns: Look only at parts that end no earlier than this, in unix nanoseconds.
        written_since_ns: Look only at parts whose files are no older than this.
    """
    parts = {str(part.path(change.root)): part for part in change.parts_of(table) if part.max_time_ns >= since_ns}
    if written_since_ns:
        parts = {path: part for path, part in parts.items() if os.stat(path).st_mtime_ns >= written_since_ns}
    if not parts or not ids.num_rows:
        return []
    query = f"SELECT DISTINCT filename FROM read_parquet($paths, filename = true) WHERE {_IS_OF_TRACES} AND {where}"
    found = fetch(connection, query, {"paths": [*parts]}, ids=ids)
    return [parts[path] for path in found["filename"].to_pylist()]


def _without_known(connection: duckdb.DuckDBPyConnection, change: Change, spans: pa.Table, ids: pa.Table) -> pa.Table:
    """The spans that are in no part yet. A span that came before started at the same moment."""
    bounds = pc.min_max(spans["start_time"].cast(pa.int64())).as_py()
    parts = tuple(
        part
        for part in change.parts_of("spans")
        if part.max_time_ns >= bounds["min"] and part.min_time_ns <= bounds["max"]
    )
    query = f"""
        SELECT trace_id, span_id FROM ({parts_source(change.root, "spans", parts)})
        WHERE {_IS_OF_TRACES} AND start_time BETWEEN make_timestamp_ns($min) AND make_timestamp_ns($max)"""
    known = fetch(connection, query, bounds, ids=ids)
    return without(spans, known)


def _rows_of(connection: duckdb.DuckDBPyConnection, change: Change, parts: list[Part], ids: pa.Table) -> pa.Table:
    """The rows that some parts of `traces` have of some traces."""
    query = f"SELECT * FROM ({parts_source(change.root, 'traces', tuple(parts))}) WHERE {_IS_OF_TRACES}"
    return conform(fetch(connection, query, ids=ids), TRACES)


def _merge_earlier(
    connection: duckdb.DuckDBPyConnection, change: Change, traces: pa.Table, rows: pa.Table, parts: list[Part]
) -> pa.Table:
    """Take the traces' earlier rows out of their parts, and merge them with the new ones."""
    remove_traces(connection, change, parts, rows.select(["trace_id"]))
    again = pc.is_in(traces["trace_id"], value_set=rows["trace_id"].combine_chunks())
    both = pa.concat_tables([traces.filter(again), rows])
    merged = conform(fetch(connection, merge_sql("FROM both_"), both_=both), TRACES)
    return pa.concat_tables([traces.filter(pc.invert(again)), merged])


def remove_traces(connection: duckdb.DuckDBPyConnection, change: Change, parts: list[Part], ids: pa.Table) -> None:
    """Rewrite parts without the rows of some traces. Raises OSError."""
    connection.register("ids", ids)
    try:
        for part in parts:
            change.replace([part], rewrite_part(connection, change.root, part, f"NOT {_IS_OF_TRACES}"))
    finally:
        connection.unregister("ids")


def refuse_traces(
    connection: duckdb.DuckDBPyConnection, change: Change, info: WriterInfo, trace_ids: set[bytes]
) -> None:
    """Drop what parts hold of traces that a process' tail sampler has refused since. Raises OSError."""
    ids = pa.table({"trace_id": pa.array([trace_id.hex() for trace_id in trace_ids], pa.string())})
    began_ns = info.started_unix_ns - CLOCK_SKEW_NS  # what was written before holds nothing of the process
    of_writer = f"writer_id = '{info.writer_id}'"
    parts = parts_with(connection, change, "spans", ids, where=of_writer, written_since_ns=began_ns)
    if not parts:
        return
    connection.register("ids", ids)
    try:
        for part in parts:
            keep = f"NOT ({_IS_OF_TRACES} AND writer_id = $writer_id)"
            change.replace([part], rewrite_part(connection, change.root, part, keep, {"writer_id": info.writer_id}))
    finally:
        connection.unregister("ids")
    summarise_again(connection, change, ids, written_since_ns=began_ns)


def summarise_again(
    connection: duckdb.DuckDBPyConnection, change: Change, ids: pa.Table, *, written_since_ns: int = 0
) -> None:
    """Make the rows of some traces anew from the spans that are left of them.

    Args:
        connection: Where to work.
        change: What to put it into.
        ids: The traces, in a column `trace_id`.
        written_since_ns: Look for their rows only in parts whose files are no older than this.

    Raises:
        OSError: A part could not be written.
    """
    earlier = parts_with(connection, change, "traces", ids, written_since_ns=written_since_ns)
    since_ns = _earliest_ns(connection, change, earlier, ids)
    remove_traces(connection, change, earlier, ids)
    parts = tuple(part for part in change.parts_of("spans") if part.max_time_ns >= since_ns)
    left = f"SELECT * FROM ({parts_source(change.root, 'spans', parts)}) WHERE {_IS_OF_TRACES}"
    add_traces(change, fetch(connection, summarise_sql(left), ids=ids))


def _earliest_ns(connection: duckdb.DuckDBPyConnection, change: Change, parts: list[Part], ids: pa.Table) -> int:
    """When the first of some traces began, by their rows in these parts: none of their spans is older. 0 without any."""
    query = f"SELECT min(start_time) AS start_time FROM ({parts_source(change.root, 'traces', tuple(parts))})"
    found = fetch(connection, f"{query} WHERE {_IS_OF_TRACES}", ids=ids)
    return found["start_time"].cast(pa.int64())[0].as_py() or 0
