"""What model calls cost.

A request here is a call: a span with tokens or a cost that no span below it
repeats. One with tokens and no price is **unpriced**; it is in the counts of
requests and tokens, and not in the sum, which is None where nothing is priced.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal

from pyflare.schema.told import ONCE_SQL, UNPRICED_SQL
from pyflare.store.engine import Engine
from pyflare.store.filters import Condition
from pyflare.workspace.aggregates.measures import usd
from pyflare.workspace.aggregates.ranges import Range, range_of
from pyflare.workspace.aggregates.sources import rows, spans_in, total
from pyflare.workspace.scope import Scope

CostGroupBy = Literal["model_id", "user_id", "feature_id", "environment", "hour", "day"]
CostDimension = Literal[
    "model", "user", "feature", "team", "tenant", "tag", "service", "environment", "provider", "session"
]

_PAID_SQL: Final = f"{ONCE_SQL} AND (cost_micros IS NOT NULL OR input_tokens > 0 OR output_tokens > 0)"
_HOUR_NS: Final = 3_600 * 1_000_000_000
_DAY_NS: Final = 24 * _HOUR_NS
_HOUR_SQL: Final = f"epoch_ns(start_time) // {_HOUR_NS}"
_DAY_SQL: Final = f"epoch_ns(start_time) // {_DAY_NS}"
_GROUPS: Final[Mapping[CostGroupBy, str]] = {
    "model_id": "model_id",
    "user_id": "user_id",
    "feature_id": "feature_id",
    "environment": "environment",
    "hour": _HOUR_SQL,
    "day": _DAY_SQL,
}
_DIMENSIONS: Final[Mapping[CostDimension, str]] = {
    "model": "model_id",
    "user": "user_id",
    "feature": "feature_id",
    "team": "team",
    "tenant": "project",
    "tag": "tag",
    "service": "service_name",
    "environment": "environment",
    "provider": "provider",
    "session": "session_id",
}
TAGS_SQL: Final = "unnest(CASE WHEN len(tags) > 0 THEN list_distinct(tags) ELSE [NULL] END)"
"""A row for each tag of a call, and one for a call without any."""
_BY_HOUR_UP_TO_NS: Final = 3 * _DAY_NS
MOST_GROUPS: Final = 1000
_SUMS: Final = (
    f"count(*) AS requests, {total('cost_micros')} AS cost_micros, "
    f"{total('input_tokens')} AS input_tokens, {total('output_tokens')} AS output_tokens, "
    f"count(*) FILTER ({UNPRICED_SQL}) AS unpriced"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What some calls cost."""

    requests: int
    cost_micros: int | None
    """In millionths of a dollar."""
    input_tokens: int | None
    output_tokens: int | None
    unpriced: int
    """Calls among them without a price."""

    @property
    def cost_usd(self) -> float | None:
        """In dollars; None where none of them is priced."""
        return usd(self.cost_micros)

    @property
    def average_usd(self) -> float | None:
        """What a priced call cost on average; None where none is priced."""
        priced = self.requests - self.unpriced
        return None if self.cost_usd is None or not priced else self.cost_usd / priced


@dataclass(frozen=True, slots=True, kw_only=True)
class CostPeriod:
    """Costs of an hour, `2026-05-01T13:00:00Z`, or of a day, `2026-05-01`, in UTC."""

    period: str
    cost: Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class CostGroup:
    """Costs of one group."""

    key: dict[str, str | None]
    cost: Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What a scope cost, over time and by groups, the dearest first."""

    total: Cost
    periods: list[CostPeriod]
    groups: list[CostGroup]


@dataclass(frozen=True, slots=True, kw_only=True)
class CostShare:
    """What one value of a dimension cost."""

    value: str | None
    cost: Cost
    share: float | None
    """Of the total, 0 to 1; None where nothing is priced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostBreakdown:
    """Costs by one dimension, the dearest first."""

    dimension: CostDimension
    total: Cost
    shares: list[CostShare]


