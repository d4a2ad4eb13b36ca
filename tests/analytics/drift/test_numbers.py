"""How two columns of numbers are compared where no method is asked for."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from pyflare.analytics.drift.column import Numbers
from pyflare.analytics.drift.numbers import compare_numbers
from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.errors import DataError, InsufficientDataError


def _compare(reference: np.ndarray, current: np.ndarray) -> TwoSampleResult:
    return compare_numbers(Numbers(values=reference), Numbers(values=current))


@pytest.mark.parametrize(
    ("moved", "least"),
    [
        (lambda rng, n: rng.normal(0.2, size=n), 0.75),
        (lambda rng, n: rng.normal(scale=1.2, size=n), 0.8),
        (lambda rng, n: np.where(rng.random(n) < 0.03, 6.0, rng.normal(size=n)), 0.85),
        (lambda rng, n: rng.standard_t(3, size=n) / math.sqrt(3), 0.9),
    ],
)
def test_it_sees_every_kind_of_change(moved: object, least: float) -> None:
    """Of 500 against 500, shifts, spreads, tails and shapes are found, each more often than Kolmogorov-Smirnov does."""
    rng = np.random.default_rng(1)
    pairs = [(rng.normal(size=500), moved(rng, 500)) for _ in range(60)]
    found = np.mean([_compare(*pair).p_value < 0.05 for pair in pairs])
    assert found >= least
    assert found >= np.mean([stats.ks_2samp(*pair, method="asymp").pvalue < 0.05 for pair in pairs])


def test_a_million_rows_make_a_difference_significant_and_not_large() -> None:
    """A shift of 0.01 standard deviations is certain and still next to nothing."""
    rng = np.random.default_rng(2)
    found = _compare(rng.normal(size=400_000), rng.normal(0.015, size=400_000))
    assert found.p_value < 1e-6
    assert 0.001 < found.effect.value < 0.01


@pytest.mark.parametrize("sizes", [(9_000, 9_000), (9_000, 60)])
def test_false_alarms_where_neighbours_count_as_ties(sizes: tuple[int, int]) -> None:
    """Beyond the size up to which each value is kept, 5 % of the p-values still are below 0.05."""
    rng = np.random.default_rng(3)
    p_values = [_compare(*(rng.lognormal(size=size) for size in sizes)).p_value for _ in range(150)]
    low, high = stats.binom.interval(0.9999, 150, 0.05)
    assert low <= sum(p < 0.05 for p in p_values) <= high


def test_weights_keep_the_false_alarms() -> None:
    """Weighted observations are worth their effective number: 5 % of the p-values are below 0.05."""
    rng = np.random.default_rng(4)

    def draw(size: int) -> Numbers:
        return Numbers(values=rng.normal(size=size), weights=rng.exponential(size=size))

    p_values = [compare_numbers(draw(300), draw(200)).p_value for _ in range(200)]
    low, high = stats.binom.interval(0.9999, 200, 0.05)
    assert low <= sum(p < 0.05 for p in p_values) <= high


def test_a_constant_that_became_another_is_all_there_is_to_say() -> None:
    """From 1 to 2: certain, effect nearly 1, and the bins are the two values."""
    found = _compare(np.ones(200), np.full(200, 2.0))
    assert found.p_value < 1e-50
    assert found.effect.value > 0.99
    assert [part.label for part in found.contributions] == ["[1, 2)", "[2, inf)"]
    same = _compare(np.ones(200), np.ones(50))
    assert (same.p_value, same.effect.value) == (1.0, 0.0)
    assert "the same" in same.notes[0]


def test_missing_values_are_another_matter() -> None:
    """NaN is left out: half of it missing, the rest is as it was."""
    values = np.arange(100.0)
    found = _compare(values, np.where(values % 2, np.nan, values))
    assert (found.n_reference, found.n_current) == (100, 50)
    assert found.p_value > 0.5


def test_too_little_is_said() -> None:
    """Fewer than eight values, also effectively, are not compared; weights that do not fit are an error."""
    eight, seven = np.arange(8.0), np.arange(7.0)
    with pytest.raises(InsufficientDataError, match="current"):
        _compare(eight, seven)
    with pytest.raises(InsufficientDataError, match="reference"):
        compare_numbers(Numbers(values=eight, weights=np.array([1.0, *[0.01] * 7])), Numbers(values=eight))
    with pytest.raises(DataError, match="weights"):
        compare_numbers(Numbers(values=eight, weights=seven), Numbers(values=eight))
