"""The rows of what has changed: traces and spans that a `Follower` found, as they are by now."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from pyflare.schema.sql import quote, view_sql
from pyflare.schema.tables import PAYLOADS, SPANS, TRACES
from pyflare.store.engine import Engine
from pyflare.store.filters import EVERYTHING, Condition, text_pattern
from pyflare.store.language import Of, compile_filter
from pyflare.store.overlay import CLOCK_SKEW_NS, TraceOverlay, traces_source
from pyflare.store.session import Parameters
from pyflare.store.snapshot import Snapshot
from pyflare.store.sources import joined, live_source, parts_source
from pyflare.workspace.follow import Changes


def changed_traces(
    engine: Engine, changes: Changes, trace_ids: Sequence[str], columns: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The rows of traces that changed, as they are by now.

    Args:
        engine: The folder.
        changes: What a look has found.
        trace_ids: Which of the traces.
        columns: What to read: SQL by name.
    """
    return _read(engine, changes, "traces", trace_ids, columns, EVERYTHING)


def changed_spans(
    engine: Engine, changes: Changes, trace_id: str, columns: Mapping[str, str], filter: str = ""
) -> list[dict[str, Any]]:
    """The spans of one trace that changed, those that meet a filter. Raises QueryError."""
    condition = Condition("list_contains(?, span_id)", (changes.spans[trace_id],))
    condition &= _compiled(engine, "spans", filter)
    return _read(engine, changes, "spans", [trace_id], columns, condition)


def meeting(engine: Engine, changes: Changes, trace_ids: Sequence[str], filter: str) -> set[str]:
    """Which of some traces that changed meet a filter. Raises QueryError."""
    condition = _compiled(engine, "traces", filter)
    rows = _read(engine, changes, "traces", trace_ids, {"trace_id": "trace_id"}, condition)
    return {row["trace_id"] for row in rows}


def _compiled(engine: Engine, of: Of, filter: str) -> Condition:
    def find_payloads(text: str) -> list[str]:
        """Among the large contents that no part holds yet: those of fresh spans are."""

        def build(snapshot: Snapshot, _: object) -> tuple[str, Parameters]:
            source = joined(PAYLOADS.name, live_source(snapshot, PAYLOADS.name))
            return f"SELECT content_id FROM ({source}) WHERE regexp_matches(content, ?)", [text_pattern(text)]

        return [row["content_id"] for row in engine.rows(build, traces=False)]

    compiled = compile_filter(filter, of=of, now_ns=time.time_ns(), find_payloads=find_payloads)
    return Condition(f"({compiled.sql})", compiled.parameters)


def _read(
    engine: Engine,
    changes: Changes,
    of: Of,
    trace_ids: Sequence[str],
    columns: Mapping[str, str],
    condition: Condition,
) -> list[dict[str, Any]]:
    """Rows of traces or spans. `spans` stands for those of these traces alone, also in subqueries of the condition."""
    selected = ", ".join(f"{sql} AS {quote(name)}" for name, sql in columns.items())
    wanted: list[Any] = [*trace_ids]

    def build(snapshot: Snapshot, overlay: TraceOverlay | None) -> tuple[str, Parameters]:
        since_ns = changes.since_ns - CLOCK_SKEW_NS
        parts = parts_source(engine.root, snapshot, SPANS.name, since_ns=since_ns)
        spans = view_sql(SPANS, joined(SPANS.name, live_source(snapshot, SPANS.name), parts))
        traces = view_sql(TRACES, _traces(engine, snapshot, overlay, changes, since_ns)) if of == "traces" else ""
        those = f"SELECT * FROM ({{}}) WHERE trace_id IN ({', '.join('?' for _ in wanted)})"
        query = (
            f"WITH spans AS ({those.format(spans)}){f', traces AS ({those.format(traces)})' if traces else ''} "
            f"SELECT {selected} FROM {of} WHERE {condition.sql}"
        )
        return query, [*wanted, *(wanted if traces else []), *condition.parameters]

    return engine.rows(build, traces=of == "traces")


def _traces(engine: Engine, snapshot: Snapshot, overlay: TraceOverlay | None, changes: Changes, since_ns: int) -> str:
    stored, live = traces_source(engine.root, snapshot, overlay, since_ns=since_ns)
    return joined(TRACES.name, live, stored if changes.in_parts or not live else "")
