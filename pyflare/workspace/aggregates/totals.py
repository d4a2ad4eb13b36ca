"""Totals of a range, and of the range before it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pyflare.store.engine import Engine
from pyflare.workspace.aggregates.measures import (
    CACHE_READ_SQL,
    METRICS,
    UNPRICED_SQL,
    Measures,
    Metric,
    empty,
)
from pyflare.workspace.aggregates.ranges import Range, range_of
from pyflare.workspace.aggregates.sources import ONCE_SQL, rows, spans_in, traces_in
from pyflare.workspace.scope import Scope

_MEASURES = Measures(tuple(metric for metric in METRICS if metric != "cache_read_tokens"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Every metric, over a range and over the one of the same length before it."""

    range: Range
    values: dict[Metric, float | None]
    previous: dict[Metric, float | None]
    unpriced_calls: int
    """Calls in the range with tokens and no price: they are missing in its cost."""


def read_totals(engine: Engine, scope: Scope) -> Totals:
    """Measure a scope.

    Raises:
        QueryError: The filter cannot be used.
    """
    within = range_of(engine, scope)
    both = replace(scope, since_ns=within.before.start_ns, until_ns=within.end_ns)
    is_now = f"start_time >= make_timestamp_ns({within.start_ns})"
    traces, spans = traces_in(engine, both), spans_in(engine, both)
    query = (
        f"SELECT * FROM (SELECT {is_now} AS is_now, {_MEASURES.sql} FROM traces WHERE {traces.sql} GROUP BY is_now) "
        f"FULL JOIN (SELECT {is_now} AS is_now, {CACHE_READ_SQL} AS cache_read_tokens, "
        f"count(*) FILTER ({UNPRICED_SQL} AND {ONCE_SQL}) AS unpriced "
        f"FROM spans WHERE {spans.sql} GROUP BY is_now) USING (is_now)"
    )
    found = {row["is_now"]: row for row in rows(engine, query, traces.parameters + spans.parameters)}
    return Totals(
        range=within,
        values=_values(found.get(True)),
        previous=_values(found.get(False)),
        unpriced_calls=int(found.get(True, {}).get("unpriced") or 0),
    )


def _values(row: dict[str, Any] | None) -> dict[Metric, float | None]:
    if row is None or not row["requests"]:
        return {metric: empty(metric) for metric in METRICS}
    return {**_MEASURES.values(row), "cache_read_tokens": row["cache_read_tokens"]}
