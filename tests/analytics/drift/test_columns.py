"""Columns together: status, correction, missing values, and what cannot be compared."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from pyflare.analytics.drift.clusters import cluster_vectors
from pyflare.analytics.drift.column import Categories, Column, Numbers, Vectors
from pyflare.analytics.drift.columns import compare_columns
from pyflare.analytics.drift.feature import FeatureDriftDetector
from pyflare.analytics.drift.numbers import compare_numbers
from pyflare.analytics.drift.projection import project_vectors
from pyflare.analytics.drift.registered import load_detector
from pyflare.analytics.drift.result import ColumnDrift
from pyflare.analytics.drift.vectors import compare_vectors
from pyflare.errors import DataError
from tests.analytics.drift.samples import sample as _sample


def sample(rng: np.random.Generator, size: int = 2_000, **moved: float) -> dict[str, Column]:
    """Columns of numbers and categories."""
    columns = _sample(rng, size, **moved)
    return {name: column for name, column in columns.items() if not isinstance(column, Vectors)}


def _by_name(columns: tuple[ColumnDrift, ...]) -> dict[str, ColumnDrift]:
    return {column.column: column for column in columns}


def test_what_moved_is_found_and_comes_first() -> None:
    """A column that moved by more than the threshold has drifted and comes first; the others are healthy."""
    rng = np.random.default_rng(1)
    found = compare_columns(sample(rng), sample(rng, chat=0.6))
    assert (found[0].column, found[0].status) == ("task", "drifted")
    assert {column.status for column in found[1:]} == {"healthy"}
    assert "chat" in found[0].reason


def test_certain_and_small_is_healthy() -> None:
    """A difference that is certain and far below the threshold is healthy; nearer to it, a warning."""
    rng = np.random.default_rng(2)
    reference = sample(rng, 100_000)
    small = _by_name(compare_columns(reference, sample(rng, 100_000, shift=0.05)))["latency"]
    assert small.p_adjusted < 1e-6
    assert small.status == "healthy"
    assert _by_name(compare_columns(reference, sample(rng, 300, shift=0.3)))["latency"].status in {"drifted", "warning"}


def test_thresholds_of_single_columns() -> None:
    """A column may have a threshold of its own."""
    rng = np.random.default_rng(3)
    before, after = sample(rng), sample(rng, chat=0.6)
    found = _by_name(compare_columns(before, after, thresholds={"task": 0.5}))["task"]
    assert (found.status, found.threshold) == ("healthy", 0.5)


def test_missing_values_drift_by_themselves() -> None:
    """Values that begin to be missing are drift, though those that are there are as ever."""
    rng = np.random.default_rng(4)
    found = _by_name(compare_columns(sample(rng), sample(rng, missing=0.3)))["latency"]
    assert found.status == "drifted"
    assert found.missing is not None
    assert found.missing.effect.value == pytest.approx(0.3, abs=0.04)
    assert found.reason.startswith("share of missing values: 0.")


def test_a_column_that_is_gone() -> None:
    """A column of which nothing is left has drifted by its missing values; one that never was is unknown."""
    rng = np.random.default_rng(5)
    gone = Numbers(values=np.full(500, np.nan))
    [found] = compare_columns({"x": Numbers(values=rng.normal(size=500))}, {"x": gone})
    assert (found.status, found.test) == ("drifted", None)
    [never] = compare_columns({"x": gone}, {"x": gone})
    assert never.status == "unknown"
    assert "at least 50 values" in never.reason


def test_too_little_is_unknown() -> None:
    """Fewer values than asked for are unknown, with the reason."""
    rng = np.random.default_rng(6)
    found = compare_columns(sample(rng, 40), sample(rng, 2_000))
    assert {column.status for column in found} == {"unknown"}
    assert all("at least 50 values in each sample, got 40 in the reference" in column.reason for column in found)


def test_new_levels_are_levels() -> None:
    """Levels are matched by name, whatever their order; one that only the current sample has counts."""
    before = {"task": Categories.of(["a"] * 500 + ["b"] * 500)}
    assert compare_columns(before, {"task": Categories.of(["b"] * 500 + ["a"] * 500)})[0].status == "healthy"
    [found] = compare_columns(before, {"task": Categories.of(["b"] * 400 + ["c"] * 200 + ["a"] * 400)})
    assert found.status == "drifted"
    assert found.test is not None
    assert found.test.contributions[0].label == "c"


def test_weights_say_what_rows_stand_for() -> None:
    """Weights that undo a shift make it vanish; they take from how sure the answer is."""
    rng = np.random.default_rng(7)
    codes = rng.choice(2, 4_000, p=[0.5, 0.5]).astype(np.int32)
    shifted = rng.choice(2, 4_000, p=[0.8, 0.2]).astype(np.int32)
    weights = np.where(shifted == 0, 0.5 / 0.8, 0.5 / 0.2)
    before = {"x": Categories(codes=codes, levels=("a", "b"))}
    assert compare_columns(before, {"x": Categories(codes=shifted, levels=("a", "b"))})[0].status == "drifted"
    [found] = compare_columns(before, {"x": Categories(codes=shifted, levels=("a", "b"), weights=weights)})
    assert found.status == "healthy"
    assert found.test is not None
    assert found.test.n_current < 3_000


@pytest.mark.parametrize(
    ("current", "message"),
    [
        ({"x": Numbers(values=np.zeros(60))}, "lacks \\['y'\\]"),
        ({"x": Numbers(values=np.zeros(60)), "y": Categories.of(["a"] * 60)}, "same kind"),
        ({"x": Numbers(values=np.zeros(60)), "y": Numbers(values=np.zeros(61))}, "one length"),
        (
            {"x": Numbers(values=np.zeros(60), weights=np.ones(3)), "y": Numbers(values=np.zeros(60))},
            "expected 60 finite",
        ),
    ],
    ids=["absent", "kind", "length", "weights"],
)
def test_samples_that_do_not_fit(current: dict[str, Column], message: str) -> None:
    """Samples that cannot be compared are errors that say why."""
    reference = {"x": Numbers(values=np.zeros(60)), "y": Numbers(values=np.zeros(60))}
    with pytest.raises(DataError, match=message):
        compare_columns(reference, current)


def test_options_out_of_range() -> None:
    """A level and thresholds lie between 0 and 1, and a code has a level."""
    column = {"x": Categories.of(["a"] * 60)}
    with pytest.raises(DataError, match="alpha"):
        compare_columns(column, column, alpha=0)
    with pytest.raises(DataError, match="threshold"):
        compare_columns(column, column, thresholds={"x": 2.0})
    with pytest.raises(DataError, match="codes"):
        compare_columns(column, {"x": Categories(codes=np.full(60, 3, np.int32), levels=("a", "b"))})


def test_categories_are_made_of_what_tables_hold() -> None:
    """Each value is its text, and every kind of nothing is missing: None, NaN and pandas' own."""
    found = Categories.of(pd.Series(["a", None, np.str_("b"), float("nan"), pd.NA, pd.NaT, 3]))
    assert found.levels == ("3", "a", "b")
    assert found.codes.tolist() == [1, -1, 2, -1, -1, -1, 0]
    assert {type(level) for level in found.levels} == {str}
    detector = FeatureDriftDetector()
    detector.set_reference({"x": found})
    loaded = load_detector(detector.to_bytes())
    assert isinstance(loaded, FeatureDriftDetector)
    assert loaded.reference["x"].levels == found.levels  # type: ignore[union-attr]


