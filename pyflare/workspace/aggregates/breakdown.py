"""Numbers by the values of one dimension."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from pyflare.schema.told import ONCE_SQL
from pyflare.store.engine import Engine
from pyflare.store.language import clause_of
from pyflare.workspace.aggregates.dimensions import DIMENSIONS, Dimension, DimensionName
from pyflare.workspace.aggregates.measures import milliseconds, quantiles_sql, rate, usd
from pyflare.workspace.aggregates.sources import rows, spans_in, total, traces_in
from pyflare.workspace.scope import Scope

BreakdownMetric = Literal[
    "requests",
    "errors",
    "error_rate",
    "latency_p50_ms",
    "latency_p95_ms",
    "input_tokens",
    "output_tokens",
    "cost_usd",
    "last_seen",
]
_ORDERS: Final[dict[BreakdownMetric, str]] = {
    "requests": "requests",
    "errors": "errors",
    "error_rate": "errors / requests",
    "latency_p50_ms": "latencies[1]",
    "latency_p95_ms": "latencies[2]",
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cost_usd": "cost_micros",
    "last_seen": "last_seen_ns",
}
_USAGE: Final = ("input_tokens", "output_tokens", "cost_micros")
_CALLS_ONCE: Final = ("model", "provider")
"""Dimensions of calls: a span that repeats the call of one below it is no request of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakdownValue:
    """One value of a dimension."""

    value: str | None
    filter: str
    """The filter that finds its traces."""
    requests: int
    errors: int
    error_rate: float | None
    latency_p50_ms: float | None
    latency_p95_ms: float | None
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    last_seen_ns: int | None
    """When the latest of them began, in unix nanoseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """The values of a dimension, those with the most first."""

    dimension: DimensionName
    values: list[BreakdownValue]
    others: int
    """Values that are not among these."""


def read_breakdown(
    engine: Engine, scope: Scope, dimension: DimensionName, *, order: BreakdownMetric = "requests", limit: int = 20
) -> Breakdown:
    """Break a scope down.

    By service, user, session, feature, environment, team, operation and tag a
    request is a trace, and latencies, tokens and costs are those of traces. By
    model and provider it is a call, by tool, kind and error a span: begun in the
    range, in a trace that meets the filter; latencies are those of spans.

    Args:
        engine: The folder.
        scope: What to break down.
        dimension: By what.
        order: The metric by which values are ranked, the highest first, missing ones last.
        limit: Values at most.

    Raises:
        QueryError: The filter cannot be used.
    """
    by = DIMENSIONS[dimension]
    condition = (traces_in if by.of == "traces" else spans_in)(engine, scope)
    usage = ", ".join(f"{total(column, once=by.of == 'spans')} AS {column}" for column in _USAGE)
    query = (
        f"SELECT *, count(*) OVER () AS groups FROM (SELECT value, count(*) AS requests, "
        f"count(*) FILTER (status_code = 'error') AS errors, {quantiles_sql([0.5, 0.95])}, {usage}, "
        f"epoch_ns(max(start_time)) AS last_seen_ns "
        f"FROM (SELECT {_value(by)} AS value, * FROM {by.of} WHERE {condition.sql}{_counted(dimension)}) "
        f"{'' if by.has_missing else 'WHERE value IS NOT NULL '}GROUP BY value) "
        f"ORDER BY {_ORDERS[order]} DESC NULLS LAST, requests DESC, value LIMIT {limit}"
    )
    found = rows(engine, query, condition.parameters)
    others = found[0]["groups"] - len(found) if found else 0
    return Breakdown(dimension=dimension, values=[_row(by, row) for row in found], others=others)


def _value(by: Dimension) -> str:
    return f"unnest({by.sql})" if by.is_list else by.sql


def _counted(dimension: DimensionName) -> str:
    return f" AND {ONCE_SQL}" if dimension in _CALLS_ONCE else ""


def _row(by: Dimension, row: dict[str, Any]) -> BreakdownValue:
    p50_ms, p95_ms = milliseconds(row["latencies"], 2)
    return BreakdownValue(
        value=row["value"],
        filter=clause_of(by.field, row["value"]),
        requests=row["requests"],
        errors=row["errors"],
        error_rate=rate(row["errors"], row["requests"]),
        latency_p50_ms=p50_ms,
        latency_p95_ms=p95_ms,
        input_tokens=row["input_tokens"],
        output_tokens=row["output_tokens"],
        cost_usd=usd(row["cost_micros"]),
        last_seen_ns=row["last_seen_ns"],
    )
