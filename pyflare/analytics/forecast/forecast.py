"""The forecast of a series: a method chosen on held-back history, intervals, and how wrong it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.forecast.backtest import LEVELS, Backtest, of_components, of_naive, origins_of
from pyflare.analytics.forecast.quantiles import t_quantile
from pyflare.analytics.forecast.structural import Ahead, Components, Floats, Model, ahead, run
from pyflare.errors import DataError, InsufficientDataError

LEAST: Final = 14
"""Observations below which nothing is said."""
_DAMPING: Final = 0.9
_FEWEST_FOR_SLOPE: Final = 21
_BACKTESTED: Final = 3
"""The horizon of the backtest is at most this fraction of the history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Between which bounds a value lies with probability `level`."""

    level: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Forecast:
    """What is to be expected of the next steps of a series."""

    mean: Floats
    """Shape `(h,)`: the expectation of each step."""
    low_80: Floats
    high_80: Floats
    low_95: Floats
    high_95: Floats
    method: str
    reason: str
    """Why that method."""
    backtest: Backtest
    """How it has done on held-back history."""
    others: tuple[Backtest, ...]
    """How those have done that were not chosen, and the naive forecast."""
    observed: int
    """Steps of history that were observed."""
    missing: int
    """Steps of history that were not."""
    _ahead: Ahead
    _scale: float

    def total(self, steps: int | None = None, *, level: float = 0.8) -> tuple[float, Interval]:
        """The sum of the first steps: its expectation, and its interval. Steps err together, so it is not a sum of bounds.

        Args:
            steps: How many; by default all.
            level: The probability of the interval.

        Raises:
            DataError: More steps than were forecast, or a level that is no probability.
        """
        wanted = len(self.mean) if steps is None else steps
        if not 0 <= wanted <= len(self.mean) or not 0 < level < 1:
            raise DataError(
                f"expected up to {len(self.mean)} steps and a level between 0 and 1; got {wanted} and {level}."
            )
        if wanted == 0:
            return 0.0, Interval(level=level, low=0.0, high=0.0)
        centre = self._ahead.total[wanted - 1] * self._scale
        reach = t_quantile(0.5 + level / 2, self._ahead.freedom) * self._ahead.total_deviation[wanted - 1] * self._scale
        bounds = Interval(level=level, low=max(0.0, float(centre - reach)), high=max(0.0, float(centre + reach)))
        return max(0.0, float(centre)), bounds

    def __repr__(self) -> str:
        total, bounds = self.total()
        return (
            f"<Forecast of {len(self.mean)} steps by {self.method}: {total:,.4g} in all, "
            f"80 % between {bounds.low:,.4g} and {bounds.high:,.4g}; {self.backtest!r}>"
        )


def forecast(values: npt.ArrayLike, *, horizon: int, periods: Sequence[int] = (7,), step: str = "step") -> Forecast:
    """Forecast a series of amounts that are 0 or more.

    Structural models (a level; with a trend, a damped trend; each with and without a
    season) forecast from up to 12 earlier moments, knowing only what came before. Of
    those whose mean absolute error is within one standard error of the smallest, the
    one with the fewest parts is taken.

    Intervals are Student's t around the model's own prediction variance, which holds
    how uncertain its components are, how the sum of several steps errs together, and
    how likely each of its settings is. Where the series is of the model's kind they
    hold as often as they say; where its past says nothing of its future, nothing does.

    Args:
        values: Shape `(n,)`, 0 or more. nan where a step was not observed, which is not the same as 0.
        horizon: Steps ahead, 1 or more.
        periods: Steps in a season that there may be: 7 for days, 24 for hours. One counts where there are three whole
            seasons, and each of its places was observed twice.
        step: What a step is called in messages, such as "day".

    Raises:
        DataError: A value is negative or infinite, or the horizon is not positive.
        InsufficientDataError: Fewer than 14 steps were observed, or too few to hold any back.
    """
    series = np.asarray(values, dtype=np.float64)
    seen = _check(series, horizon, step)
    scale = float(np.nanmean(series)) or 1.0
    seasons = [period for period in periods if _has_season(series, period)]
    candidates = _candidates(seasons, seen)
    held, origins = _held_back(series, horizon, seasons, step)
    period = seasons[0] if seasons else 1
    runs = [run(series / scale, Model.of(components)) for components in candidates]
    tests = [
        of_components(series / scale, filtered, components, origins=origins, horizon=held, scale_period=period)
        for filtered, components in zip(runs, candidates, strict=True)
    ]
    chosen = _choose(tests)
    naive = of_naive(series / scale, period=period, origins=origins, horizon=held)
    return _result(
        ahead(runs[chosen], len(series) - 1, horizon),
        scale,
        tests[chosen],
        (*(test for position, test in enumerate(tests) if position != chosen), naive),
        reason="; ".join(_reasons(tests[chosen], naive, [each for each in periods if each not in seasons], seen, step)),
        observed=seen,
        missing=len(series) - seen,
    )


def _held_back(series: Floats, horizon: int, seasons: list[int], step: str) -> tuple[int, list[int]]:
    """How many steps to hold back, and from where to forecast them: where any of them was observed."""
    held = min(horizon, max(1, len(series) // _BACKTESTED))
    shortest = max(LEAST - 4, *(2 * period for period in seasons)) if seasons else LEAST - 4
    seen = ~np.isnan(series)
    origins = [
        origin
        for origin in origins_of(series, horizon=held, shortest=shortest)
        if seen[origin + 1 : origin + 1 + held].any()
    ]
    if not origins:
        raise InsufficientDataError(
            f"a forecast is checked on {held} {step}s held back after {shortest} observed ones; "
            f"{seen.sum()} of {len(series)} {step}s were observed."
        )
    return held, origins


def _has_season(series: Floats, period: int) -> bool:
    """Whether each place of a season was observed twice, and something is left to check it with."""
    seen = ~np.isnan(series)
    places = np.bincount(np.flatnonzero(seen) % period, minlength=period)
    return len(series) >= 3 * period and bool(places.min() >= 2)


def _check(series: Floats, horizon: int, step: str) -> int:
    """How many steps were observed."""
    if series.ndim != 1 or np.isinf(series).any() or (series < 0).any():
        raise DataError("expected one row of numbers, 0 or more, nan where nothing was observed.")
    if horizon < 1:
        raise DataError(f"expected a horizon of 1 {step} or more; got {horizon}.")
    seen = int((~np.isnan(series)).sum())
    if seen < LEAST:
        raise InsufficientDataError(
            f"a forecast needs {LEAST} observed {step}s; there are {seen}, and {len(series) - seen} without observation."
        )
    return seen


def _candidates(seasons: list[int], seen: int) -> list[Components]:
    """Models, the ones with fewest parts first."""
    bare = [Components()]
    if seen >= _FEWEST_FOR_SLOPE:
        bare += [Components(slope=True, damping=_DAMPING), Components(slope=True)]
    seasonal = [
        Components(slope=each.slope, damping=each.damping, period=period) for period in seasons for each in bare
    ]
    return sorted((*bare, *seasonal), key=lambda each: (each.slope, each.period is not None))


def _choose(tests: list[Backtest]) -> int:
    """The simplest of those that are within one standard error of the best."""
    best = min(tests, key=lambda test: test.mae)
    return next(position for position, test in enumerate(tests) if test.mae <= best.mae + best.mae_deviation)


def _reasons(chosen: Backtest, naive: Backtest, unseen: list[int], seen: int, step: str) -> Iterator[str]:
    yield (
        f"the fewest parts among those within one standard error of the smallest mean absolute error, "
        f"from {chosen.origins} earlier moments, {chosen.horizon} {step}s each"
    )
    yield from (f"too short for a season of {period} {step}s" for period in unseen)
    if seen < _FEWEST_FOR_SLOPE:
        yield "too short for a trend"
    if chosen.mae > naive.mae:
        yield f"{naive.method} did better, but has no interval: take this forecast with care"


def _result(
    found: Ahead,
    scale: float,
    backtest: Backtest,
    others: tuple[Backtest, ...],
    *,
    reason: str,
    observed: int,
    missing: int,
) -> Forecast:
    bounds = {}
    for level, name in zip(LEVELS, ("80", "95"), strict=True):
        reach = t_quantile(0.5 + level / 2, found.freedom) * found.deviation
        bounds[f"low_{name}"] = np.maximum(found.mean - reach, 0.0) * scale
        bounds[f"high_{name}"] = np.maximum(found.mean + reach, 0.0) * scale
    return Forecast(
        mean=np.maximum(found.mean, 0.0) * scale,
        **bounds,
        method=backtest.method,
        reason=reason,
        backtest=_scaled(backtest, scale),
        others=tuple(_scaled(other, scale) for other in others),
        observed=observed,
        missing=missing,
        _ahead=found,
        _scale=scale,
    )


def _scaled(test: Backtest, scale: float) -> Backtest:
    return replace(test, mae=test.mae * scale, mae_deviation=test.mae_deviation * scale)
