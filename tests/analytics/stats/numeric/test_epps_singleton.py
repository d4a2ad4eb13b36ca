"""Epps and Singleton's test: SciPy, ties, sizes that differ, bounds, weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from pyflare.analytics.stats import epps_singleton, mean_difference
from pyflare.errors import DataError, InsufficientDataError

_numbers = st.lists(st.floats(-50, 50).map(lambda value: round(value, 3)), min_size=8, max_size=60, unique=True)


@settings(max_examples=40)
@given(_numbers, _numbers)
def test_the_authors_test_is_scipys(reference: list[float], current: list[float]) -> None:
    """Each sample with a covariance of its own, the statistic and its p-value equal SciPy's to 1e-9."""
    found = epps_singleton(reference, current, pooled=False)
    oracle = stats.epps_singleton_2samp(reference, current)
    assert found.statistic == pytest.approx(oracle.statistic, rel=1e-6, abs=1e-9)
    assert found.p_value == pytest.approx(oracle.pvalue, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("size", [30, 300, 3000])
def test_usual_samples_agree_with_scipy_to_nine_digits(size: int) -> None:
    """Where the covariance is well conditioned there is nothing for rounding to enlarge."""
    rng = np.random.default_rng(size)
    reference, current = rng.lognormal(size=size), rng.lognormal(0.2, 1, size=size)
    found, oracle = (
        epps_singleton(reference, current, pooled=False),
        stats.epps_singleton_2samp(reference, current),
    )
    assert found.statistic == pytest.approx(oracle.statistic, rel=1e-9)
    assert found.p_value == pytest.approx(oracle.pvalue, rel=1e-9)


def test_the_statistic_by_its_definition() -> None:
    """With one covariance for both samples, `W` is the difference of mean waves in units of its spread."""
    rng = np.random.default_rng(1)
    reference, current = rng.normal(size=80), rng.normal(0.3, 1, size=50)
    both = np.concatenate([reference, current])
    angles = np.outer((0.4, 0.8), both / (stats.iqr(both) / 2))
    waves = np.concatenate([np.cos(angles), np.sin(angles)])
    apart = waves[:, 80:].mean(axis=1) - waves[:, :80].mean(axis=1)
    found = epps_singleton(reference, current)
    assert found.statistic == pytest.approx(apart @ np.linalg.solve(np.cov(waves) * (1 / 80 + 1 / 50), apart), rel=1e-9)
    assert found.p_value == pytest.approx(stats.beta.sf(found.statistic / 129, 2, 62.5), rel=1e-9)


def test_unequal_sizes_keep_the_rate() -> None:
    """Of 5,000 against 100 about 5 % are below 0.05, where the authors' form has four times as many."""
    rng = np.random.default_rng(2)
    pairs = [(rng.normal(size=5000), rng.normal(size=100)) for _ in range(300)]
    ours, theirs = (
        sum(epps_singleton(*pair, pooled=pooled).p_value < 0.05 for pair in pairs) for pooled in (True, False)
    )
    low, high = stats.binom.interval(0.9999, 300, 0.05)
    assert low <= ours <= high < theirs


def test_two_humps_are_seen() -> None:
    """One hump that becomes two, mean and variance as before, is found though the means agree, and its effect is near."""
    rng = np.random.default_rng(3)

    def two_humps(size: int) -> np.ndarray:
        return rng.choice((-0.75, 0.75), size) + np.sqrt(1 - 0.75**2) * rng.normal(size=size)

    found = epps_singleton(rng.normal(size=2000), two_humps(2000))
    assert found.p_value < 1e-4
    assert (
        found.effect.low < epps_singleton(rng.normal(size=200_000), two_humps(200_000)).effect.value < found.effect.high
    )


def test_a_shift_is_its_effect() -> None:
    """Of normal numbers, the effect of half a standard deviation is about a half."""
    rng = np.random.default_rng(4)
    samples = rng.normal(size=50_000), rng.normal(0.5, 1, size=50_000)
    assert epps_singleton(*samples).effect.value == pytest.approx(abs(mean_difference(*samples).effect.value), abs=0.02)


def test_values_that_say_little() -> None:
    """Of one value nothing differs; of two, one direction is left; where quartiles agree, the spread sets the scale."""
    same = epps_singleton([3.0] * 9, [3.0] * 5)
    assert (same.statistic, same.p_value, same.effect.value) == (0.0, 1.0, 0.0)
    coins = np.repeat([0.0, 1.0], (30, 70)), np.repeat([0.0, 1.0], (55, 45))
    assert epps_singleton(*coins).p_value == pytest.approx(mean_difference(*coins).p_value, rel=0.2)
    rare = np.repeat([0.0, 1.0], (180, 20)), np.repeat([0.0, 1.0], (120, 80))
    assert epps_singleton(*rare).p_value < 1e-6


def test_equal_weights_change_nothing_and_infinities_are_set_apart() -> None:
    """Weights that are all alike are none; infinite values are left out and counted."""
    rng = np.random.default_rng(5)
    reference, current = rng.normal(size=60), rng.normal(size=40)
    plain = epps_singleton(reference, current)
    weighted = epps_singleton(reference, current, reference_weights=np.full(60, 2.5), current_weights=np.full(40, 0.1))
    assert weighted.statistic == pytest.approx(plain.statistic, rel=1e-9)
    unequal = epps_singleton(reference, current, reference_weights=rng.uniform(1, 2, 60))
    assert unequal.statistic != pytest.approx(plain.statistic, rel=1e-3)
    apart = epps_singleton([*reference, np.inf, np.nan], current)
    assert apart.statistic == pytest.approx(plain.statistic, rel=1e-9)
    assert apart.notes


@pytest.mark.parametrize("points", [(), (0.0,), (-1.0, 1.0), (np.inf,), ((0.4,), (0.8,))])
def test_points_that_are_none(points: tuple[float, ...]) -> None:
    """Frequencies are positive numbers, at least one; and one value is no sample."""
    with pytest.raises(DataError, match="points"):
        epps_singleton([1.0, 2.0], [1.0, 3.0], points=points)
    with pytest.raises(InsufficientDataError):
        epps_singleton([1.0], [1.0, 3.0])
