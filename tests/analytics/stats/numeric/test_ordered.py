"""Samples in order, and two of them over the same values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyflare.analytics.stats.numeric.ordered import EXACT, ordered, pool
from pyflare.errors import DataError, InsufficientDataError

_values = st.lists(st.floats(allow_nan=False, width=32), min_size=1, max_size=40)


@given(_values, _values)
def test_two_samples_are_counted_over_the_values_that_occur(reference: list[float], current: list[float]) -> None:
    """Each distinct value is there once, with how often either sample has it."""
    pooled = pool(ordered(reference), ordered(current))
    assert pooled.values.tolist() == np.unique(np.array(reference + current)).tolist()
    assert pooled.reference.tolist() == [float(reference.count(value)) for value in pooled.values]
    assert pooled.current.tolist() == [float(current.count(value)) for value in pooled.values]


@given(_values)
def test_equal_weights_are_none(values: list[float]) -> None:
    """Observations that all weigh the same count once each, whatever they weigh."""
    weighted = ordered(values, np.full(len(values), 0.3))
    edges = np.unique(np.array(values))
    assert weighted.size == pytest.approx(len(values))
    assert weighted.up_to(edges) == pytest.approx(ordered(values).up_to(edges))
    assert weighted.below(edges) == pytest.approx(ordered(values).below(edges))


def test_missing_values_are_left_out_and_infinities_kept() -> None:
    """NaN is missing; infinities are the smallest and the largest values."""
    sample = ordered([np.nan, 2.0, -np.inf, np.inf])
    assert sample.values.tolist() == [-np.inf, 2.0, np.inf]
    assert sample.missing == 0.25
    assert sample.finite().values.tolist() == [2.0]


def test_effective_size_is_that_of_kish() -> None:
    """`sum(w)**2 / sum(w**2)`: weights 1, 1 and 2 are worth 16 / 6 observations; one of weight 0 is none."""
    sample = ordered([1.0, 2.0, 3.0, 4.0], [1, 1, 2, 0])
    assert sample.size == pytest.approx(16 / 6)
    assert sample.up_to(np.array([2.0]))[0] == pytest.approx(sample.size / 2)
    assert sample.moments()[0] == pytest.approx(2.25)
    assert ordered([np.nan, 1.0], [3, 1]).missing == pytest.approx(0.75)


def test_quantiles_are_values_of_the_sample() -> None:
    """The smallest value that at least the share does not exceed, weighted or not."""
    shares = np.array([0.1, 0.5, 0.51, 1.0])
    assert ordered([4, 3, 2, 1]).quantiles(shares).tolist() == [1, 2, 3, 4]
    assert ordered([4, 3, 2, 1], [1, 1, 1, 1]).quantiles(shares).tolist() == [1, 2, 3, 4]


def test_many_values_are_counted_by_neighbours_and_none_is_lost() -> None:
    """Beyond 8,192 observations neighbours count as ties, but for those at the ends."""
    rng = np.random.default_rng(1)
    reference, current = ordered(rng.normal(size=EXACT)), ordered(rng.normal(size=3 * EXACT))
    pooled = pool(reference, current)
    assert pooled.values.size < 4_200
    assert pooled.sizes == (EXACT, 3 * EXACT)
    assert pooled.values[:3].tolist() == sorted([*reference.values[:3], *current.values[:3]])[:3]
    assert np.abs(pooled.difference).max() == pytest.approx(
        np.abs(pool(reference, current, exact=True).difference).max(), abs=2e-3
    )


def test_what_cannot_be_a_sample_is_said() -> None:
    """Shapes and weights that do not fit are data errors, nothing at all is too little data."""
    with pytest.raises(DataError, match="expected numbers"):
        ordered(["many"])
    with pytest.raises(DataError, match="2 dimensions"):
        ordered([[1.0]])
    for weights in ([1.0], [1.0, -1.0], [1.0, np.inf]):
        with pytest.raises(DataError, match="weights"):
            ordered([1.0, 2.0], weights)
    with pytest.raises(InsufficientDataError):
        ordered([np.nan])
    with pytest.raises(InsufficientDataError, match="finite"):
        ordered([np.inf, -np.inf]).finite()
