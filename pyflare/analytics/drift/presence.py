"""Whether a column's values are there: missing values as a distribution of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pyflare.analytics.drift.categories import checked_weights
from pyflare.analytics.drift.column import Categories, Column, Numbers, Vectors
from pyflare.analytics.stats.categorical.two_proportion import two_proportion
from pyflare.analytics.stats.result import TwoSampleResult

_Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """How much of a column is there."""

    is_missing: _Mask | None
    """Shape `(n,)`; None where nothing is missing."""
    n_missing: float
    """Effective rows without a value: see `counts_of`."""
    n_rows: float
    """Effective rows."""


def presence_of(column: Column) -> Presence:
    """Which rows of a column have no value. Raises DataError: weights do not fit."""
    mask = _missing(column)
    is_missing = mask if mask.any() else None
    if column.weights is None:
        return Presence(is_missing=is_missing, n_missing=float(np.count_nonzero(mask)), n_rows=float(mask.size))
    weights = checked_weights(column.weights, mask.size)
    squares = float(weights @ weights)
    scale = float(weights.sum()) / squares if squares else 0.0
    return Presence(
        is_missing=is_missing,
        n_missing=float(weights[mask].sum()) * scale,
        n_rows=float(weights.sum()) * scale,
    )


def compare_presence(reference: Presence, current: Presence, *, confidence: float = 0.95) -> TwoSampleResult | None:
    """Test whether as large a share is missing; None where nothing is missing in either sample."""
    if reference.is_missing is None and current.is_missing is None:
        return None
    return two_proportion(
        min(reference.n_missing, reference.n_rows),
        reference.n_rows,
        min(current.n_missing, current.n_rows),
        current.n_rows,
        label="missing",
        confidence=confidence,
    )


def _missing(column: Column) -> _Mask:
    if isinstance(column, Numbers):
        return np.isnan(column.values)
    if isinstance(column, Categories):
        mask: _Mask = column.codes < 0
        return mask
    return _missing_rows(column)


def _missing_rows(column: Vectors) -> _Mask:
    """Rows with a NaN, by the sum of each row, which needs no array of the vectors' size."""
    # A sum is also NaN where it holds infinities of both signs, which are no vector either.
    with np.errstate(over="ignore", invalid="ignore"):
        missing: _Mask = np.isnan(column.values.sum(axis=1))
    return missing
