"""Spend to come, and budgets."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from pyflare.server.api.schemas.base import Model, Time


class SpendBounds(Model):
    """An expected amount in dollars, and the bounds it lies between with 80 % and 95 % probability."""

    expected_usd: float
    low_80_usd: float
    high_80_usd: float
    low_95_usd: float
    high_95_usd: float


class ForecastDay(Model):
    """One day, in UTC."""

    day: date
    spend: SpendBounds


class ForecastError(Model):
    """How a method has done on history that it was not shown."""

    method: str
    origins: int = Field(description="From how many earlier days it forecast.")
    horizon: int = Field(description="How many days each time.")
    mae_usd: float | None = Field(description="Mean absolute error of a day.")
    mase: float | None = Field(description='The same, relative to saying "as one week ago" on the history.')
    smape: float | None = Field(description="Symmetric mean absolute percentage error, 0 to 2.")
    mape: float | None = Field(description="Mean absolute percentage error, as a share, of days that were not 0.")
    total_error: float | None = Field(description="Error of the sum over the horizon, as a share.")
    coverage_80: float | None = Field(description="Share of days within their 80 % interval.")
    coverage_95: float | None


class CostForecast(Model):
    """Spend to come. Where there is too little history, everything but `reason` is null or empty."""

    today: date = Field(description="In UTC.")
    spent_month_usd: float | None = Field(description="Since the month began, today included.")
    month_end: date | None = Field(description="The last day of the month.")
    month: SpendBounds | None = Field(description="The whole month: what was spent, and what is to come of it.")
    horizon: SpendBounds | None = Field(description="The days asked for together; today is the first.")
    days: list[ForecastDay]
    method: str | None
    reason: str = Field(description="Why that method, or why nothing can be said.")
    backtest: ForecastError | None = Field(description="The method's error on held-back history.")
    others: list[ForecastError] = Field(description="That of the methods that were not chosen.")
    observed_days: int | None
    missing_days: int | None = Field(description="Days on which nothing was recorded, so that nobody knows.")
    requests: int | None
    unpriced_requests: int | None = Field(description="They are not in the forecast.")


class BudgetAccount(Model):
    """How one budget stands for one key, in the window of now."""

    name: str
    by: list[str] = Field(description="What each has a budget of its own by; empty where all calls share one.")
    key: str = Field(description='Whose; "" where the budget is not by anything.')
    unit: Literal["usd", "tokens", "calls"]
    limit: float = Field(description="In dollars, tokens or calls.")
    spent: float
    reserved: float = Field(description="What calls under way may use.")
    share: float = Field(description="Spent, of the limit.")
    calls: int
    unpriced_calls: int = Field(description="They are not in what was spent.")
    window: str
    time_zone: str
    since: Time = Field(description="When the window began.")
    until: Time = Field(
        description="When the window ends; of a rolling one, by when all that is spent until now counts no more."
    )
    on_exceeded: Literal["warn", "stop"]


class BudgetList(Model):
    """The budgets of the folder, by name, the most used accounts first."""

    budgets: list[BudgetAccount]
    total: int = Field(description="Accounts in all.")


class WhatIfAnswer(Model):
    """What calls cost, and what they would have cost."""

    requests: int = Field(description="Calls that are compared: those priced both ways.")
    cost_usd: float
    would_cost_usd: float
    ratio: float | None
    assumptions: list[str] = Field(description="What is taken for granted.")
    left_out: dict[str, int] = Field(description="How many calls have no price, by what is missing.")
