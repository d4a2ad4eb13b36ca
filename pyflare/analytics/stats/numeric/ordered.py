"""Samples in order, and two of them over the same values: what all statistics of ranks begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.arrays import numbers_of
from pyflare.errors import DataError, InsufficientDataError

GRID: Final = 1_024
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

    def finite(self) -> Ordered:
        """The sample without its infinities. Raises InsufficientDataError where it has nothing else."""
        first, end = np.searchsorted(self.values, -np.inf, "right"), np.searchsorted(self.values, np.inf)
        if end - first == self.values.size:
            return self
        if end <= first:
            raise InsufficientDataError("a sample has no finite values")
        if self.cumulative is None:
            return ordered(self.values[first:end])
        return ordered(self.values[first:end], np.diff(self.cumulative, prepend=0.0)[first:end])

    def moments(self) -> tuple[float, float]:
        """Mean and variance (with `size - 1`); infinite or NaN where values are infinite."""
        weights = None if self.cumulative is None else np.diff(self.cumulative, prepend=0.0)
        mean = float(np.average(self.values, weights=weights))
        squares = float(np.average((self.values - mean) ** 2, weights=weights))
        return mean, squares * self.size / (self.size - 1) if self.size > 1 else float("nan")

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
    numbers = numbers_of(values)
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
    counted = numbers_of(weights)
    if counted.shape != numbers.shape or not np.all(np.isfinite(counted)) or np.any(counted < 0):
        raise DataError("weights: expected one per value, finite and not negative.")
    positive = counted > 0
    numbers, counted = numbers[positive], counted[positive]
    # In a unit, a power of two, in which squares of the largest weights can be added up.
    counted = np.ldexp(counted, -np.frexp(counted.max(initial=0.0))[1])
    order = np.argsort(numbers)
    return numbers[order], np.cumsum(counted[order])


def pool(reference: Ordered, current: Ordered, *, exact: bool = False) -> Pooled:
    """Count two samples over the same values.

    With more than 8,192 observations, neighbours are counted as ties, unless `exact`: at 1,024 quantiles of each
    sample, and closer towards both ends, where single observations matter. Tests of ranks allow for ties, so they
    keep their level, and lose less than a thousandth of what they see.
    """
    is_weighted = reference.cumulative is not None or current.cumulative is not None
    is_exact = exact or reference.values.size + current.values.size <= EXACT
    if is_exact and not is_weighted:
        return _merged(reference, current)
    edges = np.unique(np.concatenate([_picked(reference, is_exact=is_exact), _picked(current, is_exact=is_exact)]))
    return Pooled(
        values=edges,
        reference=np.diff(reference.up_to(edges), prepend=0.0),
        current=np.diff(current.up_to(edges), prepend=0.0),
        is_weighted=is_weighted,
    )


def _merged(reference: Ordered, current: Ordered) -> Pooled:
    """Every value counted; a stable sort does no more than to merge two sorted samples."""
    both = np.concatenate([reference.values, current.values])
    order = np.argsort(both, kind="stable")
    values, is_current = both[order], order >= reference.values.size
    starts = np.flatnonzero(np.append(True, values[1:] != values[:-1]))
    counts = np.diff(starts, append=values.size).astype(np.float64)
    now = (
        is_current.astype(np.float64)
        if starts.size == values.size
        else np.add.reduceat(is_current, starts, dtype=np.float64)
    )
    return Pooled(values=values[starts], reference=counts - now, current=now, is_weighted=False)


def _picked(sample: Ordered, *, is_exact: bool) -> Array:
    return sample.values if is_exact else sample.values[_positions(sample.values.size)]


def _positions(size: int) -> npt.NDArray[np.int64]:
    """Positions in a sorted sample: evenly spaced, and geometrically towards both ends."""
    even = np.linspace(0, size - 1, min(size, GRID))
    near = np.geomspace(1, max(size / GRID, 1), GRID // 16) - 1
    return np.unique(np.concatenate([even, near, size - 1 - near]).astype(np.int64))
