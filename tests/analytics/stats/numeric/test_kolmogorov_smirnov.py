"""Kolmogorov and Smirnov's test: known values, SciPy, ties, guarantees."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import special, stats

from pyflare.analytics.stats.numeric.kolmogorov_smirnov import kolmogorov_smirnov, largest_difference
from pyflare.analytics.stats.numeric.ordered import ordered, pool
from pyflare.analytics.stats.numeric.smirnov import _bridge, smirnov_p_value

_distinct = st.lists(st.integers(-1000, 1000), min_size=8, max_size=80, unique=True)


@settings(max_examples=40)
@given(_distinct, st.data())
def test_it_is_scipys_exact_test_without_ties(values: list[int], data: st.DataObject) -> None:
    """Statistic and p-value equal SciPy's exact ones to 1e-9; where the p-value is 1, SciPy gives up with a warning."""
    split = data.draw(st.integers(2, len(values) - 2))
    found = kolmogorov_smirnov(values[:split], values[split:])
    assume(found.p_value < 1)
    oracle = stats.ks_2samp(values[:split], values[split:], method="exact")
    assert found.statistic == pytest.approx(oracle.statistic, abs=1e-12)
    assert found.p_value == pytest.approx(oracle.pvalue, rel=1e-9)
    assert found.p_value_kind == "exact"


def test_ties_are_allowed_for() -> None:
    """With ties the p-value is the share of all ways to choose the sample that lie as far apart."""
    values = np.array([0, 0, 0, 1, 1, 1, 1, 2, 2, 3])
    chosen = (4, 7, 8, 9)

    def largest(indices: tuple[int, ...]) -> float:
        current = np.isin(np.arange(10), indices)
        return float(stats.ks_2samp(values[~current], values[current], method="asymp").statistic)

    observed = largest(chosen)
    exact = np.mean([largest(indices) >= observed - 1e-12 for indices in combinations(range(10), 4)])
    current = np.isin(np.arange(10), chosen)
    assert kolmogorov_smirnov(values[~current], values[current]).p_value == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize("sizes", [(1500, 501), (1950, 51), (1200, 900)])
def test_the_limit_law_is_near_the_exact_one(sizes: tuple[int, int]) -> None:
    """Just beyond what is done exactly, the corrected limit is within 5 % of SciPy's exact p-value."""
    rng = np.random.default_rng(2)
    reference, current = rng.normal(size=sizes[0]), rng.normal(1.5 / np.sqrt(min(sizes)), size=sizes[1])
    found = kolmogorov_smirnov(reference, current)
    assert found.p_value_kind == "asymptotic"
    assert found.p_value == pytest.approx(stats.ks_2samp(reference, current, method="exact").pvalue, rel=0.05)


def test_few_levels_are_looked_at_between_them_only() -> None:
    """Five levels of many observations: the p-value lies near that of permutations, where the usual law is far off."""
    rng = np.random.default_rng(4)
    reference, current = rng.integers(5, size=4000), rng.choice(5, p=[0.22, 0.2, 0.2, 0.2, 0.18], size=1500)
    pooled = pool(ordered(reference), ordered(current), exact=True)
    observed = np.abs(pooled.difference).max()
    drawn = rng.multivariate_hypergeometric((pooled.reference + pooled.current).astype(int), 1500, size=20_000)
    apart = np.cumsum(drawn / 1500 - (pooled.reference + pooled.current - drawn) / 4000, axis=1)
    permuted = (np.abs(apart).max(axis=1) >= observed - 1e-12).mean()
    found = smirnov_p_value(pooled)[0]
    assert found == pytest.approx(permuted, rel=0.15)
    assert stats.ks_2samp(reference, current, method="asymp").pvalue > 1.5 * found


def test_what_is_followed_without_ties_is_kolmogorovs_law() -> None:
    """A single jump of 0.5 %, at the end, leaves the law of Kolmogorov, to 1e-9 and far into the tail."""
    shares = np.append(np.full(1990, 0.0005), 0.005)
    for limit in (0.6, 1.0, 1.36, 2.0, 4.0):
        reached = _bridge(shares, limit)
        assert reached == pytest.approx(special.kolmogorov(limit), rel=2e-3)
        assert _bridge(np.full(5000, 1 / 5000), limit) == pytest.approx(special.kolmogorov(limit), rel=1e-9)


def test_numbers_that_are_mostly_zero_keep_the_false_alarms() -> None:
    """Seven of ten are 0: 5 % of the p-values are below 0.05, where the usual law has 2 %."""
    rng = np.random.default_rng(12)
    draws = [[np.where(rng.random(n) < 0.7, 0, rng.lognormal(size=n)) for n in (1500, 700)] for _ in range(300)]
    alarms = sum(kolmogorov_smirnov(*pair).p_value < 0.05 for pair in draws)
    low, high = stats.binom.interval(0.999, 300, 0.05)
    assert low <= alarms <= high


def test_bounds_hold_the_true_difference() -> None:
    """For a shift of half a standard deviation the bounds hold 0.1974 in nearly all samples."""
    rng = np.random.default_rng(7)
    truth = 2 * stats.norm.cdf(0.25) - 1
    pairs = [pool(ordered(rng.normal(size=300)), ordered(rng.normal(0.5, size=200))) for _ in range(200)]
    effects = [largest_difference(pooled) for pooled in pairs]
    assert sum(effect.low <= truth <= effect.high for effect in effects) >= 190
    assert np.mean([effect.value for effect in effects]) == pytest.approx(truth, abs=0.03)


def test_without_a_difference_there_is_no_effect() -> None:
    """A constant column has statistic 0, p-value 1 and effect 0; infinities are values, and said."""
    found = kolmogorov_smirnov([1.0] * 10, [1.0] * 20)
    assert (found.statistic, found.p_value, found.effect.value) == (0.0, 1.0, 0.0)
    infinite = kolmogorov_smirnov([1.0, np.inf, 2.0], [1.0, 2.0, np.inf])
    assert infinite.p_value == 1.0
    assert infinite.notes == ("of the reference 1 are infinite", "of the current sample 1 are infinite")


def test_weights_stand_for_observations() -> None:
    """Weights that differ count by their effective number, and those of 0 not at all."""
    rng = np.random.default_rng(9)
    values, weights = rng.normal(size=400), rng.random(400)
    found = kolmogorov_smirnov(values, values + 1, reference_weights=weights)
    assert found.n_reference == pytest.approx(weights.sum() ** 2 / (weights**2).sum())
    assert found.p_value < 1e-6