def read_costs(engine: Engine, scope: Scope, *, group_by: Sequence[CostGroupBy] = ()) -> Costs:
    """Add up costs: in all, by hour (ranges of up to three days) or by day, and by groups.

    Args:
        engine: The folder.
        scope: Calls begun in its range, in traces that meet it; of its models only.
        group_by: What the groups have in common; none where it is empty.

    Raises:
        QueryError: The filter cannot be used.
    """
    within = range_of(engine, scope)
    calls = _calls(engine, scope, within)
    period: CostGroupBy = "hour" if within.end_ns - within.start_ns <= _BY_HOUR_UP_TO_NS else "day"
    query = f"SELECT {_GROUPS[period]} AS period, {_SUMS} FROM spans WHERE {calls.sql} GROUP BY period ORDER BY period"
    periods = [
        CostPeriod(period=str(_said(period, row["period"])), cost=_cost(row))
        for row in rows(engine, query, calls.parameters)
    ]
    return Costs(
        total=_sum(each.cost for each in periods),
        periods=periods,
        groups=_groups(engine, calls, tuple(dict.fromkeys(group_by))),
    )


def read_cost_breakdown(engine: Engine, scope: Scope, dimension: CostDimension, *, limit: int = 10) -> CostBreakdown:
    """Add up costs by one dimension. Values beyond the limit are in the total. Raises as `read_costs`.

    By tag a call counts in each of its tags, and once in the total.
    """
    calls = _calls(engine, scope, range_of(engine, scope))
    source = f"spans WHERE {calls.sql}"
    tagged = f"(SELECT *, {TAGS_SQL} AS tag FROM {source})"
    query = (
        f"SELECT {_DIMENSIONS[dimension]} AS value, {_SUMS} FROM {tagged if dimension == 'tag' else source} "
        "GROUP BY value ORDER BY cost_micros DESC NULLS LAST, requests DESC, value"
    )
    found = [(row["value"], _cost(row)) for row in rows(engine, query, calls.parameters)]
    if dimension == "tag":
        (row,) = rows(engine, f"SELECT {_SUMS} FROM {source}", calls.parameters)
        whole = _cost(row)
    else:
        whole = _sum(cost for _, cost in found)
    shares = [CostShare(value=value, cost=cost, share=_share(cost, whole)) for value, cost in found[:limit]]
    return CostBreakdown(dimension=dimension, total=whole, shares=shares)


def _calls(engine: Engine, scope: Scope, within: Range) -> Condition:
    inside = replace(scope, since_ns=within.start_ns, until_ns=within.end_ns)
    return spans_in(engine, inside) & Condition(_PAID_SQL)


def _groups(engine: Engine, calls: Condition, group_by: Sequence[CostGroupBy]) -> list[CostGroup]:
    if not group_by:
        return []
    keys = [f"key_{position}" for position in range(len(group_by))]
    selected = ", ".join(f"{_GROUPS[name]} AS {key}" for name, key in zip(group_by, keys, strict=True))
    query = (
        f"SELECT {selected}, {_SUMS} FROM spans WHERE {calls.sql} GROUP BY {', '.join(keys)} "
        f"ORDER BY cost_micros DESC NULLS LAST, requests DESC, {', '.join(keys)} LIMIT {MOST_GROUPS}"
    )
    found = rows(engine, query, calls.parameters)
    return [
        CostGroup(key={name: _said(name, row[key]) for name, key in zip(group_by, keys, strict=True)}, cost=_cost(row))
        for row in found
    ]


def _said(name: CostGroupBy, value: Any) -> str | None:
    """A group's value as text; hours and days are counted from 1970."""
    match name:
        case "hour":
            return f"{datetime.fromtimestamp(value * 3_600, UTC):%Y-%m-%dT%H:00:00Z}"
        case "day":
            return f"{datetime.fromtimestamp(value * 86_400, UTC):%Y-%m-%d}"
        case _:
            return None if value is None else str(value)


def _sum(costs: Iterable[Cost]) -> Cost:
    """Costs of several groups together; what none of them knows stays unknown."""
    parts = [*costs]
    return Cost(
        requests=sum(part.requests for part in parts),
        cost_micros=_known_sum(part.cost_micros for part in parts),
        input_tokens=_known_sum(part.input_tokens for part in parts),
        output_tokens=_known_sum(part.output_tokens for part in parts),
        unpriced=sum(part.unpriced for part in parts),
    )


def _known_sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _cost(row: Mapping[str, Any]) -> Cost:
    return Cost(
        requests=row["requests"],
        cost_micros=row["cost_micros"],
        input_tokens=row["input_tokens"],
        output_tokens=row["output_tokens"],
        unpriced=row["unpriced"],
    )


def _share(part: Cost, whole: Cost) -> float | None:
    if part.cost_micros is None or not whole.cost_micros:
        return None
    return part.cost_micros / whole.cost_micros
