"""What model calls will cost, and would have cost."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Response

from pyflare.errors import InsufficientDataError
from pyflare.pricing import Prices
from pyflare.server.api.deps import ERRORS, Asking, Name, Scoped
from pyflare.server.api.schemas.spend import CostForecast, WhatIfAnswer
from pyflare.workspace.spend_forecast import LONGEST_DAYS, SpendForecast, read_forecast
from pyflare.workspace.what_if import Change, read_what_if

if TYPE_CHECKING:
    from pyflare.analytics.forecast import Backtest

router = APIRouter(prefix="/costs", tags=["costs"])


@router.get("/forecast", response_model=CostForecast, responses=ERRORS)
def forecast_costs(
    ask: Asking,
    model_id: Annotated[Sequence[Name], Query(max_length=10, description="Only these models.")] = (),
    horizon_days: Annotated[int, Query(ge=1, le=LONGEST_DAYS, description="Days, beginning with today.")] = 30,
    filter: Annotated[str, Query(description="Only calls in traces that meet it.", max_length=2000)] = "",
) -> Response:
    """Forecast daily spend, with intervals and with the error of such forecasts on the folder's own past."""
    now_ns = time.time_ns()
    today = datetime.fromtimestamp(now_ns // 10**9, UTC).date()
    ask.request.state.moments = (str(today),)

    def make() -> dict[str, Any]:
        try:
            found = read_forecast(
                ask.workspace.engine, now_ns=now_ns, horizon_days=horizon_days, models=model_id, filter=filter.strip()
            )
        except InsufficientDataError as error:
            return {**dict.fromkeys(CostForecast.model_fields), "today": today, "reason": str(error), **_NOTHING}
        return _value(found)

    return ask.paced(make)


@router.get("/what-if", response_model=WhatIfAnswer, responses=ERRORS)
def compare_costs(
    ask: Asking,
    scope: Scoped,
    model: Annotated[Name | None, Query(description="The model that would be called instead.")] = None,
    provider: Annotated[Name | None, Query(description="Who would serve it.")] = None,
    instead_of: Annotated[Name | None, Query(description="Only calls of this model change.")] = None,
    cache_rate: Annotated[
        float | None, Query(ge=0, le=1, description="Share of plain input that would be read from a cache.")
    ] = None,
    traffic: Annotated[float, Query(ge=0, le=1e6, description="How many times as many calls.")] = 1.0,
) -> Response:
    """Say what the calls of a range would have cost with another model, another cache rate, or more traffic."""
    change = Change(model=model, provider=provider, instead_of=instead_of, cache_rate=cache_rate, traffic=traffic)

    def make() -> dict[str, Any]:
        found = read_what_if(ask.workspace.engine, scope, change, Prices.load(ask.workspace.path))
        return {
            "requests": found.calls,
            "cost_usd": found.cost_micros / 1e6,
            "would_cost_usd": found.would_cost_micros / 1e6,
            "ratio": found.ratio,
            "assumptions": change.assumptions,
            "left_out": found.left_out,
        }

    return ask.paced(make)


_NOTHING: dict[str, Any] = {"days": [], "others": []}


def _value(found: SpendForecast) -> dict[str, Any]:
    return {
        "today": found.today,
        "spent_month_usd": found.spent_month_usd,
        "month_end": found.month_end,
        "month": asdict(found.month),
        "horizon": asdict(found.horizon),
        "days": [{"day": each.day, "spend": asdict(each.spend)} for each in found.days],
        "method": found.method,
        "reason": found.reason,
        "backtest": _error(found.backtest),
        "others": [_error(each) for each in found.others],
        "observed_days": found.observed_days,
        "missing_days": found.missing_days,
        "requests": found.calls,
        "unpriced_requests": found.unpriced_calls,
    }


def _error(test: Backtest) -> dict[str, Any]:
    """Not a number becomes null on its way to JSON."""
    return {
        "method": test.method,
        "origins": test.origins,
        "horizon": test.horizon,
        "mae_usd": test.mae,
        "mase": test.mase,
        "smape": test.smape,
        "mape": test.mape,
        "total_error": test.total_error,
        "coverage_80": test.coverage_80,
        "coverage_95": test.coverage_95,
    }
