"""Anderson-Darling, Cramér-von Mises and the energy distance: SciPy, ties, guarantees."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import cdist

from pyflare.analytics.stats.numeric.anderson_darling import anderson_darling
from pyflare.analytics.stats.numeric.cramer_von_mises import cramer_von_mises
from pyflare.analytics.stats.numeric.energy import energy_distance
from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.errors import InsufficientDataError

Test = Callable[..., TwoSampleResult]
TESTS: list[Test] = [anderson_darling, cramer_von_mises, energy_distance]

_distinct = st.lists(st.integers(-1000, 1000), min_size=8, max_size=60, unique=True)
_sample = st.lists(st.integers(0, 6), min_size=8, max_size=40)


@settings(max_examples=40)
@given(_distinct, st.data())
def test_cramer_von_mises_is_scipys(values: list[int], data: st.DataObject) -> None:
    """Without ties the statistic equals SciPy's to 1e-9."""
    split = data.draw(st.integers(2, len(values) - 2))
    found = cramer_von_mises(values[:split], values[split:]).statistic
    assert found == pytest.approx(stats.cramervonmises_2samp(values[:split], values[split:]).statistic, abs=1e-9)


@settings(max_examples=40)
@given(_distinct, st.data())
def test_anderson_darling_is_pettitts(values: list[int], data: st.DataObject) -> None:
    """Without ties `A2 = sum((M_i N - i n)**2 / (i (N - i))) / (n m)`, written as Pettitt does."""
    split = data.draw(st.integers(2, len(values) - 2))
    n, total = split, len(values)
    order = np.argsort(values)
    below, i = np.cumsum(order < split)[:-1], np.arange(1, total)
    expected = ((below * total - i * n) ** 2 / (i * (total - i))).sum() / (n * (total - n))
    assert anderson_darling(values[:split], values[split:]).statistic == pytest.approx(expected, rel=1e-9)


@settings(max_examples=40)
@given(_sample, _sample)
def test_energy_distance_is_that_of_all_pairs(reference: list[int], current: list[int]) -> None:
    """Twice the mean distance between the samples less those within, and SciPy's distance squared."""
    x, y = (np.array(sample, dtype=float)[:, None] for sample in (reference, current))
    pairs = 2 * cdist(x, y).mean() - cdist(x, x).mean() - cdist(y, y).mean()
    found = energy_distance(reference, current).statistic
    assert found == pytest.approx(pairs, abs=1e-9)
    assert found == pytest.approx(stats.energy_distance(reference, current) ** 2, abs=1e-9)


@pytest.mark.parametrize("test", TESTS)
@settings(max_examples=40)
@given(reference=_sample, current=_sample)
def test_order_of_samples_and_of_values_do_not_matter(test: Test, reference: list[int], current: list[int]) -> None:
    """Exchanging the samples, or turning all numbers around, changes nothing, ties or not."""
    found = test(reference, current)
    turned = test(-np.array(reference), -np.array(current))
    exchanged = test(current, reference)
    for other in (turned, exchanged):
        assert other.statistic == pytest.approx(found.statistic, abs=1e-9)
        assert other.p_value == pytest.approx(found.p_value, abs=1e-6)


def test_p_values_are_those_of_the_tables() -> None:
    """Large samples: the 5 % points of Anderson and Darling's law (2.492) and of Cramér and von Mises' (0.461)."""
    rng = np.random.default_rng(3)
    for test, point in ((anderson_darling, 2.492), (cramer_von_mises, 0.461)):
        # Move one sample until the statistic is at the point; the p-value there depends on nothing else.
        reference, current = rng.normal(size=1500), rng.normal(size=1500)
        low, high = 0.0, 1.0
        current = current - current.mean() + reference.mean()
        for _ in range(30):
            middle = (low + high) / 2
            low, high = (middle, high) if test(reference, current + middle).statistic < point else (low, middle)
        assert test(reference, current + high).p_value == pytest.approx(0.05, abs=0.001)


@pytest.mark.parametrize("test", TESTS)
def test_p_values_are_those_of_permutations(test: Test) -> None:
    """With heavy ties and unequal samples the p-value is near that of 300 permutations."""
    rng = np.random.default_rng(6)
    values = np.floor(rng.exponential(2.0, size=400))
    values[:90] += rng.random(90) < 0.25
    observed = test(values[90:], values[:90])
    drawn = [rng.permutation(values) for _ in range(300)]
    permuted = np.mean([test(one[90:], one[:90]).statistic >= observed.statistic - 1e-12 for one in drawn])
    assert observed.p_value == pytest.approx(permuted, abs=4 * math.sqrt(max(permuted, 0.01) / 300))


@pytest.mark.parametrize("test", TESTS)
def test_false_alarms_are_as_stated(test: Test) -> None:
    """Without drift 5 % of the p-values are below 0.05."""
    rng = np.random.default_rng(8)
    p_values = [test(rng.exponential(size=40), rng.exponential(size=20)).p_value for _ in range(200)]
    low, high = stats.binom.interval(0.9999, 200, 0.05)
    assert low <= sum(p < 0.05 for p in p_values) <= high


@pytest.mark.parametrize("test", TESTS)
def test_constant_columns_and_equal_weights(test: Test) -> None:
    """Where all values are the same there is no difference; weights that are all equal change nothing."""
    constant = test([3.0] * 9, [3.0] * 12)
    assert (constant.statistic, constant.p_value, constant.effect.value) == (0.0, 1.0, 0.0)
    x, y = np.arange(20.0), np.arange(30.0) + 4.5
    plain, weighted = test(x, y), test(x, y, reference_weights=np.full(20, 2.0), current_weights=np.full(30, 0.1))
    assert weighted.statistic == pytest.approx(plain.statistic)
    assert weighted.p_value == pytest.approx(plain.p_value)
    assert weighted.effect.value == pytest.approx(plain.effect.value)


def test_infinities_have_no_distance() -> None:
    """The energy distance leaves infinities out and says so; of nothing else there is none."""
    found = energy_distance([1, 2, 3, np.inf], [1, 2, 3])
    assert found.statistic == 0
    assert found.n_reference == 3
    assert "infinite" in found.notes[0]
    with pytest.raises(InsufficientDataError):
        energy_distance([np.inf], [1.0])


def test_bounds_hold_the_true_coefficient() -> None:
    """Normal samples one standard deviation apart: the bounds hold the energy coefficient in about 95 of 100."""
    rng = np.random.default_rng(10)
    apart = math.sqrt(2) * (math.sqrt(2 / math.pi) * math.exp(-0.25) + (1 / math.sqrt(2)) * math.erf(0.5))
    truth = 1 - (2 / math.sqrt(math.pi)) / apart
    effects = [energy_distance(rng.normal(size=100), rng.normal(1, size=100)).effect for _ in range(100)]
    assert sum(effect.low <= truth <= effect.high for effect in effects) >= 87
