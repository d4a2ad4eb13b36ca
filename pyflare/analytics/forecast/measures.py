"""How wrong forecasts were, in the field's measures."""

from __future__ import annotations

import numpy as np

from pyflare.analytics.forecast.structural import Floats


def mean_absolute_error(actual: Floats, forecast: Floats) -> float:
    """The mean of |actual - forecast|, in the series' unit. nan where nothing was observed."""
    return _mean(np.abs(actual - forecast))


def mape(actual: Floats, forecast: Floats) -> float:
    """Mean absolute percentage error: the mean of |actual - forecast| / |actual|, as a share.

    Where the actual value is 0 it is not defined, and left out; near 0 it grows without bounds.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        shares = np.abs(actual - forecast) / np.abs(actual)
    return _mean(np.where(actual == 0, np.nan, shares))


def smape(actual: Floats, forecast: Floats) -> float:
    """Symmetric MAPE: the mean of 2 |actual - forecast| / (|actual| + |forecast|), from 0 to 2 (Makridakis 1993).

    Where both are 0 the error is 0.
    """
    size = np.abs(actual) + np.abs(forecast)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = 2 * np.abs(actual - forecast) / size
    return _mean(np.where(size == 0, 0.0, shares))


def naive_error(history: Floats, *, period: int) -> float:
    """What saying "as one period ago" was wrong by on average: the mean of |y_t - y_{t-period}|."""
    return _mean(np.abs(history[period:] - history[:-period]))


def mase(actual: Floats, forecast: Floats, *, scale: float) -> float:
    """Mean absolute scaled error (Hyndman and Koehler 2006): below 1 is better than `naive_error` on the history.

    Args:
        actual: What came.
        forecast: What was expected.
        scale: `naive_error` of the history before. nan comes out where it is 0.
    """
    return mean_absolute_error(actual, forecast) / scale if scale > 0 else float("nan")


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")
