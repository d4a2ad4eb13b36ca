"""What model calls cost."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from pyflare.server.api.deps import ERRORS, Asking, Limit, Scoped
from pyflare.server.api.schemas.aggregates import CostBreakdown, CostSummary
from pyflare.workspace.aggregates.costs import (
    Cost,
    CostDimension,
    CostGroupBy,
    read_cost_breakdown,
    read_costs,
)

router = APIRouter(prefix="/costs", tags=["costs"])


@router.get("", response_model=CostSummary, responses=ERRORS)
def sum_up_costs(
    ask: Asking,
    scope: Scoped,
    group_by: Annotated[
        list[CostGroupBy] | None, Query(max_length=6, description="What groups have in common, one parameter each.")
    ] = None,
) -> Response:
    """What a range cost, by hour or day, and by groups. A request is a call with tokens or a cost."""

    def make() -> dict[str, Any]:
        found = read_costs(ask.workspace.engine, scope, group_by=group_by or ())
        return {
            "total_cost_usd": found.total.cost_usd,
            "total_requests": found.total.requests,
            "total_input_tokens": found.total.input_tokens,
            "total_output_tokens": found.total.output_tokens,
            "average_cost_per_request_usd": found.total.average_usd,
            "unpriced_requests": found.total.unpriced,
            "by_period": [
                {"period": each.period, "cost_usd": each.cost.cost_usd, "requests": each.cost.requests}
                for each in found.periods
            ],
            "groups": [{"key": group.key, **_sums(group.cost)} for group in found.groups],
        }

    return ask.paced(make)


@router.get("/breakdown", response_model=CostBreakdown, responses=ERRORS)
def break_costs_down(
    ask: Asking,
    scope: Scoped,
    dimension: Annotated[CostDimension, Query(description="By what.")],
    limit: Limit = 10,
) -> Response:
    """Costs by one dimension, the dearest first. Values beyond the limit are in the total alone.

    By tag a call counts in each of its tags, and once in the total.
    """

    def make() -> dict[str, Any]:
        found = read_cost_breakdown(ask.workspace.engine, scope, dimension, limit=limit)
        return {
            "dimension": dimension,
            "total_cost_usd": found.total.cost_usd,
            "breakdown": [{"value": each.value, "share": each.share, **_sums(each.cost)} for each in found.shares],
        }

    return ask.paced(make)


def _sums(cost: Cost) -> dict[str, Any]:
    return {
        "cost_usd": cost.cost_usd,
        "requests": cost.requests,
        "input_tokens": cost.input_tokens,
        "output_tokens": cost.output_tokens,
        "unpriced_requests": cost.unpriced,
    }
