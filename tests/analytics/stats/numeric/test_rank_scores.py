"""The test behind a comparison of numbers, and the permutation tails it rests on."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pyflare.analytics.stats.numeric.extremes import extreme_p_values
from pyflare.analytics.stats.numeric.ordered import Pooled, ordered, pool
from pyflare.analytics.stats.numeric.rank_scores import rank_scores
from pyflare.analytics.stats.numeric.saddlepoint import permutation_p_value


def _p_value(reference: object, current: object) -> float:
    return rank_scores(pool(ordered(reference), ordered(current)))[1]


def test_tails_are_those_of_all_permutations() -> None:
    """Skewed scores, 6 of 18: within 25 % of what counting all 18,564 ways gives, however far out."""
    scores = np.random.default_rng(3).normal(size=18) ** 2
    sums = np.array([scores[list(chosen)].sum() for chosen in combinations(range(18), 6)])
    order = np.argsort(sums)
    chosen = list(combinations(range(18), 6))
    for rank in (0, 3, 50, 400, len(sums) - 400, len(sums) - 30, len(sums) - 1):
        current = np.zeros(18)
        current[list(chosen[order[rank]])] = 1
        above, below = (sums >= sums[order[rank]] - 1e-12).mean(), (sums <= sums[order[rank]] + 1e-12).mean()
        exact = 2 * min(above, below)
        assert permutation_p_value(scores, 1 - current, current) == pytest.approx(exact, rel=0.25)


def test_complete_separation_has_the_smallest_p_value_there_is() -> None:
    """Twenty before and thirty after that have nothing in common: two of all ways to choose thirty of fifty."""
    p = permutation_p_value(np.array([0.0, 1.0]), np.array([20.0, 0.0]), np.array([0.0, 30.0]))
    assert p == pytest.approx(2 / 47_129_212_243_960, rel=1e-9)


_sample = st.lists(st.integers(-20, 20), min_size=8, max_size=40)


@given(_sample, _sample)
def test_it_does_not_matter_which_sample_comes_first_nor_the_scale(reference: list[int], current: list[int]) -> None:
    """Exchanging the samples, and any rising or falling line through the numbers, leave the p-value."""
    p = _p_value(reference, current)
    assert _p_value(current, reference) == pytest.approx(p, rel=1e-5)
    assert _p_value(3 * np.array(reference) + 1, 3 * np.array(current) + 1) == pytest.approx(p, rel=1e-6)
    assert _p_value(-np.array(reference), -np.array(current)) == pytest.approx(p, rel=1e-5)


def test_two_values_are_a_comparison_of_shares() -> None:
    """Of a column of zeros and ones only location is left, and its p-value is nearly Fisher's mid-p."""
    found = _p_value(np.repeat([0, 1], [180, 20]), np.repeat([0, 1], [150, 50]))
    exact = stats.fisher_exact([[180, 20], [150, 50]])[1]
    assert found == pytest.approx(exact, rel=0.6)
    assert found < exact


def test_samples_that_are_the_same_are_nothing() -> None:
    """A constant column says nothing at all, and two equal samples nothing but that."""
    statistic, p_value = rank_scores(pool(ordered(np.ones(20)), ordered(np.ones(30))))
    assert np.isnan(statistic)
    assert p_value == 1.0
    assert _p_value(np.arange(50), np.arange(50)) > 0.9


def test_far_p_values_are_finite_and_ordered() -> None:
    """A larger shift has a smaller p-value, down to where floating point ends."""
    reference = np.random.default_rng(5).normal(size=2000)
    found = [_p_value(reference, reference[:1000] + shift) for shift in (0.1, 0.3, 0.6, 1.0)]
    assert found == sorted(found, reverse=True)
    assert 0 < found[-1] < 1e-60


def test_a_new_default_is_found_at_either_end() -> None:
    """Fifteen of five hundred are below, or above, all there was before: certain, whatever the rest looks like."""
    rng = np.random.default_rng(6)
    reference, current = rng.lognormal(size=500), rng.lognormal(size=500)
    usual = _p_value(reference, current)
    for default in (0.0, 1e6):
        current[:15] = default
        assert _p_value(reference, current) < 0.02 < usual


def test_few_against_very_many_counts() -> None:
    """Fifty counts against 100,000 raise no more false alarms than stated, though a few of the many are far larger."""
    values, usual = np.arange(6.0), np.array([74_013.0, 22_301, 3_315, 338, 31, 2])
    rng = np.random.default_rng(7)
    draws = rng.multinomial(50, usual / usual.sum(), size=300).astype(float)
    p = [
        rank_scores(Pooled(values=values, reference=usual, current=draw, is_weighted=False))[1]
        for draw in (np.array([39.0, 10, 1, 0, 0, 0]), *draws)
    ]
    assert p[0] > 0.2
    assert sum(each <= 0.05 for each in p) <= stats.binom.ppf(0.995, len(p), 0.05)
    assert min(p) > 1e-4


def test_extremes_are_counted_exactly() -> None:
    """The eight smallest of forty and forty all current: twice the mid-p of one in `C(80, 8) / C(40, 8)`."""
    pooled = pool(ordered(np.arange(40.0) + 8), ordered(np.r_[np.arange(8.0), np.arange(32.0) + 8.5]))
    assert extreme_p_values(pooled)[0] == pytest.approx(stats.hypergeom.pmf(8, 80, 40, 8), rel=1e-9)
    assert len(extreme_p_values(pooled)) == 2


_DRAWS = {
    "normal": lambda rng, n: rng.normal(size=n),
    "lognormal": lambda rng, n: rng.lognormal(sigma=2.0, size=n),
    "counts": lambda rng, n: rng.poisson(1.2, size=n),
    "two values": lambda rng, n: rng.random(n) < 0.2,
}


@pytest.mark.parametrize("sizes", [(60, 60), (800, 25)])
@pytest.mark.parametrize("draw", list(_DRAWS))
def test_false_alarms_are_as_stated(draw: str, sizes: tuple[int, int]) -> None:
    """Without drift 5 % of the p-values are below 0.05: small samples, unequal ones, skew and ties."""
    rng = np.random.default_rng(11)
    repeats = 300
    p_values = [_p_value(*(_DRAWS[draw](rng, size) for size in sizes)) for _ in range(repeats)]
    low, high = stats.binom.interval(0.9999, repeats, 0.05)
    alarms = sum(p < 0.05 for p in p_values)
    assert alarms <= high
    assert alarms >= low or draw == "two values"