def test_columns_take_every_array_of_their_kind() -> None:
    """Lists, series and masked arrays are columns of numbers; short codes and long vectors are converted."""
    masked = Numbers(values=np.ma.masked_array([1.0, 2.0], mask=[False, True]))
    assert np.isnan(masked.values).tolist() == [False, True]
    assert len(Numbers(values=pd.Series([1, None], dtype="Int64"))) == 2
    short = Categories(codes=np.array([255, 0], np.uint8), levels=tuple(map(str, range(256))))
    assert short.codes.dtype == np.int32
    assert Vectors(values=np.ones((2, 3))).values.dtype == np.float32


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Numbers(values=np.array(["2026-05-01"], "M8[D]")), "times; count from one"),
        (lambda: Numbers(values=np.ones((2, 2))), "2 dimensions"),
        (lambda: Categories(codes=np.array([0.5]), levels=("a",)), "Categories.of takes values"),
        (lambda: Categories(codes=np.array([1]), levels=("a",)), "expected -1 to 0, got 1 to 1"),
        (lambda: Vectors(values=np.ones(3)), "shape"),
        (lambda: Vectors(values=np.array([["a"]])), "text"),
    ],
)
def test_what_is_no_column_is_said_when_it_is_made(make: Callable[[], Column], said: str) -> None:
    """A column is refused where it is made, not later where it is compared."""
    with pytest.raises(DataError, match=said):
        make()


def test_levels_that_are_there_twice() -> None:
    """Two levels of one name are an error, not a wrong count."""
    twice = Categories(codes=np.array([0, 1] * 50), levels=("a", "a"))
    once = Categories.of(["a", "b"] * 50)
    for reference, current in ((twice, once), (once, twice)):
        with pytest.raises(DataError, match="each name once"):
            compare_columns({"x": reference}, {"x": current})


def test_vectors_as_long_as_numbers_go() -> None:
    """Vectors whose sums overflow, or hold infinities of both signs, are compared or left out without a warning."""
    rng = np.random.default_rng(6)
    long = [Vectors(values=3e38 * rng.uniform(0.5, 1, (100, 4))) for _ in range(2)]
    (found,) = compare_columns({"x": long[0]}, {"x": long[1]})
    assert found.status == "healthy"
    endless = Vectors(values=np.where(rng.random((100, 4)) < 0.5, np.inf, -np.inf))
    (found,) = compare_columns({"x": endless}, {"x": endless})
    assert found.status == "unknown"


def test_comparisons_say_which_column_they_take() -> None:
    """An array in place of a column is a clear error, as is another kind of column, or a number of clusters that is none."""
    rows = np.random.default_rng(7).normal(size=(60, 3))
    numbers, vectors = Numbers(values=rows[:, 0]), Vectors(values=rows)
    with pytest.raises(DataError, match=r"expected Numbers\(values=...\), got ndarray"):
        compare_numbers(numbers, rows[:, 0])  # type: ignore[arg-type]
    for compare in (compare_vectors, cluster_vectors, project_vectors):
        with pytest.raises(DataError, match=r"expected Vectors\(values=...\), got Numbers"):
            compare(numbers, vectors)  # type: ignore[operator]
    with pytest.raises(DataError, match="n_clusters: expected a whole number from 1, got 0"):
        cluster_vectors(vectors, vectors, n_clusters=0)


@pytest.mark.parametrize("rows", [np.ones((60, 3)), np.arange(60.0).reshape(60, 1)])
def test_rows_without_two_axes_are_shown_on_a_plane(rows: np.ndarray) -> None:
    """Rows that are all the same, or lie on one line, have no map and are shown all the same."""
    shown = project_vectors(Vectors(values=rows), Vectors(values=rows))
    assert shown.method == "principal"
    assert np.isfinite(shown.current).all()
