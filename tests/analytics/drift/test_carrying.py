"""What levels that moved carry of a metric's change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyflare.analytics.drift.carrying import metric_change
from pyflare.errors import DataError, InsufficientDataError


def _rows(counts: list[int], means: list[float]) -> tuple[np.ndarray, np.ndarray]:
    levels = np.repeat(np.arange(len(counts)), counts)
    return levels, np.repeat(np.array(means, float), counts)


def test_kitagawa_by_hand() -> None:
    """Shares from (1/2, 1/2) to (1/4, 3/4), means from (1, 3) to (2, 3): worked by hand."""
    found = metric_change(*_rows([2, 2], [1, 3]), *_rows([1, 3], [2, 3]), n_levels=2)
    assert (found.reference, found.current) == (2.0, 2.75)
    assert found.by_value.tolist() == [0.375, 0.0]
    assert found.carried == pytest.approx(0.375)
    assert found.change == pytest.approx(found.carried + found.by_value.sum())


_SIDE = st.lists(st.tuples(st.integers(0, 3), st.floats(-10, 10)), min_size=1, max_size=50)


@given(_SIDE, _SIDE)
def test_parts_add_up(before: list[tuple[int, float]], now: list[tuple[int, float]]) -> None:
    """Moved shares and moved values make the whole change, also where a sample lacks a level."""
    sides = [(np.array([level for level, _ in side]), np.array([value for _, value in side])) for side in (before, now)]
    found = metric_change(*sides[0], *sides[1], n_levels=4)
    assert found.carried + found.by_value.sum() == pytest.approx(found.change, abs=1e-9)


def test_a_new_level_adds_by_its_share_alone() -> None:
    """A level that the reference did not have is taken to have had the same mean there."""
    found = metric_change(*_rows([4, 0], [0, 0]), *_rows([2, 2], [0, 1]), n_levels=2)
    assert found.by_value.tolist() == [0.0, 0.0]
    assert found.carried == pytest.approx(0.5)
    assert np.isnan(found.reference_means[1])


def test_rows_without_the_metric_are_left_out() -> None:
    """NaN is missing; a sample that has nothing else is too little, and lengths that differ are a mistake."""
    levels, metric = _rows([2, 2], [1, 3])
    metric[0] = np.nan
    assert metric_change(levels, metric, levels, metric, n_levels=2).reference == pytest.approx(7 / 3)
    with pytest.raises(InsufficientDataError):
        metric_change(levels, np.full(4, np.nan), levels, metric, n_levels=2)
    with pytest.raises(DataError):
        metric_change(levels, metric[:2], levels, metric, n_levels=2)
