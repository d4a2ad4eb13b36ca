"""Numbers by the shares of their bins."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from pyflare.analytics.drift.column import Numbers
from pyflare.analytics.drift.outcomes import as_levels
from pyflare.analytics.stats.categorical.chi_squared import chi_squared
from pyflare.analytics.stats.categorical.hellinger import hellinger
from pyflare.analytics.stats.categorical.jensen_shannon import jensen_shannon
from pyflare.analytics.stats.numeric.binned import CountStatistic, binned
from pyflare.analytics.stats.numeric.bins import bin_counts, bin_edges, contributions, labels_of
from pyflare.analytics.stats.numeric.ordered import ordered
from pyflare.errors import DataError


def test_stability_index_by_hand() -> None:
    """A hundred numbers against those twenty higher, in five bins of twenty each: 20, 0 and 40 of them differ."""
    found = binned(np.arange(100), np.arange(100) + 20, bins=5)
    before, after = np.array([19.0, 20, 20, 20, 21]) + 0.5, np.array([0.0, 19, 20, 20, 41]) + 0.5
    p, q = before / before.sum(), after / after.sum()
    assert found.statistic == pytest.approx(float(((q - p) * np.log(q / p)).sum()), rel=1e-9)


def test_bins_hold_like_shares_and_common_values_are_bins() -> None:
    """Ten bins of a tenth each; a value that has more is one by itself, up to the next value that occurs."""
    reference = ordered(np.arange(1000.0))
    assert bin_counts(reference, bin_edges(reference, reference)) == pytest.approx(100, abs=1)
    zeros, later = ordered([0.0] * 60 + list(range(1, 41))), ordered([0.0, 0.5])
    edges = bin_edges(zeros, later)
    assert edges[:2].tolist() == [0.0, 0.5]
    assert bin_counts(zeros, edges)[:2].tolist() == [0.0, 60.0]


def test_contributions_say_where_it_moved() -> None:
    """The bin that changed most comes first, with its bounds; contributions add up to 1."""
    parts = contributions(ordered(np.arange(100.0)), ordered(np.full(100, 95.0)))
    assert parts[0].low <= 95 < parts[0].high == math.inf
    assert parts[0].current == 1.0
    assert sum(part.contribution for part in parts) == pytest.approx(1)


@pytest.mark.parametrize("statistic", [None, jensen_shannon, hellinger, chi_squared])
def test_false_alarms_are_as_stated(statistic: CountStatistic | None) -> None:
    """Bins cut where the reference has its quantiles keep 5 % of false alarms, also for unequal samples."""
    rng = np.random.default_rng(1)
    options = {} if statistic is None else {"statistic": statistic}
    p_values = [binned(rng.lognormal(size=700), rng.lognormal(size=300), **options).p_value for _ in range(200)]
    low, high = stats.binom.interval(0.9999, 200, 0.05)
    assert low <= sum(p < 0.05 for p in p_values) <= high


def test_bins_are_named_by_their_bounds() -> None:
    """Contributions carry the bins' bounds, and notes the infinities, which are in the outermost bins."""
    found = binned([*range(100), np.inf], [*range(50, 150), -np.inf], statistic=hellinger)
    assert found.method == "hellinger"
    assert all(part.label == f"[{part.low:.4g}, {part.high:.4g})" for part in found.contributions)
    assert len(found.notes) == 2


def test_bins_out_of_range_are_an_error() -> None:
    """One bin compares nothing."""
    with pytest.raises(DataError, match="bins"):
        binned([1.0, 2.0], [1.0, 2.0], bins=1)


@pytest.mark.parametrize(
    "edges",
    [
        [1_777_896_000.0, 1_777_899_600.0, 1_777_903_200.0],
        [99.99999, 100.0, 100.00001],
        [-1.7e308, 0.0, 1.7e308],
        [-np.inf, 0.0, np.inf],
        [5e-324, 1e-323],
        [1e15, 1e15 + 1],
    ],
)
def test_bins_are_told_apart_by_their_names(edges: list[float]) -> None:
    """However close the edges lie for their size, no two bins have one name, nor a bin two edges that read the same."""
    names = labels_of(np.array(edges))
    assert len({*names}) == len(edges) + 1
    assert all(len({*name[1:-1].split(", ")}) == 2 for name in names if np.isfinite(edges).all())


def test_bins_of_times_are_compared_as_a_relation() -> None:
    """Seconds since 1970 differ in their last digits only: as parts of a relation they keep names of their own."""
    seconds = Numbers(values=1.777896e9 + np.arange(1000.0))
    levels = as_levels(seconds, seconds)[0].levels
    assert len({*levels}) == len(levels)
