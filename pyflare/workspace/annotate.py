"""Scores as they stand: of each name, source and target the latest, unless it takes the earlier ones back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from pyflare.schema.tables import SCORES
from pyflare.store.engine import Engine
from pyflare.store.session import Parameters
from pyflare.store.snapshot import Snapshot
from pyflare.store.sources import joined, live_source, parts_source

NOTE: Final = "note"
"""The name of a score that is only a comment."""

Said = float | str | None
"""What a score says: its value, else its label, else its comment."""

_TARGET: Final = "coalesce(span_id, ''), CASE WHEN trace_id IS NULL THEN session_id ELSE trace_id END"
_RETRACTS: Final = f"value IS NULL AND label IS NULL AND (name <> '{NOTE}' OR coalesce(comment, '') = '')"
_ORDER: Final = "timestamp DESC, score_id DESC"


def has_scores(engine: Engine) -> bool:
    """Whether anything was ever judged."""
    snapshot = engine.snapshot()
    return SCORES.name in snapshot.live or bool(snapshot.catalog.parts_of(SCORES.name))


def standing_sql(scores: str) -> str:
    """Of rows of `scores`, those that count: the latest of each name, source and target, and no retraction."""
    latest = f"row_number() OVER (PARTITION BY name, source, {_TARGET} ORDER BY {_ORDER}) = 1"
    return f"SELECT * FROM (SELECT * FROM ({scores}) QUALIFY {latest}) WHERE NOT ({_RETRACTS})"


def scores_of(engine: Engine, trace_ids: Sequence[str]) -> dict[str, dict[str, Said]]:
    """What the latest score of each name says of some traces, of their spans included.

    Args:
        engine: The folder.
        trace_ids: Traces; a page of them.

    Returns:
        By trace and name. Traces without scores are left out.
    """
    rows = _standing(engine, "trace_id", trace_ids)
    return _said(rows, "trace_id")


def scores_of_spans(engine: Engine, spans: Sequence[tuple[str, str]]) -> dict[tuple[str, str], dict[str, Said]]:
    """The same of some spans, by trace id and span id."""
    wanted = set(spans)
    rows = _standing(engine, "trace_id", [*dict.fromkeys(trace_id for trace_id, _ in spans)])
    found: dict[tuple[str, str], dict[str, Said]] = {}
    for row in rows:
        key = row["trace_id"], row["span_id"]
        if key in wanted:
            found.setdefault(key, {}).setdefault(row["name"], _says(row))
    return found


def scores_of_sessions(engine: Engine, session_ids: Sequence[str]) -> dict[str, dict[str, Said]]:
    """The same of some sessions: what judges the session itself, not one of its traces."""
    rows = _standing(engine, "session_id", session_ids, condition="trace_id IS NULL")
    return _said(rows, "session_id")


def find_scores(
    engine: Engine, wanted: Mapping[str, str | None], *, limit: int, before: tuple[int, str] | None = None
) -> pa.Table:
    """The scores that stand, the latest first, with `unix_ns`.

    Args:
        engine: The folder.
        wanted: Values of `trace_id`, `span_id`, `session_id`, `name` and `source`; None for any.
        limit: Rows at most.
        before: Time in unix nanoseconds and id of a score: only those that come after it in this order.
    """
    given = {column: value for column, value in wanted.items() if value is not None}
    first = [column for column in given if column != "session_id"]  # of one target some may name it, others not
    last = [column for column in given if column == "session_id"]

    def build(snapshot: Snapshot, _: object) -> tuple[str, Parameters]:
        source = standing_sql(f"SELECT * FROM ({_rows(engine, snapshot)}) WHERE {_equal(first)}")
        after = f" AND (timestamp, score_id) < (make_timestamp_ns({before[0]}), ?)" if before else ""
        query = (
            f"SELECT *, epoch_ns(timestamp) AS unix_ns FROM ({source}) WHERE {_equal(last)}{after} "
            f"ORDER BY {_ORDER} LIMIT {limit}"
        )
        return query, [*(given[column] for column in (*first, *last)), *(before[1:] if before else ())]

    return engine.run(build, traces=False)


def _equal(columns: Sequence[str]) -> str:
    return " AND ".join(["true", *(f"{column} = ?" for column in columns)])


def _standing(engine: Engine, column: str, ids: Sequence[str], *, condition: str = "true") -> list[dict[str, Any]]:
    """The scores that stand of some targets, the latest first."""
    if not ids or not has_scores(engine):
        return []

    def build(snapshot: Snapshot, _: object) -> tuple[str, Parameters]:
        marks = ", ".join("?" for _ in ids)
        among = f"SELECT * FROM ({_rows(engine, snapshot)}) WHERE {column} IN ({marks}) AND {condition}"
        return f"SELECT * FROM ({standing_sql(among)}) ORDER BY {_ORDER}", [*ids]

    columns = ["trace_id", "span_id", "session_id", "name", "value", "label", "comment"]
    found: list[dict[str, Any]] = engine.run(build, traces=False).select(columns).to_pylist()
    return found


def _rows(engine: Engine, snapshot: Snapshot) -> str:
    return joined(SCORES.name, parts_source(engine.root, snapshot, SCORES.name), live_source(snapshot, SCORES.name))


def _said(rows: list[dict[str, Any]], column: str) -> dict[str, dict[str, Said]]:
    found: dict[str, dict[str, Said]] = {}
    for row in rows:
        found.setdefault(row[column], {}).setdefault(row["name"], _says(row))
    return found


def _says(row: Mapping[str, Any]) -> Said:
    return next((row[part] for part in ("value", "label", "comment") if row[part] is not None), None)
