"""Columns of categories as counts over the same levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pyflare.analytics.drift.column import Categories, Column
from pyflare.analytics.stats.categorical.new_levels import new_levels
from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.errors import DataError, InsufficientDataError

_Counts = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelCounts:
    """How often each level occurs in two columns."""

    levels: tuple[str, ...]
    """The reference's, then those that only the current sample has."""
    reference: _Counts
    """Shape `(n_levels,)`. Effective counts where the column is weighted: see `counts_of`."""
    current: _Counts


def align(reference: Categories, current: Categories) -> LevelCounts:
    """Count the levels of two columns whose lists of levels may differ. Raises DataError: codes and levels do not fit."""
    if reference.levels == current.levels:
        return LevelCounts(levels=reference.levels, reference=counts_of(reference), current=counts_of(current))
    known = {level: position for position, level in enumerate(reference.levels)}
    new = tuple(level for level in current.levels if level not in known)
    known.update((level, len(reference.levels) + position) for position, level in enumerate(new))
    if len(known) != len(reference.levels) + len(new) or len({*current.levels}) != len(current.levels):
        raise DataError("levels: expected each name once, got one twice. Categories.of makes them of values.")
    counts = np.zeros(len(known))
    counts[[known[level] for level in current.levels]] = counts_of(current)
    padded = np.concatenate([counts_of(reference), np.zeros(len(new))])
    return LevelCounts(levels=(*reference.levels, *new), reference=padded, current=counts)


def compare_known(reference: Column, current: Column) -> TwoSampleResult | None:
    """Look for current values that are of none of the levels that there may be: see `new_levels`.

    Returns:
        None where the reference does not say which levels there may be, or there are no current values.
    """
    if not isinstance(reference, Categories) or not isinstance(current, Categories) or reference.known is None:
        return None
    counts, known = align(reference, current), frozenset(reference.known)
    is_known = [level in known for level in counts.levels]
    try:
        return new_levels(counts.reference, counts.current, known=is_known, levels=counts.levels)
    except InsufficientDataError:
        return None


def counts_of(column: Categories) -> _Counts:
    """Shape `(n_levels,)`. How often each level occurs; missing values are left out.

    Weighted counts are scaled so that they add up to the effective number of observations, `(sum w)² / sum w²`
    (Kish, Survey sampling, 1965): then a test that takes them for counts is about as sure as the weights allow.

    Raises:
        DataError: The weights do not fit.
    """
    codes = column.codes
    if column.weights is None:
        return np.bincount(codes + 1, minlength=len(column.levels) + 1)[1:].astype(np.float64)
    weights = checked_weights(column.weights, codes.size)
    counts = np.bincount(codes + 1, weights, minlength=len(column.levels) + 1)[1:]
    return np.multiply(counts, _kish_scale(weights[codes >= 0]))


def checked_weights(weights: _Counts, size: int) -> _Counts:
    """Weights that can be used. Raises DataError: not one per row, not finite, or negative."""
    if weights.shape != (size,) or not np.all(np.isfinite(weights)) or np.any(weights < 0):
        raise DataError(f"weights: expected {size} finite numbers that are not negative, of shape ({size},).")
    return weights


def _kish_scale(weights: _Counts) -> float:
    squares = float(weights @ weights)
    return float(weights.sum()) / squares if squares else 0.0
