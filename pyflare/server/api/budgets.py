"""How the folder's budgets stand."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from pyflare.budgets import BudgetStanding, read_budgets
from pyflare.budgets.budget import MICROS_PER_USD
from pyflare.server.api.deps import ERRORS, Asking, Limit
from pyflare.server.api.moments import rfc3339
from pyflare.server.api.schemas.spend import BudgetList

router = APIRouter(prefix="/budgets", tags=["costs"])


@router.get("", response_model=BudgetList, responses=ERRORS)
def list_budgets(ask: Asking, limit: Limit = 100) -> Response:
    """List how budgets stand in the window of now: what processes have spent of them, those that run included."""
    found = read_budgets(ask.workspace.path)
    return ask.fresh({"budgets": [_value(each) for each in found[:limit]], "total": len(found)})


def _value(each: BudgetStanding) -> dict[str, Any]:
    budget = each.budget
    unit = MICROS_PER_USD if budget.unit == "usd" else 1
    return {
        "name": budget.name,
        "by": list(budget.by),
        "key": each.key,
        "unit": budget.unit,
        "limit": budget.limit / unit,
        "spent": each.amount / unit,
        "reserved": each.reserved / unit,
        "share": each.share,
        "calls": each.calls,
        "unpriced_calls": each.unpriced,
        "window": budget.window,
        "time_zone": budget.time_zone,
        "since": rfc3339(int(each.since.timestamp()) * 10**9),
        "until": rfc3339(int(each.until.timestamp()) * 10**9),
        "on_exceeded": "stop" if budget.stops else "warn",
    }
