"""Clusters of two samples together, and how the samples spread over them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from pyflare.analytics.stats.categorical.compare import compare_categories
from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.analytics.stats.vectors.k_means import Labels, k_means
from pyflare.analytics.stats.vectors.pool import Floats, Pool, Rows
from pyflare.errors import DataError

MOST_CLUSTERS: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledClusters:
    """Pooled rows, divided into clusters; the most common is the first."""

    labels: Labels
    """Shape `(n,)`."""
    centres: Rows
    """Shape `(n_clusters, n_dimensions)`."""
    reference: Floats
    """Shape `(n_clusters,)`. How many rows of the reference are in each; effective numbers where they are weighted."""
    current: Floats
    """Shape `(n_clusters,)`."""

    @property
    def names(self) -> tuple[str, ...]:
        """`cluster 1`, …."""
        return tuple(f"cluster {number + 1}" for number in range(len(self.centres)))

    def compare(self, *, confidence: float) -> TwoSampleResult:
        """Whether the samples have the same shares of each cluster, as `compare_categories` finds.

        Raises:
            InsufficientDataError: No cluster is common enough.
        """
        return compare_categories(self.reference, self.current, levels=self.names, confidence=confidence)


def pooled_clusters(pool: Pool, *, n_clusters: int | None = None, rng: np.random.Generator) -> PooledClusters:
    """Divide pooled rows into clusters by k-means, without knowing which row is of which sample.

    Args:
        pool: Both samples.
        n_clusters: By default a quarter of the root of the number of rows, 2 to 24.
        rng: For the first centres.

    Raises:
        DataError: The number of clusters is none.
    """
    if n_clusters is not None and not (1 <= n_clusters < math.inf and n_clusters == int(n_clusters)):
        raise DataError(f"n_clusters: expected a whole number from 1, got {n_clusters!r}.")
    wanted = n_clusters or min(MOST_CLUSTERS, max(2, round(len(pool.rows) ** 0.5 / 4)))
    labels, centres = k_means(pool.rows, n_clusters=wanted, rng=rng)
    parts = slice(pool.n_reference), slice(pool.n_reference, None)
    reference, current = (
        np.round(np.bincount(labels[part], np.abs(pool.contrast[part]), len(centres)).astype(np.float64) * size, 6)
        for part, size in zip(parts, pool.effective, strict=True)
    )
    return PooledClusters(labels=labels, centres=centres, reference=reference, current=current)
