"""Traces that are live: one row each, though some of their spans may be in parts already.

`traces` is stored when spans are compacted, so the traces of live spans are
summarised here. Where a part has a row of the same trace, the two are merged and
the part's row is hidden.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.schema.tables import TRACES
from pyflare.store.live import Snapshot
from pyflare.store.normalise import TREE_COLUMNS, USAGE_COLUMNS, usage_sums
from pyflare.store.parts import conform
from pyflare.store.rooted import summarise_rooted
from pyflare.store.sources import joined, live_source, parts_source
from pyflare.store.summary import merge_sql, summarise_sql

CLOCK_SKEW_NS: Final = 3_600_000_000_000
"""How far the clocks of hosts that work on one trace may lie apart: an hour."""

LIVE_TRACES: Final = "_live_traces"
HIDDEN_TRACES: Final = "_hidden_traces"

Run = Callable[[str, dict[str, pa.Table]], pa.Table]
"""Runs a query that reads the given tables by name."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TraceOverlay:
    """What the journals change in `traces`."""

    rows: pa.Table
    """The traces of live spans, with the stored columns of `traces`."""
    hidden: pa.Table
    """`trace_id` of those that parts have a row of, too."""


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
    for name in USAGE_COLUMNS:
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


def traces_source(
    root: Path,
    snapshot: Snapshot,
    overlay: TraceOverlay | None,
    *,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> tuple[str, str]:
    """The rows of `traces` that parts hold and nobody changes, and those that the journals make; empty where none.

    Args:
        root: The folder.
        snapshot: The moment.
        overlay: What the journals change, or None to leave that out.
        since_ns: Leave out parts whose rows are all older, in unix nanoseconds.
        until_ns: Leave out parts whose rows are all younger.
    """
    stored = parts_source(root, snapshot, "traces", since_ns=since_ns, until_ns=until_ns)
    if overlay is None:
        return stored, ""
    if stored and overlay.hidden.num_rows:
        stored = f"SELECT * FROM ({stored}) WHERE trace_id NOT IN (SELECT trace_id FROM {HIDDEN_TRACES})"
    return stored, f"SELECT * FROM {LIVE_TRACES}"
