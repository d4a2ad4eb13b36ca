"""What a folder's calls will cost: to the end of the month, and the days after today."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from pyflare.errors import DataError, MissingExtraError
from pyflare.store.engine import Engine
from pyflare.workspace.aggregates.spend import STEPS_NS, Spend, read_spend
from pyflare.workspace.scope import Scope

if TYPE_CHECKING:
    from pyflare.analytics.forecast import Backtest, Forecast

EXTRA: Final = "forecast"
LONGEST_DAYS: Final = 365
_HISTORY_DAYS: Final = 400
_MICROS: Final = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendBounds:
    """An expected amount and its intervals, in dollars."""

    expected_usd: float
    low_80_usd: float
    high_80_usd: float
    low_95_usd: float
    high_95_usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastDay:
    """One day, in UTC."""

    day: date
    spend: SpendBounds


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendForecast:
    """Spend to come, and how wrong such forecasts were on this folder's own past. Days are UTC's."""

    today: date
    spent_month_usd: float
    """Since the month began, today included."""
    month_end: date
    """The last day of the month."""
    month: SpendBounds
    """The whole month: what was spent, and what is to come of it."""
    horizon: SpendBounds
    """All the days of `days`."""
    days: tuple[ForecastDay, ...]
    """Today, as a whole, and the days after it."""
    method: str
    reason: str
    """Why that method."""
    backtest: Backtest
    """The method's error on held-back history; amounts in dollars."""
    others: tuple[Backtest, ...]
    """That of the methods that were not chosen."""
    observed_days: int
    missing_days: int
    """Days on which nothing was recorded, so that nobody knows what was spent."""
    calls: int
    unpriced_calls: int
    """Calls without a price: the forecast knows nothing of what they cost."""

    def lines(self) -> list[str]:
        """The forecast in words, its error beside it."""
        test = self.backtest
        unpriced = f"; {self.unpriced_calls:,} of {self.calls:,} calls have no price and are left out"
        return [
            f"this month, to {self.month_end}: {_said(self.month)}; ${self.spent_month_usd:,.2f} is spent",
            f"{len(self.days)} days from {self.today} on: {_said(self.horizon)}",
            f"method: {self.method}: {self.reason}",
            f"on held-back history ({test.origins} times {test.horizon} days): MASE {test.mase:.2f}, "
            f"sMAPE {test.smape:.0%}, MAPE {test.mape:.0%}, sums off by {test.total_error:.0%}; "
            f"80 % intervals held {test.coverage_80:.0%}, 95 % {test.coverage_95:.0%} of the days",
            f"history: {self.observed_days} days observed, {self.missing_days} without any recording"
            + (unpriced if self.unpriced_calls else ""),
        ]


def read_forecast(
    engine: Engine, *, now_ns: int, horizon_days: int = 30, models: Sequence[str] = (), filter: str = ""
) -> SpendForecast:
    """Forecast a folder's daily spend.

    Args:
        engine: The folder.
        now_ns: The present, in unix nanoseconds. The day that it is in is not history yet.
        horizon_days: Days, beginning with today, 1 to 365.
        models: Only calls of these.
        filter: Only calls in traces that meet it, in the filter language.

    Raises:
        MissingExtraError: NumPy is not installed.
        DataError: The horizon is not within its bounds.
        InsufficientDataError: There are too few whole days to say anything.
        QueryError: The filter cannot be used.
    """
    if not 1 <= horizon_days <= LONGEST_DAYS:
        raise DataError(f"horizon_days: expected 1 to {LONGEST_DAYS}; got {horizon_days}.")
    try:
        from pyflare.analytics.forecast import forecast
    except ImportError:
        raise MissingExtraError("a forecast", EXTRA) from None
    today = datetime.fromtimestamp(now_ns // 10**9, UTC).date()
    scope = Scope(now_ns=now_ns, since_ns=now_ns - _HISTORY_DAYS * STEPS_NS["day"], filter=filter, models=tuple(models))
    spend = read_spend(engine, scope)
    last = today.replace(day=calendar.monthrange(today.year, today.month)[1])
    found = forecast(_history(spend, now_ns), horizon=max(horizon_days, (last - today).days + 1), step="day")
    return _result(found, spend, today=today, last=last, horizon_days=horizon_days)


def _history(spend: Spend, now_ns: int) -> list[float]:
    """Whole days in dollars, nan where nothing is known: without today, and without the first day of recording."""
    count = (now_ns - spend.first_ns) // spend.step_ns
    days = [*spend.micros[:count], *[None] * (count - len(spend.micros))]
    first = next((position for position, micros in enumerate(days) if micros is not None), count)
    return [float("nan") if micros is None else micros / _MICROS for micros in days[first + 1 :]]


def _spent(spend: Spend, first: date, last: date) -> float:
    """What was spent from one day to another, both included, in dollars."""
    known = zip(spend.starts_ns, spend.micros, strict=True)
    days = ((datetime.fromtimestamp(ns // 10**9, UTC).date(), micros or 0) for ns, micros in known)
    return sum(micros for day, micros in days if first <= day <= last) / _MICROS


def _result(found: Forecast, spend: Spend, *, today: date, last: date, horizon_days: int) -> SpendForecast:
    spent_today = _spent(spend, today, today)
    before = _spent(spend, today.replace(day=1), today) - spent_today
    days = [
        ForecastDay(
            day=today + timedelta(days=position),
            spend=SpendBounds(
                expected_usd=float(found.mean[position]),
                low_80_usd=float(found.low_80[position]),
                high_80_usd=float(found.high_80[position]),
                low_95_usd=float(found.low_95[position]),
                high_95_usd=float(found.high_95[position]),
            ),
        )
        for position in range(horizon_days)
    ]
    return SpendForecast(
        today=today,
        spent_month_usd=before + spent_today,
        month_end=last,
        month=_bounds(found, (last - today).days + 1, before=before, least=spent_today),
        horizon=_bounds(found, horizon_days, before=0.0, least=spent_today),
        days=tuple(days),
        method=found.method,
        reason=found.reason,
        backtest=found.backtest,
        others=found.others,
        observed_days=found.observed,
        missing_days=found.missing,
        calls=spend.calls,
        unpriced_calls=spend.unpriced,
    )


def _bounds(found: Forecast, steps: int, *, before: float, least: float) -> SpendBounds:
    """The sum of the first steps with what was spent before. It is at least what is spent already."""
    expected, eighty = found.total(steps, level=0.8)
    _, most = found.total(steps, level=0.95)
    amounts = (expected, eighty.low, eighty.high, most.low, most.high)
    return SpendBounds(
        **dict(
            zip(
                ("expected_usd", "low_80_usd", "high_80_usd", "low_95_usd", "high_95_usd"),
                (before + max(amount, least) for amount in amounts),
                strict=True,
            )
        )
    )


def _said(bounds: SpendBounds) -> str:
    return (
        f"${bounds.expected_usd:,.2f} expected, 80 % between ${bounds.low_80_usd:,.2f} and ${bounds.high_80_usd:,.2f}, "
        f"95 % between ${bounds.low_95_usd:,.2f} and ${bounds.high_95_usd:,.2f}"
    )
