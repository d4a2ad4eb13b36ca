"""Totals of a range, and of the range before it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pyflare.schema.told import ONCE_SQL, UNPRICED_SQL
from pyflare.store.engine import Engine
from pyflare.workspace.aggregates.measures import METRICS, Measures, Metric, empty
from pyflare.workspace.aggregates.ranges import Range, range_of
from pyflare.workspace.aggregates.sources import rows, spans_in, sums_up, total, traces_in
from pyflare.workspace.scope import Scope

_MEASURES = Measures(METRICS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Every metric, over a range and over the one of the same length before it."""

    range: Range
    values: dict[Metric, float | None]
    previous: dict[Metric, float | None]
    unpriced_calls: int
    """Calls with tokens and no price in the traces of the range: they are missing in its cost."""


def read_totals(engine: Engine, scope: Scope) -> Totals:
    """Measure a scope.

    Raises:
        QueryError: The filter cannot be used.
    """
    within = range_of(engine, scope)
    both = replace(scope, since_ns=within.before.start_ns, until_ns=within.end_ns)
    is_now = f"start_time >= make_timestamp_ns({within.start_ns})"
    traces = traces_in(engine, both)
    query = (
        f"SELECT {is_now} AS is_now, {_MEASURES.sql}, {total('unpriced_calls')} AS unpriced "
        f"FROM traces WHERE {traces.sql} GROUP BY is_now"
    )
    found = {row["is_now"]: row for row in rows(engine, query, traces.parameters)}
    if not sums_up(engine):
        for row in _calls(engine, both, is_now):
            found.setdefault(row["is_now"], {"requests": 0}).update(row)
    return Totals(
        range=within,
        values=_values(found.get(True)),
        previous=_values(found.get(False)),
        unpriced_calls=int(found.get(True, {}).get("unpriced") or 0),
    )


def _calls(engine: Engine, scope: Scope, is_now: str) -> list[dict[str, Any]]:
    """What older parts of `traces` do not tell, from the spans."""
    spans = spans_in(engine, scope)
    query = (
        f"SELECT {is_now} AS is_now, {total('cache_read_tokens')} AS cache_read_tokens, "
        f"count(*) FILTER ({UNPRICED_SQL}) AS unpriced FROM spans WHERE {ONCE_SQL} AND {spans.sql} GROUP BY is_now"
    )
    return rows(engine, query, spans.parameters)


def _values(row: dict[str, Any] | None) -> dict[Metric, float | None]:
    if row is None or not row["requests"]:
        return {metric: empty(metric) for metric in METRICS}
    return _MEASURES.values(row)
