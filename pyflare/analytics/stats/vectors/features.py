"""Random Fourier features: vectors whose inner products are those of a Gaussian kernel."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from pyflare.analytics.stats.vectors.pool import BLOCK, Pool, Rows, Samples
from pyflare.errors import DataError

_PAIRS: Final = 2_000


def median_distance(pool: Pool | Samples, *, rng: np.random.Generator) -> float:
    """The median distance of 2,000 random pairs of different rows; 0 where more than half of all rows are the same."""
    n_rows = pool.contrast.size
    first = rng.integers(n_rows, size=_PAIRS)
    second = (first + rng.integers(1, n_rows, size=_PAIRS)) % n_rows
    return float(np.median(np.linalg.norm(pool.take(first) - pool.take(second), axis=1)))


def chosen_bandwidth(bandwidth: float | None, pool: Pool | Samples, *, rng: np.random.Generator) -> float:
    """The bandwidth asked for, in units of the pooled rows, or that of the rows. Raises DataError."""
    if bandwidth is None:
        return bandwidth_of(pool, rng=rng)
    if not (math.isfinite(bandwidth) and bandwidth > 0):
        raise DataError(f"bandwidth: expected a positive number, got {bandwidth!r}.")
    return bandwidth / (pool.scale or 1.0)


def bandwidth_of(pool: Pool | Samples, *, rng: np.random.Generator) -> float:
    """The median distance of rows; their root mean square one where that is 0."""
    return median_distance(pool, rng=rng) or math.sqrt(2)


def fourier_features(pool: Pool | Samples, *, bandwidth: float, n_frequencies: int, rng: np.random.Generator) -> Rows:
    """Map rows so that `features @ features.T` is about `exp(-|x - y|**2 / (2 * bandwidth**2))`.

    The features are cosines and sines of the rows' products with normal vectors. The error of an inner product has
    the standard deviation `(1 - k**2) / sqrt(2 * n_frequencies)`, at most, where `k` is the kernel's value.

    Args:
        pool: The rows, `n` together.
        bandwidth: Positive.
        n_frequencies: Half as many as there will be features.
        rng: Draws the frequencies.

    Returns:
        Shape `(n, 2 * n_frequencies)`. Rows of length 1.

    References:
        Rahimi and Recht, Random features for large-scale kernel machines, NIPS 2007.
    """
    frequencies = rng.standard_normal((pool.centre.size, n_frequencies), dtype=np.float32) / np.float32(bandwidth)
    features = np.empty((pool.contrast.size, 2 * n_frequencies), dtype=np.float32)
    start, place = 0, np.empty((BLOCK, n_frequencies), dtype=np.float32)
    for rows in pool.blocks():
        block = features[start : start + len(rows)]
        phases = np.matmul(rows, frequencies, out=place[: len(rows)])
        np.cos(phases, out=block[:, :n_frequencies])
        np.sin(phases, out=block[:, n_frequencies:])
        block *= np.float32(1 / math.sqrt(n_frequencies))
        start += len(rows)
    return features
