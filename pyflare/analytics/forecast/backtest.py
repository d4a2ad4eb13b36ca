"""Forecasts made from earlier moments of a series, against what then came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from pyflare.analytics.forecast.measures import mape, mase, mean_absolute_error, naive_error, smape
from pyflare.analytics.forecast.quantiles import t_quantile
from pyflare.analytics.forecast.structural import Components, Filtered, Floats, ahead

_ORIGINS: Final = 12
LEVELS: Final = (0.8, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Backtest:
    """How a method has done on history that it was not shown."""

    method: str
    origins: int
    """From how many moments it was made."""
    horizon: int
    """How many steps ahead each time."""
    mae: float
    """Mean absolute error of a step, in the series' unit."""
    mase: float
    """The same, relative to "as one period ago" on the history; below 1 is better than that."""
    smape: float
    """Symmetric mean absolute percentage error, 0 to 2."""
    mape: float
    """Mean absolute percentage error, as a share, over steps that were not 0."""
    total_error: float
    """Mean absolute error of the sum over the horizon, as a share of what the sums came to."""
    coverage_80: float
    """Share of steps within their 80 % interval."""
    coverage_95: float
    mae_deviation: float
    """Standard error of `mae` over the origins."""

    def __repr__(self) -> str:
        held = f"; intervals held {self.coverage_80:.0%} (80 %) and {self.coverage_95:.0%} (95 %)"
        return (
            f"<Backtest of {self.method}: MASE {self.mase:.2f}, sMAPE {self.smape:.0%}, sum off by "
            f"{self.total_error:.0%}{'' if np.isnan(self.coverage_80) else held}; "
            f"{self.origins} origins, {self.horizon} steps each>"
        )


def origins_of(values: Floats, *, horizon: int, shortest: int) -> list[int]:
    """From where to forecast: positions of the last observation that each forecast knows.

    Args:
        values: The series.
        horizon: Steps ahead.
        shortest: How many observations a forecast needs.
    """
    counts = np.cumsum(~np.isnan(values))
    first, last = int(np.searchsorted(counts, shortest)), len(values) - 1 - horizon
    if last < first:
        return []
    spread = np.linspace(first, last, min(_ORIGINS, last - first + 1)).astype(int)
    return sorted(set(spread.tolist()))


def of_components(
    values: Floats, filtered: Filtered, components: Components, *, origins: list[int], horizon: int, scale_period: int
) -> Backtest:
    """Backtest a structural model: what it knew at each origin alone counts."""
    expected, spreads, freedoms = [], [], []
    for origin in origins:
        found = ahead(filtered, origin, horizon)
        expected.append(np.maximum(found.mean, 0.0))
        spreads.append(found.deviation)
        freedoms.append(found.freedom)
    return _measured(values, components.name, np.array(expected), np.array(spreads), freedoms, origins, scale_period)


def of_naive(values: Floats, *, period: int, origins: list[int], horizon: int) -> Backtest:
    """Backtest "as one period ago", repeated: what every other method has to beat."""
    expected = np.array([naive(values[: origin + 1], period=period, horizon=horizon) for origin in origins])
    name = f"seasonal naive ({period})" if period > 1 else "naive"
    spreads = np.full(expected.shape, np.nan)
    return _measured(values, name, expected, spreads, [0] * len(origins), origins, period)


def naive(history: Floats, *, period: int, horizon: int) -> Floats:
    """The last observations of each place in the period, repeated. nan where a place was never observed."""
    last = np.full(period, np.nan)
    for t, value in enumerate(history):
        if not np.isnan(value):
            last[t % period] = value
    return last[(len(history) + np.arange(horizon)) % period]


def _measured(
    values: Floats,
    method: str,
    expected: Floats,
    spreads: Floats,
    freedoms: list[int],
    origins: list[int],
    period: int,
) -> Backtest:
    horizon = expected.shape[1]
    actual = np.array([values[origin + 1 : origin + 1 + horizon] for origin in origins])
    errors = np.array([mean_absolute_error(*pair) for pair in zip(actual, expected, strict=True)])
    seen = ~np.isnan(actual)
    sums, hoped = np.where(seen, actual, 0.0).sum(axis=1), np.where(seen, expected, 0.0).sum(axis=1)
    return Backtest(
        method=method,
        origins=len(origins),
        horizon=horizon,
        mae=mean_absolute_error(actual, expected),
        mase=mase(actual, expected, scale=naive_error(values, period=period)),
        smape=smape(actual, expected),
        mape=mape(actual, expected),
        total_error=float(np.abs(sums - hoped).sum() / sums.sum()) if sums.sum() > 0 else float("nan"),
        coverage_80=_coverage(actual, expected, spreads, freedoms, LEVELS[0]),
        coverage_95=_coverage(actual, expected, spreads, freedoms, LEVELS[1]),
        mae_deviation=float(np.nanstd(errors) / np.sqrt(len(errors))),
    )


def _coverage(actual: Floats, expected: Floats, spreads: Floats, freedoms: list[int], level: float) -> float:
    if np.isnan(spreads).all():
        return float("nan")
    reach = spreads * np.array([t_quantile(0.5 + level / 2, freedom) for freedom in freedoms])[:, None]
    seen = ~np.isnan(actual)
    return float((np.abs(actual - expected) <= reach)[seen].mean()) if seen.any() else float("nan")
