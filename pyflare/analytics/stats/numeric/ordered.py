"""Samples in order, and two of them over the same values: what all statistics of ranks begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.errors import DataError, InsufficientDataError

GRID: Final = 2_048
"""Quantiles of each sample that stand for it where there are more values than are worth telling apart."""
EXACT: Final = 8_192
"""Up to so many observations of both samples together every value is kept."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """A sample sorted once, for every statistic that needs its order."""

    values: Array
    """Shape `(n,)`. Ascending; infinities are values, missing ones are left out."""
    cumulative: Array | None
    """Shape `(n,)`. Weights up to and including each value, which add up to `size`; None where each counts once."""
    size: float
    """Observations; the effective number (Kish) where they are weighted."""
    missing: float
    """The share of missing values."""

    def up_to(self, edges: Array) -> Array:
        """How much of the sample is at most as large as each edge. Shape of `edges`."""
        return self._before(np.searchsorted(self.values, edges, "right"))

    def below(self, edges: Array) -> Array:
        """How much of the sample is smaller than each edge. Shape of `edges`."""
        return self._before(np.searchsorted(self.values, edges, "left"))

    def _before(self, positions: npt.NDArray[np.int64]) -> Array:
        if self.cumulative is None:
            return positions.astype(np.float64)
        return np.concatenate([[0.0], self.cumulative])[positions]

    def quantiles(self, shares: Array) -> Array:
        """The smallest values that at least these shares of the sample do not exceed. Shape of `shares`."""
        total = shares * self.size
        if self.cumulative is None:
            positions = np.ceil(total - 1e-9).astype(np.int64) - 1
        else:
            positions = np.searchsorted(self.cumulative, total * (1 - 1e-12), "left")
        picked: Array = self.values[np.clip(positions, 0, self.values.size - 1)]
        return picked


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """Two samples as counts over the same ascending values."""

    values: Array
    """Shape `(n_values,)`. Each distinct value, or the largest of each bin of neighbours."""
    reference: Array
    """Shape `(n_values,)`. How much of the reference has each value."""
    current: Array
    """Shape `(n_values,)`. The same of the current sample."""
    is_weighted: bool

    @property
    def sizes(self) -> tuple[float, float]:
        """Observations of the reference and of the current sample, effective ones where they are weighted."""
        return float(self.reference.sum()), float(self.current.sum())

    @property
    def middles(self) -> Array:
        """The share of both samples together below each value, ties by half. Shape `(n_values,)`."""
        together = self.reference + self.current
        shares: Array = (np.cumsum(together) - together / 2) / together.sum()
        return shares

    @property
    def difference(self) -> Array:
        """The current distribution function less the reference's, at each value. Shape `(n_values,)`."""
        n, m = self.sizes
        apart: Array = np.cumsum(self.current) / m - np.cumsum(self.reference) / n
        return apart


def ordered(values: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Ordered:
    """Sort a sample, with NaN taken as missing.

    Args:
        values: Shape `(n,)`. NaN is missing; infinities are larger or smaller than every number.
        weights: Shape `(n,)`. Finite and not negative. An observation of weight 0 is left out.

    Raises:
        DataError: Values are not a list of numbers, or weights do not fit them.
        InsufficientDataError: Nothing is left.
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1:
        raise DataError(f"expected a list of numbers, got an array of {numbers.ndim} dimensions.")
    in_order, cumulative = (np.sort(numbers), None) if weights is None else _weighted(numbers, weights)
    present = int(np.searchsorted(in_order, np.nan)) if in_order.size else 0
    if not present:
        raise InsufficientDataError("a sample has no values")
    missing = 1 - present / in_order.size
    if cumulative is None:
        return Ordered(values=in_order[:present], cumulative=None, size=float(present), missing=missing)
    kept = np.diff(cumulative[:present], prepend=0.0)
    size = float(kept.sum() ** 2 / (kept**2).sum())
    missing = float(1 - kept.sum() / cumulative[-1])
    scaled = cumulative[:present] * (size / cumulative[present - 1])
    return Ordered(values=in_order[:present], cumulative=scaled, size=size, missing=missing)


def _weighted(numbers: Array, weights: npt.ArrayLike) -> tuple[Array, Array]:
    """Values of a positive weight in order, and their weights added up."""
    counted = np.asarray(weights, dtype=np.float64)
    if counted.shape != numbers.shape or not np.all(np.isfinite(counted)) or np.any(counted < 0):
        raise DataError("weights: expected one per value, finite and not negative.")
    positive = counted > 0
    numbers, counted = numbers[positive], counted[positive]
    order = np.argsort(numbers)
    return numbers[order], np.cumsum(counted[order])


def pool(reference: Ordered, current: Ordered, *, exact: bool = False) -> Pooled:
    """Count two samples over the same values.

    With more than 8,192 observations, neighbours are counted as ties, unless `exact`: at 2,048 quantiles of each
    sample, and closer towards both ends, where single observations matter. Tests of ranks allow for ties, so they
    keep their level, and lose less than a thousandth of what they see.
    """
    edges = _edges(reference, current, exact=exact)
    return Pooled(
        values=edges,
        reference=np.diff(reference.up_to(edges), prepend=0.0),
        current=np.diff(current.up_to(edges), prepend=0.0),
        is_weighted=reference.cumulative is not None or current.cumulative is not None,
    )


def _edges(reference: Ordered, current: Ordered, *, exact: bool) -> Array:
    if exact or reference.values.size + current.values.size <= EXACT:
        return np.unique(np.concatenate([reference.values, current.values]))
    picked = [sample.values[_positions(sample.values.size)] for sample in (reference, current)]
    return np.unique(np.concatenate(picked))


def _positions(size: int) -> npt.NDArray[np.int64]:
    """Positions in a sorted sample: evenly spaced, and geometrically towards both ends."""
    even = np.linspace(0, size - 1, min(size, GRID))
    near = np.geomspace(1, max(size / GRID, 1), GRID // 32) - 1
    return np.unique(np.concatenate([even, near, size - 1 - near]).astype(np.int64))
