"""The Wasserstein distance: SciPy, permutations, effect."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from pyflare.analytics.stats.numeric.wasserstein import wasserstein
from pyflare.errors import DataError, InsufficientDataError

_sample = st.lists(st.integers(-20, 20), min_size=2, max_size=40)


@settings(max_examples=40)
@given(_sample, _sample)
def test_it_is_scipys_distance(reference: list[int], current: list[int]) -> None:
    """The distance equals SciPy's to 1e-9, with ties and unequal sizes, and does not depend on which comes first."""
    found = wasserstein(reference, current)
    assert found.statistic == pytest.approx(stats.wasserstein_distance(reference, current), abs=1e-9)
    assert found.statistic == pytest.approx(wasserstein(current, reference).statistic, abs=1e-9)
    assert np.isnan(found.p_value)
    assert found.p_value_kind == "none"


def test_it_is_scipys_distance_of_weighted_samples() -> None:
    """Weights count as SciPy's do."""
    rng = np.random.default_rng(1)
    x, y, u, v = rng.normal(size=50), rng.normal(size=30), rng.random(50), rng.random(30)
    found = wasserstein(x, y, reference_weights=u, current_weights=v)
    assert found.statistic == pytest.approx(stats.wasserstein_distance(x, y, u, v), rel=1e-9)


def test_effect_is_the_shift_in_standard_deviations() -> None:
    """A shift by one and a half standard deviations, in any unit, is an effect of about 1.5, inside its bounds."""
    rng = np.random.default_rng(1)
    effect = wasserstein(rng.normal(0, 40, size=3000), rng.normal(60, 40, size=2000)).effect
    assert effect.value == pytest.approx(1.5, abs=0.1)
    assert effect.low < 1.5 < effect.high
    assert effect.high - effect.low < 0.3


def test_p_value_is_that_of_permutations() -> None:
    """Without drift p-values are even; a shift has the smallest there is. The generator is the caller's."""
    rng = np.random.default_rng(3)
    p_values = [
        wasserstein(rng.normal(size=80), rng.normal(size=50), rng=rng, n_permutations=99).p_value for _ in range(200)
    ]
    low, high = stats.binom.interval(0.9999, 200, 0.1)
    assert low <= sum(p <= 0.1 for p in p_values) <= high
    moved = wasserstein(np.arange(100.0), np.arange(100.0) + 50, rng=rng)
    assert moved.p_value == 0.001
    assert moved.p_value_kind == "permutation"


def test_many_values_are_permuted_by_cells() -> None:
    """With 40,000 distinct values the p-value still is that of a fine comparison."""
    rng = np.random.default_rng(4)
    found = wasserstein(rng.normal(size=20_000), rng.normal(0.1, size=20_000), rng=rng, n_permutations=199)
    assert found.p_value == 0.005


def test_degenerate_samples() -> None:
    """Infinities are left out and said; without spread there is no effect; weights have no permutations."""
    found = wasserstein([1.0, 1.0, np.inf], [2.0, 2.0])
    assert found.statistic == 1.0
    assert np.isnan(found.effect.value)
    assert len(found.notes) == 2
    with pytest.raises(InsufficientDataError):
        wasserstein([np.nan], [1.0])
    with pytest.raises(DataError, match="n_permutations"):
        wasserstein([1.0, 2.0], [2.0, 3.0], rng=np.random.default_rng(5), n_permutations=0)
    with pytest.raises(DataError, match="rng"):
        wasserstein([1.0, 2.0], [2.0, 3.0], reference_weights=[1, 2], rng=np.random.default_rng(5))
