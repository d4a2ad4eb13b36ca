"""What calls cost by anything they have in common, what of it was lost, and which calls have no price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pyflare.analytics.cost import Attribution, CostLine, CostSummary, attribute
from pyflare.errors import QueryError
from pyflare.schema.told import ONCE_SQL, UNPRICED_SQL
from pyflare.store.engine import Engine
from pyflare.store.filters import Condition
from pyflare.store.hints import did_you_mean
from pyflare.workspace.aggregates.costs import TAGS_SQL
from pyflare.workspace.aggregates.sources import rows, spans_in, total
from pyflare.workspace.scope import Scope

DIMENSIONS: Final[Mapping[str, str]] = {
    "model": "model_id",
    "provider": "provider",
    "user": "user_id",
    "session": "session_id",
    "feature": "feature_id",
    "environment": "environment",
    "team": "team",
    "service": "service_name",
    "tenant": "project",
    "operation": "operation_name",
    "agent": "agent_name",
    "tier": "service_tier",
    "status": "status_code",
    "price_version": "price_version",
    "tag": "tag",
}
"""What costs can be by, and the column that holds it. Beside these: any attribute, as `attribute:customer.tier`."""
ATTRIBUTE: Final = "attribute:"
_PAID_SQL: Final = "(cost_micros IS NOT NULL OR input_tokens > 0 OR output_tokens > 0)"
_FAILED: Final = "status_code = 'error'"
_SUMS: Final = f"""count(*) AS calls, {total("cost_micros")} AS cost_micros,
    count(*) FILTER ({UNPRICED_SQL}) AS unpriced_calls,
    coalesce({total("input_tokens")}, 0) AS input_tokens, coalesce({total("output_tokens")}, 0) AS output_tokens,
    count(*) FILTER ({_FAILED}) AS failed_calls,
    try_cast(sum(cost_micros) FILTER ({_FAILED}) AS BIGINT) AS failed_cost_micros"""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpricedModel:
    """Calls of one model that have tokens and no price."""

    provider: str | None
    model_id: str | None
    service_tier: str | None
    calls: int
    input_tokens: int
    output_tokens: int
    last: datetime
    """When the last of them began, in UTC."""
    reason: str
    """Why they have no price now; what to do where they would have one."""


def read_attribution(engine: Engine, scope: Scope, by: str, *, limit: int | None = None) -> Attribution:
    """Add up costs by one dimension.

    Args:
        engine: The folder.
        scope: Calls begun in its range, in traces that meet it; of its models only.
        by: One of `DIMENSIONS`, or `attribute:` and an attribute's name. By tag a call counts in each of its tags.
        limit: Lines at most; the total is of all.

    Raises:
        QueryError: There is no such dimension, or the filter cannot be used.
    """
    column, first = _column(by)
    calls = _calls(engine, scope)
    parameters = (*first, *calls.parameters)
    source = f"(SELECT *, {TAGS_SQL} AS tag FROM spans WHERE {calls.sql})" if by == "tag" else "spans"
    where = "true" if by == "tag" else calls.sql
    found = rows(engine, f"SELECT {column} AS value, {_SUMS} FROM {source} WHERE {where} GROUP BY value", parameters)
    (whole,) = rows(engine, f"SELECT NULL AS value, {_SUMS} FROM spans WHERE {calls.sql}", calls.parameters)
    made = attribute(by, (_line(row) for row in found), total=_line(whole))
    return Attribution(dimension=by, lines=made.lines[:limit], total=made.total)


def read_summary(engine: Engine, scope: Scope) -> CostSummary:
    """Add up what calls cost, and what of it was lost. Raises QueryError where the filter cannot be used."""
    calls = _calls(engine, scope, also="(model_id IS NOT NULL AND status_code = 'error')")
    query = f"""
        WITH calls AS (
            SELECT *, {_PAID_SQL} AS is_paid,
                lag(status_code) OVER (
                    PARTITION BY trace_id, parent_span_id, operation_name, model_id ORDER BY start_time, span_id
                ) IS NOT DISTINCT FROM 'error' AS is_retry,
                trace_id IN (SELECT trace_id FROM traces WHERE status_code = 'error') AS in_failed
            FROM spans WHERE {calls.sql})
        SELECT count(*) FILTER (is_paid) AS calls,
            count(*) FILTER (is_paid AND {UNPRICED_SQL}) AS unpriced_calls,
            count(*) FILTER (is_paid AND usage_estimated) AS estimated_calls,
            {total("cost_micros")} AS cost_micros,
            coalesce({total("input_tokens")}, 0) AS input_tokens,
            coalesce({total("output_tokens")}, 0) AS output_tokens,
            coalesce({total("cache_read_tokens")}, 0) AS cache_read_tokens,
            count(*) FILTER ({_FAILED}) AS failed_calls, {_cost_where(_FAILED)} AS failed_cost_micros,
            count(*) FILTER (is_retry) AS retries, {_cost_where("is_retry")} AS retry_cost_micros,
            count(DISTINCT trace_id) AS traces,
            count(DISTINCT trace_id) FILTER (in_failed) AS failed_traces,
            {_cost_where("in_failed")} AS failed_traces_cost_micros,
            count(DISTINCT session_id) AS sessions,
            {_cost_where("session_id IS NOT NULL")} AS sessions_cost_micros
        FROM calls"""
    (row,) = rows(engine, query, calls.parameters)
    return CostSummary(**row, price_versions=_versions(engine, scope))


def read_unpriced(engine: Engine, scope: Scope) -> list[dict[str, Any]]:
    """Calls that have tokens and no price, by provider, model and tier, the most tokens first.

    Raises:
        QueryError: The filter cannot be used.
    """
    calls = _calls(engine, scope)
    query = f"""
        SELECT * FROM (
            SELECT provider, model_id, any_value(model_version) AS model_version, service_tier, count(*) AS calls,
                coalesce({total("input_tokens")}, 0) AS input_tokens,
                coalesce({total("output_tokens")}, 0) AS output_tokens, epoch_ns(max(start_time)) AS last_ns
            FROM spans WHERE {calls.sql} AND {UNPRICED_SQL} GROUP BY provider, model_id, service_tier)
        ORDER BY input_tokens + output_tokens DESC, model_id"""
    return rows(engine, query, calls.parameters)


def _versions(engine: Engine, scope: Scope) -> dict[str, int]:
    calls = _calls(engine, scope)
    query = f"""
        SELECT coalesce(price_version, 'reported') AS version, count(*) AS calls FROM spans
        WHERE {calls.sql} AND cost_micros IS NOT NULL GROUP BY version ORDER BY calls DESC, version"""
    return {row["version"]: row["calls"] for row in rows(engine, query, calls.parameters)}


def _calls(engine: Engine, scope: Scope, *, also: str = "false") -> Condition:
    return spans_in(engine, scope) & Condition(f"{ONCE_SQL} AND ({_PAID_SQL} OR {also})")


def _cost_where(condition: str) -> str:
    return f"try_cast(sum(cost_micros) FILTER ({condition}) AS BIGINT)"


def _column(by: str) -> tuple[str, tuple[str, ...]]:
    """SQL for a dimension's value, and its parameters."""
    if by.startswith(ATTRIBUTE) and len(by) > len(ATTRIBUTE):
        return "attributes[?]", (by.removeprefix(ATTRIBUTE),)
    if by not in DIMENSIONS:
        raise QueryError(
            f"by: expected one of {', '.join(DIMENSIONS)}, or {ATTRIBUTE}NAME; got {by!r}."
            f"{did_you_mean(by, [*DIMENSIONS])}"
        )
    return DIMENSIONS[by], ()


def _line(row: Mapping[str, Any]) -> CostLine:
    return CostLine(**row)
