"""Numbers by the values of a dimension."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from pyflare.server.api.deps import ERRORS, Ask, Asking, Limit, Scoped
from pyflare.server.api.moments import rfc3339
from pyflare.server.api.schemas.aggregates import BreakdownResponse
from pyflare.workspace.aggregates.breakdown import BreakdownMetric, BreakdownValue, read_breakdown
from pyflare.workspace.aggregates.dimensions import DimensionName
from pyflare.workspace.scope import Scope

router = APIRouter(tags=["breakdown"])

Order = Annotated[BreakdownMetric, Query(description="The metric whose highest values come first.")]


@router.get("/breakdown", response_model=BreakdownResponse, responses=ERRORS)
def break_down(
    ask: Asking,
    scope: Scoped,
    dimension: Annotated[DimensionName, Query(description="By what.")],
    order_by: Order = "requests",
    limit: Limit = 20,
) -> Response:
    """The values of one dimension. Where it belongs to a span, as a model does, a request is a call; else a trace."""
    return _answer(ask, scope, dimension, order_by, limit)


@router.get("/models", response_model=BreakdownResponse, responses=ERRORS)
def list_models(ask: Asking, scope: Scoped, order_by: Order = "requests", limit: Limit = 100) -> Response:
    """The models called. A request is a call."""
    return _answer(ask, scope, "model", order_by, limit)


@router.get("/services", response_model=BreakdownResponse, responses=ERRORS)
def list_services(ask: Asking, scope: Scoped, order_by: Order = "requests", limit: Limit = 100) -> Response:
    """The services that traces began in. A request is a trace."""
    return _answer(ask, scope, "service", order_by, limit)


def _answer(ask: Ask, scope: Scope, dimension: DimensionName, order: BreakdownMetric, limit: int) -> Response:
    def make() -> dict[str, Any]:
        found = read_breakdown(ask.workspace.engine, scope, dimension, order=order, limit=limit)
        return {"dimension": dimension, "rows": [_row_value(row) for row in found.values], "others": found.others}

    return ask.paced(make)


def _row_value(row: BreakdownValue) -> dict[str, Any]:
    value = asdict(row)
    last_seen_ns = value.pop("last_seen_ns")
    return {**value, "last_seen": None if last_seen_ns is None else rfc3339(last_seen_ns)}
