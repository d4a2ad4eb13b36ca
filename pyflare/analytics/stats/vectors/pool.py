"""Two samples of vectors as one, with what tells them apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.arrays import numbers_of, short_numbers_of
from pyflare.errors import DataError, InsufficientDataError

BLOCK: Final = 1_024
"""Rows that are moved at once: what is computed on the way stays in the processor's cache."""
MIN_ROWS: Final = 10
"""Smaller samples are not compared."""

Rows = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """What tells the rows of two samples apart, reference first, and where they lie."""

    contrast: Floats
    """Shape `(n,)`. `contrast @ rows` is the current mean less that of the reference; sums to 0."""
    n_reference: int
    """How many of the rows are of the reference."""
    centre: Floats
    """Shape `(n_dimensions,)`. The mean of all rows, which is taken off them."""
    scale: float
    """The root mean square distance of the vectors from their mean, by which rows are divided."""
    kept: tuple[Mask, Mask]
    """Which rows of the reference and of the current sample are in it: those with finite values and a weight."""
    n_missing: int
    """Rows that were left out because they hold a NaN or an infinity."""

    @property
    def effective(self) -> tuple[float, float]:
        """The sizes of reference and current sample; Kish's effective ones where rows are weighted."""
        reference, current = self.contrast[: self.n_reference], self.contrast[self.n_reference :]
        return round(float(1 / (reference**2).sum()), 6), round(float(1 / (current**2).sum()), 6)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out."""
        missing = (f"{self.n_missing} vectors with values that are not finite were left out",) if self.n_missing else ()
        return missing + (("all vectors are the same",) if self.scale == 0 else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool(Together):
    """The rows of both samples, reference first, and the weights that make a difference of means of them.

    Under the hypothesis that nothing has changed, any row could have been in any place. So all that is learned from
    `rows` alone (their mean, covariance, clusters) may shape a test of `contrast` without biasing it.
    """

    rows: Rows
    """Shape `(n, n_dimensions)`. Of mean 0 and mean squared length 1, or all 0 where all vectors are the same."""

    def blocks(self) -> Iterator[Rows]:
        """The rows in order, 1,024 at most at a time. Each shape `(n_some, n_dimensions)`."""
        return (self.rows[start : start + BLOCK] for start in range(0, len(self.rows), BLOCK))

    def take(self, positions: npt.NDArray[np.int64]) -> Rows:
        """Some of the rows, in any order."""
        return self.rows[positions]


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples(Together):
    """The same without a copy of the rows, for what passes over them once."""

    parts: tuple[Rows, Rows]
    """The rows of the reference and of the current sample as they came."""

    def blocks(self) -> Iterator[Rows]:
        """The rows as a `Pool` has them, 1,024 at most at a time, each block in the place of the one before it."""
        place = np.empty((BLOCK, self.centre.size), dtype=np.float32)
        for part in self.parts:
            for start in range(0, len(part), BLOCK):
                rows = part[start : start + BLOCK]
                yield self._moved(rows, place[: len(rows)])

    def take(self, positions: npt.NDArray[np.int64]) -> Rows:
        """Some of the rows as a `Pool` has them, in any order."""
        first = positions < self.n_reference
        found = np.empty((positions.size, self.parts[0].shape[1]), dtype=np.float32)
        found[first] = self.parts[0][positions[first]]
        found[~first] = self.parts[1][positions[~first] - self.n_reference]
        return self._moved(found, found)

    def _moved(self, rows: Rows, place: Rows) -> Rows:
        np.subtract(rows, self.centre.astype(np.float32), out=place)
        if self.scale > 0:
            place /= np.float32(self.scale)
        return place


def pool_vectors(
    reference: npt.ArrayLike,
    current: npt.ArrayLike,
    *,
    weights: tuple[Floats | None, Floats | None] = (None, None),
) -> Pool:
    """Put two samples together, centred and scaled, without the rows that hold a NaN or an infinity.

    Args:
        reference: Shape `(n, n_dimensions)`.
        current: Shape `(m, n_dimensions)`.
        weights: Of the rows of each, finite and not negative.

    Raises:
        DataError: Shapes do not fit, or a weight is negative or not finite.
        InsufficientDataError: Fewer than ten rows of a sample have finite values and a weight.
    """
    found = samples_of(reference, current, weights=weights)
    rows = np.empty((found.contrast.size, found.centre.size), dtype=np.float32)
    start = 0
    for block in found.blocks():
        rows[start : start + len(block)] = block
        start += len(block)
    return Pool(rows=rows, **{each.name: getattr(found, each.name) for each in fields(Together)})


def samples_of(
    reference: npt.ArrayLike,
    current: npt.ArrayLike,
    *,
    weights: tuple[Floats | None, Floats | None] = (None, None),
) -> Samples:
    """Put two samples together without a copy of their rows. Arguments and errors as of `pool_vectors`."""
    samples = [_checked(reference, "reference"), _checked(current, "current")]
    if samples[0].shape[1] != samples[1].shape[1]:
        raise DataError(f"expected vectors of the same length, got {samples[0].shape[1]} and {samples[1].shape[1]}.")
    finite = (_finite(samples[0]), _finite(samples[1]))
    every = [_weights(w, k) for w, k in zip(weights, finite, strict=True)]
    kept = (finite[0] & (every[0] > 0), finite[1] & (every[1] > 0))
    shares = [_shares(w, k) for w, k in zip(every, kept, strict=True)]
    parts = [rows if k.all() else rows[k] for rows, k in zip(samples, kept, strict=True)]
    centre, scale = _centre(parts)
    return Samples(
        parts=(parts[0], parts[1]),
        contrast=np.concatenate([-shares[0], shares[1]]),
        n_reference=int(kept[0].sum()),
        centre=centre,
        scale=scale,
        kept=kept,
        n_missing=sum(int((~rows).sum()) for rows in finite),
    )


def thin_pool(pool: Pool, *, most: int, rng: np.random.Generator) -> Pool:
    """A pool of at most so many random rows of each sample, for what would take too long or too much memory."""
    parts = np.arange(pool.n_reference), np.arange(pool.n_reference, len(pool.rows))
    if max(part.size for part in parts) <= most:
        return pool
    chosen = [np.sort(rng.choice(part, most, replace=False)) if part.size > most else part for part in parts]
    contrasts = [pool.contrast[part] / np.abs(pool.contrast[part]).sum() for part in chosen]
    return replace(
        pool,
        rows=pool.rows[np.concatenate(chosen)],
        contrast=np.concatenate(contrasts),
        n_reference=chosen[0].size,
    )


def _checked(rows: npt.ArrayLike, name: str) -> Rows:
    values = short_numbers_of(rows)
    if values.ndim != 2 or values.shape[1] == 0:
        raise DataError(f"{name}: expected vectors of shape (n, n_dimensions), got shape {values.shape}.")
    return values


def _weights(weights: Floats | None, rows: Mask) -> Floats:
    """The weight of each row."""
    w = np.ones(rows.size) if weights is None else numbers_of(weights)
    if w.shape != rows.shape or not np.all(np.isfinite(w)) or np.any(w < 0):
        raise DataError(f"expected a finite weight, not negative, for each of {rows.size} vectors.")
    return w


def _shares(weights: Floats, kept: Mask) -> Floats:
    """The weights of the rows kept, which sum to 1."""
    if kept.sum() < MIN_ROWS:
        raise InsufficientDataError(f"fewer than {MIN_ROWS} vectors of a sample have finite values")
    shares: Floats = weights[kept] / weights[kept].sum()
    return shares


def _finite(rows: Rows) -> Mask:
    """Which rows have finite values only: the sum of their squares is finite, or else they are looked at one by one."""
    with np.errstate(over="ignore", invalid="ignore"):
        finite: Mask = np.isfinite(np.einsum("ij,ij->i", rows, rows))
    finite[~finite] = np.isfinite(rows[~finite]).all(axis=1)
    return finite


def _centre(parts: list[Rows]) -> tuple[Floats, float]:
    """The mean, and the root mean square distance from it; 0 where rounding alone is left of it."""
    size = sum(len(part) for part in parts)
    mean: Floats = sum(part.sum(axis=0, dtype=np.float64) for part in parts) / size
    squares, place = 0.0, np.empty((BLOCK, mean.size))
    for part in parts:
        for start in range(0, len(part), BLOCK):
            rows = part[start : start + BLOCK]
            moved = np.subtract(rows, mean, out=place[: len(rows)])
            squares += float(np.einsum("ij,ij->", moved, moved))
    scale = float(np.sqrt(squares / size))
    largest = float(np.abs(mean).max())
    return mean, scale if scale > 1e-6 * largest else 0.0
