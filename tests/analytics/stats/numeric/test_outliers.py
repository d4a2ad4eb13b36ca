"""Whether a few values that lie far out come from both samples."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pyflare.analytics.stats.numeric.ordered import ordered, pool
from pyflare.analytics.stats.numeric.outliers import outlier_p_value
from pyflare.analytics.stats.numeric.rank_scores import rank_scores

USUAL = stats.norm.ppf((np.arange(1000) + 0.5) / 1000).clip(-2.9, 2.9)
"""A thousand values as normal as can be, none of which is far out."""


def _p_value(reference: object, current: object) -> float | None:
    return outlier_p_value(pool(ordered(reference), ordered(current)))


def test_it_is_the_chance_that_all_are_of_one_sample() -> None:
    """Six equal outliers, all current: twice the share of all ways to deal six of 1,012 values to 506 of them."""
    reference, current = np.r_[USUAL[::2], np.zeros(6)], np.r_[USUAL[1::2], np.repeat([9.0, -9.0], 3)]
    assert _p_value(reference, current) == pytest.approx(2 * comb(506, 6) / comb(1012, 6), rel=1e-9)


def test_it_is_that_of_all_ways_to_deal_them() -> None:
    """Outliers of unequal distance, in both samples: within a fifth of what dealing them 40,000 times gives."""
    rng = np.random.default_rng(1)
    far = np.array([3.2, -3.5, 3.9, 4.2, -4.4, 4.6, -4.8, 4.9])
    everything, is_current = np.r_[USUAL, far], np.r_[np.arange(1000) % 2 == 0, [True] * 2, False, [True] * 5]
    sums = np.zeros(40_000)
    for distance in far:
        sums += (rng.random(sums.size) < 0.5) * (abs(distance) - 3)
    observed = (np.abs(far) - 3)[is_current[1000:]].sum()
    dealt = 2 * ((sums > observed + 1e-9).mean() + (np.abs(sums - observed) < 1e-9).mean() / 2)
    assert _p_value(everything[~is_current], everything[is_current]) == pytest.approx(dealt, rel=0.2)


@given(st.lists(st.sampled_from([-9.0, -4.5, -3.5, 3.5, 4.2, 5.0, np.inf]), min_size=4, max_size=9), st.randoms())
def test_order_sign_and_scale_do_not_matter(far: list[float], random: object) -> None:
    """Exchanging the samples, and any rising or falling line through the numbers, leave the p-value."""
    kept = np.random.default_rng(random.getrandbits(32)).random(len(far)) < 0.5  # type: ignore[attr-defined]
    reference, current = np.r_[USUAL[::2], np.array(far)[kept]], np.r_[USUAL[1::2], np.array(far)[~kept]]
    p = _p_value(reference, current)
    for other in (
        _p_value(current, reference),
        _p_value(-reference, -current),
        _p_value(4 * reference + 1, 4 * current + 1),
    ):
        assert other is p is None or other == pytest.approx(p, rel=1e-5)


def test_it_is_asked_where_there_are_a_few() -> None:
    """Not of two outliers, nor of heavy tails, of mostly equal or infinite numbers, or of weighted ones."""
    rng = np.random.default_rng(1)
    two, five = np.r_[USUAL, 9.0, 9.0], np.r_[USUAL, np.full(5, 9.0)]
    assert _p_value(USUAL, two) is None
    assert _p_value(USUAL, five) is not None
    assert _p_value(rng.standard_t(3, 1000), rng.standard_t(3, 1000)) is None
    assert _p_value(np.zeros(1000), np.r_[np.zeros(1000), np.ones(5)]) is None
    assert _p_value(np.r_[USUAL, np.full(600, np.inf)], np.r_[USUAL, np.full(700, np.inf)]) is None
    assert outlier_p_value(pool(ordered(five, np.ones(five.size)), ordered(USUAL))) is None


def test_distances_beyond_all_numbers_are_far() -> None:
    """Values near the largest that floating point has, and infinite ones, are as far as it counts, without a warning."""
    far = np.array([1e308, -1e308, 1.7e308, np.inf, -np.inf, 1e308])
    tiny = 1e-300 * USUAL
    assert _p_value(tiny[::2], np.r_[tiny[1::2], far]) == pytest.approx(2 * comb(506, 6) / comb(1006, 6), rel=1e-9)


def test_a_few_outliers_are_found_that_ranks_miss() -> None:
    """Of 1,000 values 1 % lie five times as far out: found in two of five samples."""
    rng = np.random.default_rng(2)
    found = [
        rank_scores(pool(ordered(rng.normal(size=1000)), ordered(_with_outliers(rng, 0.01))))[1] for _ in range(100)
    ]
    assert sum(p < 0.05 for p in found) >= 40


def _with_outliers(rng: np.random.Generator, share: float, size: int = 1000) -> np.ndarray:
    return rng.normal(size=size) * np.where(rng.random(size) < share, 5.0, 1.0)
