"""What callers give: every kind of list that holds numbers, and a clear error for all else."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pyflare.analytics import stats
from pyflare.analytics.stats.arrays import numbers_of, short_numbers_of
from pyflare.errors import DataError

NUMBERS: dict[str, Any] = {
    "a list with a gap": [1, None],
    "objects": np.array([Decimal(1), None], dtype=object),
    "a masked array": np.ma.masked_array([1, 7], mask=[False, True]),
    "a series with a gap": pd.Series([1, None], dtype="Int64"),
    "an Arrow array": pa.array([1, None]),
    "Arrow chunks": pa.chunked_array([[1], [], [None]], type=pa.int32()),
    "a short float": np.array([1, np.nan], dtype=np.float16),
}
OTHER: dict[str, tuple[Any, str]] = {
    "times": (np.array(["2026-05-01", "NaT"], dtype="M8[D]"), "times; count from one"),
    "a series of times": (pd.Series(pd.to_datetime(["2026-05-01"], utc=True)), "times; count from one"),
    "durations": (np.array([1, 2], dtype="m8[s]"), "durations; divide them"),
    "complex numbers": ([1j], "complex numbers"),
    "text": (["1", "2"], "text; convert it"),
    "text among numbers": ([1, None, "2"], "text; convert it"),
    "bytes": (np.array([b"1"]), "bytes; convert them"),
    "a number without end": ([10**400], "too large"),
    "lists of two lengths": ([[1], [1, 2]], "lists of one length"),
    "a mapping": ({"a": 1}, "expected numbers"),
}


@pytest.mark.parametrize("values", NUMBERS.values(), ids=NUMBERS)
def test_numbers_are_taken_wherever_they_come_from(values: Any) -> None:
    """Numbers are read from every kind of list, and what is missing in it is NaN, not what lies beneath a mask."""
    assert np.array_equal(numbers_of(values), [1.0, np.nan], equal_nan=True)
    assert np.array_equal(short_numbers_of(values), np.array([1.0, np.nan], dtype=np.float32), equal_nan=True)


@pytest.mark.parametrize(("values", "said"), OTHER.values(), ids=OTHER)
def test_what_is_no_number_is_said(values: Any, said: str) -> None:
    """Times, durations, text and the like are errors that say what to do, never numbers that NumPy makes of them."""
    with pytest.raises(DataError, match=said):
        numbers_of(values)


def test_what_32_bits_cannot_hold_is_infinite() -> None:
    """A coordinate beyond 3.4e38 is infinite, without a warning, so its vector is left out as not finite."""
    assert short_numbers_of([1e300, -1e39, 1.5]).tolist() == [np.inf, -np.inf, 1.5]
    rows = np.random.default_rng(1).normal(size=(2, 30, 3))
    rows[0, :4, 1] = 1e300
    found = stats.mmd_linear(rows[0], rows[1], rng=np.random.default_rng(2))
    assert "4 vectors with values that are not finite were left out" in found.notes


def test_every_statistic_refuses_what_is_no_number() -> None:
    """Statistics of numbers, of counts and of vectors say in one way what they cannot take."""
    times = np.full((20, 3), "2026-05-01", dtype="M8[D]")
    for compare in (stats.kolmogorov_smirnov, stats.wasserstein, stats.mean_difference, stats.binned):
        with pytest.raises(DataError, match="times"):
            compare(times[:, 0], times[:, 0])
    for count in (stats.chi_squared, stats.g_test, stats.hellinger, stats.compare_categories):
        with pytest.raises(DataError, match="text"):
            count(["5", "6"], ["6", "5"])  # type: ignore[arg-type]
    with pytest.raises(DataError, match="times"):
        stats.centroid_distance(times, times)
    for adjust in (stats.holm, stats.benjamini_hochberg, stats.combine_cauchy):
        with pytest.raises(DataError, match="text"):
            adjust(["0.5"])  # type: ignore[list-item]
