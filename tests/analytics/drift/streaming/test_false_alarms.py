"""How often streaming detectors raise an alarm where nothing changes: what their documentation says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import poisson

from pyflare.analytics.drift.streaming import ADWIN, KSWIN, STREAM_DETECTORS, PageHinkley

LENGTH = 50_000


@pytest.mark.parametrize("name", ["ddm", "eddm", "hddm_a", "hddm_w"])
@pytest.mark.parametrize("rate", [0.03, 0.1, 0.3, 0.5])
def test_detectors_of_errors_raise_at_most_what_they_say(name, rate):
    """In 20 streams of 50,000 values there are no more alarms than 0.06 a stream make likely, at any error rate."""
    generator = np.random.default_rng(int(1000 * rate))
    streams = (generator.random((20, LENGTH)) < rate).astype(float)
    alarms = sum(len(STREAM_DETECTORS.get(name)().update_many(stream)) for stream in streams)
    assert alarms <= poisson.ppf(0.999, 20 * 0.06)


@pytest.mark.parametrize("shape", ["normal", "exponential", "t"])
def test_adwin_raises_next_to_none(shape):
    """In five streams of 50,000 values, symmetric, skewed or with heavy tails, there is at most one alarm."""
    generator = np.random.default_rng(4)
    draw = {
        "normal": generator.normal,
        "exponential": generator.exponential,
        "t": lambda size: generator.standard_t(3, size),
    }[shape]
    assert sum(len(ADWIN().update_many(draw(size=LENGTH))) for _ in range(5)) <= 1


@pytest.mark.parametrize("shift", [0.25, 0.5, 1.0])
def test_page_hinkley_has_the_run_length_that_was_asked_for(shift):
    """With a run length of 2,000, alarms in a million normal values are within 10 % of the 500 expected."""
    values = np.random.default_rng(6).normal(50, 3, 1_000_000)
    alarms = len(PageHinkley(shift=shift, run_length=2_000).update_many(values))
    assert 0.9 * poisson.ppf(0.005, 500) <= alarms <= 1.1 * poisson.ppf(0.995, 500)


@pytest.mark.parametrize("window", [60, 300])
def test_kswin_raises_at_most_as_often_as_was_asked_for(window):
    """With a run length of 2,000 there are at most 100 alarms in 200,000 values, whatever their distribution."""
    generator = np.random.default_rng(8)
    for values in (generator.exponential(size=200_000), generator.integers(0, 5, 200_000).astype(float)):
        alarms = len(KSWIN(window=window, recent=window // 3, run_length=2_000).update_many(values))
        assert alarms <= poisson.ppf(0.995, 100)
