"""Counts of two samples over the same levels, and which levels are too rare to be judged one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.arrays import numbers_of
from pyflare.errors import DataError, InsufficientDataError

MIN_EXPECTED: Final = 5.0
"""A level of which fewer are expected in either sample is rare: all rare levels count as one."""

MOST: Final = 2.0**52
"""Observations beyond so many are not counted one by one by a number of 64 bits."""

Counts = Sequence[int] | Sequence[float] | npt.NDArray[np.int64] | npt.NDArray[np.float64]
Table = npt.NDArray[np.float64]
"""Shape `(2, n_levels)`: the reference's counts, and those of the current sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """A table whose rare levels have become one."""

    counts: Table
    """Shape `(2, n_levels_left)`."""
    rare: tuple[int, ...]
    """Positions of the rare levels in the table it was made from."""
    common: tuple[int, ...]
    """Positions of the others, in the order of the columns; one more column, or the least common, holds the rare."""


def two_rows(reference: Counts, current: Counts, *, may_lack_reference: bool = False) -> Table:
    """Counts as one table of shape `(2, n_levels)`.

    Args:
        reference: Shape `(n_levels,)`.
        current: Shape `(n_levels,)`.
        may_lack_reference: Whether the reference may be empty.

    Raises:
        DataError: They are not lists of one length, or a count is negative, not finite, or more than is counted exactly.
        InsufficientDataError: A sample is empty.
    """
    rows = numbers_of(reference), numbers_of(current)
    if rows[0].shape != rows[1].shape or rows[0].ndim != 1:
        shapes = " and ".join(str(row.shape) for row in rows)
        raise DataError(f"expected two lists of counts of the same levels, got shapes {shapes}.")
    counts = np.stack(rows)
    if not np.all((counts >= 0) & (counts <= MOST)):
        raise DataError("expected counts that are not negative, nor more than 2**52.")
    if not np.all(counts[int(may_lack_reference) :].sum(axis=1) > 0):
        raise InsufficientDataError("one of the groups has no values")
    return counts


def pool(counts: Table, *, max_levels: int | None = None, min_expected: float = MIN_EXPECTED) -> Pooled:
    """Make one level of the rare ones.

    Rare are levels of which fewer than `min_expected` are expected in the smaller sample, and those beyond the
    `max_levels` most common. If all of them together are still too rare, they join the least common of the others. The rule looks
    at both samples together only, so a test of the pooled table keeps its level.

    Args:
        counts: Shape `(2, n_levels)`, from `two_rows`.
        max_levels: How many may stay levels of their own; None for any number.
        min_expected: How many of a level, in the smaller sample, are enough for it to be one of its own.
    """
    totals = counts.sum(axis=0)
    smaller = counts.sum(axis=1).min() / totals.sum()
    is_common = totals * smaller >= min_expected
    if max_levels is not None:
        is_common[np.argsort(-totals, kind="stable")[max_levels:]] = False
    rare = np.flatnonzero(~is_common & (totals > 0))
    common = counts[:, is_common]
    if rare.size:
        one = counts[:, rare].sum(axis=1)
        if one.sum() * smaller >= min_expected:
            common = np.column_stack([common, one])
        elif common.shape[1]:
            common[:, common.sum(axis=0).argmin()] += one
    return Pooled(
        counts=common,
        rare=tuple(int(level) for level in rare),
        common=tuple(int(level) for level in np.flatnonzero(is_common)),
    )
