"""Summarises the traces of live spans, and merges them with what parts say of the same traces."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.schema.tables import TRACES
from pyflare.store.normalise import SUMMED_COLUMNS, TREE_COLUMNS, USAGE_COLUMNS, usage_sums
from pyflare.store.overlay import CLOCK_SKEW_NS, TraceOverlay
from pyflare.store.parts import conform
from pyflare.store.rooted import summarise_rooted
from pyflare.store.snapshot import Snapshot
from pyflare.store.sources import joined, live_source, parts_source
from pyflare.store.summary import merge_sql, summarise_sql

Run = Callable[[str, dict[str, pa.Table]], pa.Table]
"""Runs a query that reads the given tables by name."""


def trace_overlay(root: Path, snapshot: Snapshot, run: Run) -> TraceOverlay:
    """Summarise the traces of a snapshot's live spans, of which there must be some."""
    live = _summarise(snapshot.live["spans"], run)
    stored = _stored_rows(root, snapshot, live, run)
    if stored is not None and stored.num_rows:
        live = run(merge_sql("SELECT * FROM live UNION ALL SELECT * FROM stored"), {"live": live, "stored": stored})
        live = _each_call_once(root, snapshot, live, stored, run)
        return TraceOverlay(rows=live, hidden=stored.select(["trace_id"]))
    return TraceOverlay(rows=live, hidden=live.select(["trace_id"]).slice(0, 0))


def _summarise(spans: pa.Table, run: Run) -> pa.Table:
    """One row for each trace of live spans. Traces with one root, which nearly all have, need no query."""
    rooted, others = summarise_rooted(spans)
    if not others.num_rows:
        return rooted
    rest = conform(run(summarise_sql("SELECT * FROM others"), {"others": others}), TRACES)
    return pa.concat_tables([rooted, rest])


def _each_call_once(root: Path, snapshot: Snapshot, traces: pa.Table, stored: pa.Table, run: Run) -> pa.Table:
    """Sum usage anew where both live and stored spans of a trace may report the same calls."""
    used = [pc.fill_null(pc.greater(stored[name], 0), False) for name in USAGE_COLUMNS]
    ids = stored.filter(pc.or_(pc.or_(used[0], used[1]), used[2])).select(["trace_id", "start_time"])
    if not ids.num_rows:
        return traces
    since_ns = pc.min(ids["start_time"].cast(pa.int64())).as_py()
    source = joined("spans", parts_source(root, snapshot, "spans", since_ns=since_ns), live_source(snapshot, "spans"))
    query = f"SELECT {', '.join(TREE_COLUMNS)} FROM ({source}) WHERE trace_id IN (SELECT trace_id FROM ids)"
    sums = usage_sums(run(query, {"ids": ids.select(["trace_id"])}))
    rows = pc.index_in(traces["trace_id"], value_set=sums["trace_id"].combine_chunks())
    for name in SUMMED_COLUMNS:
        summed = pc.if_else(pc.is_valid(rows), sums[name].take(rows), traces[name])
        traces = traces.set_column(traces.schema.get_field_index(name), name, summed)
    return traces


def _stored_rows(root: Path, snapshot: Snapshot, live: pa.Table, run: Run) -> pa.Table | None:
    """The rows that parts have of the live traces.

    A trace whose root is live has no older rows, whatever the clocks say.
    """
    since_ns = None
    if not live["root_span_id"].null_count:
        since_ns = pc.min(live["start_time"].cast(pa.int64())).as_py() - CLOCK_SKEW_NS
    source = parts_source(root, snapshot, "traces", since_ns=since_ns)
    if not source:
        return None
    recent = "" if since_ns is None else f" AND start_time >= make_timestamp_ns({since_ns})"
    query = f"SELECT * FROM ({source}) WHERE trace_id IN (SELECT trace_id FROM live){recent}"
    return run(query, {"live": live.select(["trace_id"])})
