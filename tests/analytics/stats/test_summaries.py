"""Summaries: that they add up, that what they say is near enough, and that they can be written down."""

from __future__ import annotations

import numpy as np
import pytest

from pyflare.analytics.stats.categorical.compare import compare_categories
from pyflare.analytics.stats.summaries import CategorySummary, NumberSummary
from pyflare.analytics.stats.summarised import compare_category_summaries, compare_number_summaries
from pyflare.errors import DataError, InsufficientDataError


def test_windows_add_up() -> None:
    """Merged windows have the count, mean, spread and range of all their numbers, and quantiles within the error."""
    rng = np.random.default_rng(1)
    windows = [rng.normal(shift, 1 + shift, 5_000) for shift in (0.0, 0.5, 1.0)]
    windows[0][:100], windows[1][:10] = np.nan, np.inf
    whole = NumberSummary.of([])
    for window in windows:
        whole = whole.merge(NumberSummary.of(window))
    numbers = np.concatenate(windows)
    finite = numbers[np.isfinite(numbers)]
    assert (whole.size, whole.missing, whole.infinite, whole.n_values) == (finite.size, 100, (0, 10), finite.size + 10)
    assert whole.mean == pytest.approx(finite.mean())
    assert whole.variance == pytest.approx(finite.var(ddof=1))
    assert (whole.least, whole.most) == (finite.min(), finite.max())
    edges = np.linspace(-2, 3, 11)
    exact = np.searchsorted(np.sort(numbers[~np.isnan(numbers)]), edges, "right") / whole.n_values
    assert 0 < whole.rank_error < 0.005
    assert np.abs(whole.up_to(edges) - exact).max() < 2 * whole.rank_error
    assert np.abs(whole.up_to(whole.quantiles(np.array([0.1, 0.5])))[1] - 0.5) < 2 * whole.rank_error


def test_nothing_is_nan() -> None:
    """Of no numbers nothing is known, and that is not 0."""
    empty = NumberSummary.of([np.nan])
    assert np.isnan([empty.mean, empty.variance, empty.least, *empty.quantiles(np.array([0.5]))]).all()
    assert np.isnan(empty.up_to(np.array([0.0]))).all()
    assert empty.merge(NumberSummary.of([2.0, 4.0])).mean == 3.0
    with pytest.raises(InsufficientDataError):
        compare_number_summaries(empty, NumberSummary.of([1.0]))
    with pytest.raises(DataError, match="list of numbers"):
        NumberSummary.of(np.zeros((2, 2)))
    with pytest.raises(DataError, match="squares can be added up"):
        NumberSummary.of([1.0, -1e200, np.inf])


def test_written_down() -> None:
    """A summary read back is the summary; something else is a clear error."""
    summary = NumberSummary.of(np.random.default_rng(2).normal(size=20_000))
    plain = summary.to_plain()
    read = NumberSummary.from_plain(plain)
    assert read == summary
    assert read.quantiles(np.array([0.3])) == summary.quantiles(np.array([0.3]))
    for damaged in ({}, {**plain, "sketch": b"\x01\x02"}, {**plain, "moments": [1.0]}):
        with pytest.raises(DataError, match="cannot be read"):
            NumberSummary.from_plain(damaged)


def test_comparing_summaries() -> None:
    """Summaries show a shift that the numbers show, and never alarm more often than those."""
    rng = np.random.default_rng(3)
    reference = NumberSummary.of(rng.normal(size=20_000))
    found = compare_number_summaries(reference, NumberSummary.of(rng.normal(0.3, 1, 20_000)))
    assert found.p_value < 1e-9
    assert found.effect.low < 0.1192 < found.effect.high
    assert "ranks may be off" in found.notes[0]
    assert sum(part.contribution for part in found.contributions) == pytest.approx(1)
    small = [NumberSummary.of(rng.normal(size=300)) for _ in range(300)]
    alarms = sum(compare_number_summaries(a, b).p_value <= 0.05 for a, b in zip(small[::2], small[1::2], strict=True))
    # The binomial 99 % band of 150 at 5 % ends here.
    assert alarms <= 15


def test_categories_add_up() -> None:
    """Merged categories have all counts, and compare as the counts do."""
    a = CategorySummary.of(["x"] * 300 + ["y"] * 200 + [None] * 5)
    b = CategorySummary.of(["x"] * 150 + ["z"] * 50).merge(CategorySummary.of(["x"] * 50))
    assert (b.counts, b.missing, a.missing) == ({"x": 200, "z": 50}, 0, 5)
    found = compare_category_summaries(a, b)
    assert found == compare_categories([300, 200, 0], [200, 0, 50], levels=("x", "y", "z"))
