"""Forecasts: the guarantees of their intervals, and what they say where there is too little."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pyflare.analytics.forecast import forecast
from pyflare.errors import DataError, InsufficientDataError

HORIZON = 30


def drawn(days, rng):
    """A series of the models' kind: a level that moves more or less, with and without a week and a slope."""
    level = np.cumsum(rng.choice([0, 0.05, 0.1, 0.3, 0.5, 1.0]) * rng.normal(size=days))
    week = np.resize(rng.normal(size=7) * rng.choice([0.0, 2.0]), days)
    return 60 + level + week + rng.choice([0, 0, 0.1]) * np.arange(days) + rng.normal(size=days)


def hits(history, series, rng):
    """How often the 80 % and the 95 % interval held: of the first day, the last, and the sums of 10 and 30 days."""
    held = np.zeros((2, 4))
    for _ in range(series):
        whole = drawn(history + HORIZON, rng)
        found, came = forecast(whole[:history], horizon=HORIZON), whole[history:]
        for row, level in enumerate((0.8, 0.95)):
            bounds = [found.total(1, level=level)[1], *(found.total(steps, level=level)[1] for steps in (10, HORIZON))]
            sums = [came[:steps].sum() for steps in (1, 10, HORIZON)]
            low, high = (found.low_80, found.high_80) if row == 0 else (found.low_95, found.high_95)
            inside = [bound.low <= came_to <= bound.high for bound, came_to in zip(bounds, sums, strict=True)]
            held[row] += [*inside, low[-1] <= came[-1] <= high[-1]]
    return held


def assert_in_band(held, series):
    """Within four standard errors of what the binomial law expects (one in 16,000 by chance, for each)."""
    for row, level in enumerate((0.8, 0.95)):
        band = 4 * np.sqrt(series * level * (1 - level))
        assert np.all(np.abs(held[row] - series * level) <= band), (level, held[row] / series)


def test_intervals_hold():
    """On series whose law is known, intervals hold as often as they say."""
    assert_in_band(hits(70, 60, np.random.default_rng(1)), 60)


@pytest.mark.slow
@pytest.mark.parametrize("history", [40, 90, 180])
def test_intervals_hold_at_length(history):
    """The same, with 250 series each, shorter and longer ones."""
    assert_in_band(hits(history, 250, np.random.default_rng(history)), 250)


def test_a_week_is_found():
    """A season is taken where the data has it, and the forecast repeats it."""
    rng = np.random.default_rng(2)
    week = np.array([10, 11, 10, 9, 8, 2, 1.0])
    found = forecast(np.resize(week, 70) + 0.3 * rng.normal(size=70) + 1, horizon=14)
    assert "season of 7" in found.method
    assert np.abs(found.mean - np.resize(week, 14) - 1).max() < 0.5
    assert found.backtest.mase < 1


def test_nothing_is_made_of_noise():
    """A series without a trend or a week is forecast by its level in nearly all cases."""
    rng = np.random.default_rng(3)
    methods = [forecast(20 + rng.normal(size=60), horizon=7).method for _ in range(30)]
    assert methods.count("level") >= 24


def test_a_trend_is_followed():
    """Where spend has grown steadily, it is expected to."""
    rng = np.random.default_rng(4)
    found = forecast(10 + 0.5 * np.arange(90) + rng.normal(size=90), horizon=10)
    assert "trend" in found.method
    assert found.mean[-1] == pytest.approx(10 + 0.5 * 99, rel=0.05)


def test_missing_is_not_zero():
    """Days that were not observed leave the forecast's level alone, and widen it."""
    rng = np.random.default_rng(5)
    whole = 20 + rng.normal(size=60)
    holes = whole.copy()
    holes[[3, 11, 12, 13, 30, 31, 32, 33, 34, 59]] = np.nan
    found, full = forecast(holes, horizon=7, periods=()), forecast(whole, horizon=7, periods=())
    assert found.mean[0] == pytest.approx(20, abs=1)
    assert (found.observed, found.missing) == (50, 10)
    assert found.high_80[0] - found.low_80[0] > 0.9 * (full.high_80[0] - full.low_80[0])
    zeros = np.nan_to_num(holes)
    assert forecast(zeros, horizon=7, periods=()).mean[0] < found.mean[0]


@settings(max_examples=20)
@given(
    st.lists(st.integers(0, 10**6) | st.just(float("nan")), min_size=20, max_size=40).filter(
        lambda values: sum(value == value for value in values) >= 14
    ),
    st.floats(0.001, 1000),
)
def test_order_and_scale(values, factor):
    """Bounds lie around the expectation and are never negative; in another currency the forecast is the same."""
    try:
        found = forecast(values, horizon=5)
    except InsufficientDataError:  # gaps where it would be checked
        assume(False)
    for low, high in ((found.low_80, found.high_80), (found.low_95, found.high_95)):
        assert np.all((low >= 0) & (low <= found.mean + 1e-9) & (found.mean <= high + 1e-9))
    assert np.all(found.high_95 >= found.high_80)
    scaled = forecast(np.array(values) * factor, horizon=5)
    if scaled.method == found.method:
        assert scaled.mean == pytest.approx(found.mean * factor, rel=1e-6, abs=1e-6 * factor)


def test_zeros():
    """Where nothing was ever spent, nothing is expected."""
    found = forecast(np.zeros(40), horizon=3)
    assert (found.mean.tolist(), found.total()[0]) == ([0, 0, 0], 0)


def test_too_little_is_said():
    """With fewer than two weeks nothing is guessed; a short history says what it is too short for."""
    with pytest.raises(InsufficientDataError, match="needs 14 observed steps; there are 9, and 3 without"):
        forecast([1.0] * 9 + [float("nan")] * 3, horizon=30)
    rng = np.random.default_rng(6)
    found = forecast(5 + rng.random(16), horizon=30)
    assert "too short for a season of 7" in found.reason
    assert "too short for a trend" in found.reason
    with pytest.raises(InsufficientDataError, match="held back"):
        forecast([float("nan")] * 20 + [1.0] * 14, horizon=30)
    with pytest.raises(InsufficientDataError, match="held back"):
        forecast([1.0] * 14 + [float("nan")] * 60, horizon=5)


def test_a_season_whose_places_were_not_all_seen():
    """Where weekends were never observed, no week is made up."""
    days = np.resize([10, 11, 12, 11, 10, np.nan, np.nan], 70)
    assert "season" not in forecast(days, horizon=7).method


@pytest.mark.parametrize(("values", "horizon"), [([-1.0] * 20, 1), ([float("inf")] * 20, 1), ([1.0] * 20, 0)])
def test_what_cannot_be(values, horizon):
    """Negative and infinite amounts and an empty horizon are refused."""
    with pytest.raises(DataError):
        forecast(values, horizon=horizon)


def test_totals_of_some_steps():
    """The sum of the first steps has bounds of its own, narrower than those of the bounds' sum."""
    rng = np.random.default_rng(7)
    found = forecast(20 + rng.normal(size=60), horizon=30)
    total, bounds = found.total(10)
    assert total == pytest.approx(found.mean[:10].sum())
    assert found.low_80[:10].sum() < bounds.low < total < bounds.high < found.high_80[:10].sum()
    assert found.total(0)[0] == 0
    with pytest.raises(DataError):
        found.total(31)


def test_repr():
    """What a notebook shows is the sum, its bounds and the error beside it."""
    rng = np.random.default_rng(8)
    shown = repr(forecast(20 + rng.normal(size=60), horizon=30))
    assert "30 steps by level" in shown
    assert "MASE" in shown
