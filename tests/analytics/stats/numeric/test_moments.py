"""Means and variances: SciPy, other distributions than the normal, weights."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from pyflare.analytics.stats import TwoSampleResult, anderson_darling, kolmogorov_smirnov, wasserstein
from pyflare.analytics.stats.numeric.mean_difference import mean_difference
from pyflare.analytics.stats.numeric.variance_ratio import variance_ratio
from pyflare.errors import DataError, InsufficientDataError

_sample = st.lists(st.integers(-100, 100), min_size=2, max_size=40)


@settings(max_examples=40)
@given(_sample, _sample)
def test_means_are_compared_as_scipy_does(reference: list[int], current: list[int]) -> None:
    """Welch's t and its p-value equal SciPy's to 1e-9 wherever both samples vary; SciPy warns where one does not."""
    assume(min(len(set(reference)), len(set(current))) > 1)
    found = mean_difference(reference, current)
    oracle = stats.ttest_ind(current, reference, equal_var=False)
    assert found.statistic == pytest.approx(oracle.statistic, abs=1e-9)
    assert found.p_value == pytest.approx(oracle.pvalue, rel=1e-9)


def test_effect_of_a_mean_is_in_standard_deviations_of_the_reference() -> None:
    """Half a standard deviation down is -0.5, inside its bounds."""
    rng = np.random.default_rng(1)
    effect = mean_difference(rng.normal(5, 2, size=4000), rng.normal(4, 3, size=4000)).effect
    assert effect.value == pytest.approx(-0.5, abs=0.05)
    assert effect.low < -0.5 < effect.high


def test_constant_samples() -> None:
    """Where nothing varies, means are equal or not, and have no effect size; variances cannot be compared."""
    assert mean_difference([1.0, 1.0], [1.0, 1.0]).p_value == 1.0
    moved = mean_difference([1.0, 1.0], [2.0, 2.0])
    assert (moved.statistic, moved.p_value) == (math.inf, 0.0)
    assert math.isnan(moved.effect.value)
    with pytest.raises(InsufficientDataError):
        variance_ratio([1.0, 1.0], [1.0, 2.0])
    with pytest.raises(InsufficientDataError):
        mean_difference([1.0, np.inf], [1.0, 2.0])


@pytest.mark.parametrize("draw", ["normal", "uniform", "exponential"])
def test_variances_need_no_normal_distribution(draw: str) -> None:
    """Without drift about 5 % of the p-values are below 0.05, where the F test has 0 to 30 %."""
    rng = np.random.default_rng(2)
    p_values = [variance_ratio(*(getattr(rng, draw)(size=size) for size in (900, 600))).p_value for _ in range(300)]
    low, high = stats.binom.interval(0.9999, 300, 0.055)
    assert low <= sum(p < 0.05 for p in p_values) <= high


def test_effect_of_a_spread_is_its_logarithm() -> None:
    """A spread 1.5 times as large is `ln(1.5)`."""
    rng = np.random.default_rng(3)
    effect = variance_ratio(rng.normal(size=5000), rng.normal(scale=1.5, size=5000)).effect
    assert effect.value == pytest.approx(math.log(1.5), abs=0.03)
    assert effect.low < math.log(1.5) < effect.high


@pytest.mark.parametrize("test", [mean_difference, variance_ratio, kolmogorov_smirnov, anderson_darling, wasserstein])
def test_confidence_is_between_0_and_1(test: Callable[..., TwoSampleResult]) -> None:
    """Bounds of 100 % are infinitely far, and of 95 nobody knows what they are."""
    for confidence in (0.0, 1.0, 95.0, math.nan):
        with pytest.raises(DataError, match="confidence"):
            test([1.0, 2.0, 3.0], [2.0, 3.0, 5.0], confidence=confidence)


def test_weights_that_are_equal_change_nothing() -> None:
    """Mean and variance of equally weighted observations are those of unweighted ones."""
    x, y = np.array([1.0, 2.0, 4.0, 8.0]), np.array([2.0, 3.0, 9.0])
    for test in (mean_difference, variance_ratio):
        plain, weighted = test(x, y), test(x, y, reference_weights=np.full(4, 0.7))
        assert weighted.statistic == pytest.approx(plain.statistic)
        assert weighted.p_value == pytest.approx(plain.p_value)
