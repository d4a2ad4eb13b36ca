"""Numbers by the values of a dimension."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from pyflare.server.api.deps import ERRORS, Ask, Asking, Limit, Scoped
from pyflare.server.api.schemas.aggregates import BreakdownResponse
from pyflare.server.api.values import breakdown_value
from pyflare.workspace.aggregates.breakdown import BreakdownMetric
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
    return ask.paced(lambda: breakdown_value(ask.workspace.engine, scope, dimension, order=order, limit=limit))
