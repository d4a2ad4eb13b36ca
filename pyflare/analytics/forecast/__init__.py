"""Forecasts of amounts over time, with intervals that hold and their error on held-back history."""

from __future__ import annotations

from pyflare.analytics.forecast.backtest import Backtest
from pyflare.analytics.forecast.forecast import LEAST, Forecast, Interval, forecast
from pyflare.analytics.forecast.measures import mape, mase, mean_absolute_error, naive_error, smape
from pyflare.analytics.forecast.structural import Components

__all__ = [
    "LEAST",
    "Backtest",
    "Components",
    "Forecast",
    "Interval",
    "forecast",
    "mape",
    "mase",
    "mean_absolute_error",
    "naive_error",
    "smape",
]
