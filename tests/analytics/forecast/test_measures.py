"""Measures of error, quantiles, and the filter against what is known exactly."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pyflare.analytics.forecast import Components, mape, mase, naive_error, smape
from pyflare.analytics.forecast.backtest import naive, origins_of
from pyflare.analytics.forecast.quantiles import t_quantile
from pyflare.analytics.forecast.structural import Model, ahead, run


def test_by_hand():
    """The measures of two forecasts, worked by hand."""
    actual, expected = np.array([100.0, 0.0, 50.0, np.nan]), np.array([110.0, 10.0, 40.0, 5.0])
    assert mape(actual, expected) == pytest.approx((0.1 + 0.2) / 2)
    assert smape(actual, expected) == pytest.approx((20 / 210 + 2 + 20 / 90) / 3)
    history = np.array([1.0, 5.0, 2.0, 8.0])
    assert naive_error(history, period=2) == pytest.approx((1 + 3) / 2)
    assert mase(actual, expected, scale=5.0) == pytest.approx(2.0)
    assert np.isnan(mase(actual, expected, scale=0.0))
    assert smape(np.zeros(2), np.zeros(2)) == 0


@pytest.mark.parametrize("freedom", [5, 8, 20, 100, 10_000])
@pytest.mark.parametrize("p", [0.1, 0.5, 0.9, 0.975])
def test_quantiles(freedom, p):
    """Student's t within half a percent of SciPy's."""
    assert t_quantile(p, freedom) == pytest.approx(stats.t.ppf(p, freedom), rel=5e-3, abs=1e-9)


def test_too_little_freedom():
    """Below five degrees of freedom it is said that nothing is known."""
    assert np.isnan(t_quantile(0.9, 4))


@pytest.mark.parametrize(
    "components", [Components(), Components(slope=True), Components(slope=True, period=7)], ids=lambda each: each.name
)
def test_without_movement_it_is_least_squares(components):
    """With all ratios 0 the filter is a regression: the same forecast, and the same deviation of a day and of a sum."""
    rng = np.random.default_rng(1)
    n, h = 50, 9
    values = 5 + rng.normal(size=n)
    values[[4, 20, 21]] = np.nan
    model = Model.of(components)
    still = Model(model.transition, model.observed, model.noise[:1])
    assert not still.noise.any()
    found = ahead(run(values, still), n - 1, h)
    t = np.arange(n + h)
    columns = [np.ones(n + h)] + ([t] if components.slope else [])
    for k in range(1, 4) if components.period else ():
        columns += [np.cos(2 * np.pi * k * t / 7), np.sin(2 * np.pi * k * t / 7)]
    design = np.column_stack(columns).astype(float)
    seen = ~np.isnan(values)
    past, future = design[:n][seen], design[n:]
    fitted, squares, *_ = np.linalg.lstsq(past, values[seen], rcond=None)
    freedom = int(seen.sum()) - past.shape[1]
    inverse = np.linalg.inv(past.T @ past)
    noise = squares[0] / freedom
    assert found.mean == pytest.approx(future @ fitted, rel=1e-4)
    assert found.freedom == freedom
    spread = np.eye(h) + future @ inverse @ future.T
    assert found.deviation == pytest.approx(np.sqrt(noise * np.diag(spread)), rel=1e-3)
    assert found.total_deviation[-1] == pytest.approx(np.sqrt(noise * spread.sum()), rel=1e-3)


def test_naive():
    """Saying as one period ago repeats the last observation of each place."""
    history = np.array([1.0, 2, 3, 4, np.nan, 6])
    assert naive(history, period=3, horizon=5).tolist() == [4, 2, 6, 4, 2]


def test_origins():
    """Every origin leaves enough before it and the whole horizon after it."""
    origins = origins_of(np.zeros(60), horizon=10, shortest=20)
    assert (origins[0], origins[-1], len(origins)) == (19, 49, 12)
    assert origins_of(np.zeros(10), horizon=5, shortest=8) == []
