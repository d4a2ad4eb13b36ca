"""Clusters of embeddings that grew or shrank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from pyflare.analytics.drift.column import Vectors, checked_kind
from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.analytics.stats.vectors.clusters import pooled_clusters
from pyflare.analytics.stats.vectors.k_means import Labels
from pyflare.analytics.stats.vectors.pool import Rows, pool_vectors

_TYPICAL: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """Both samples, divided into the same clusters; the most common is the first."""

    names: tuple[str, ...]
    """`cluster 1`, …: the levels of the test."""
    reference: Labels
    """Shape `(n,)`. Each row's cluster as a position in `names`; -1 where the row is missing."""
    current: Labels
    """Shape `(m,)`."""
    typical: tuple[tuple[int, ...], ...]
    """Per cluster the current rows nearest to its centre, at most five, the nearest first."""
    test: TwoSampleResult
    """Of the shares of the clusters in both samples; its contributions say which grew and which shrank."""

    def rows_of(self, name: str) -> np.ndarray:
        """Positions of the current rows in a cluster."""
        return np.flatnonzero(self.current == self.names.index(name))


def cluster_vectors(
    reference: Vectors,
    current: Vectors,
    *,
    n_clusters: int | None = None,
    rng: np.random.Generator | None = None,
    confidence: float = 0.95,
) -> Clusters:
    """Divide both samples together into clusters, and compare how the samples spread over them.

    Clusters are found by k-means on all rows, without knowing which is of which sample, so the test of their shares
    keeps its level. A new topic shows as a cluster that hardly any reference row is in, if it lies apart.

    Args:
        reference: The baseline.
        current: What is compared with it.
        n_clusters: By default a quarter of the root of the number of rows, 2 to 24.
        rng: For the first centres; a fixed one by default.
        confidence: Of the bounds of the effect, the total variation distance over clusters.

    Raises:
        DataError: The embeddings of the two columns are not of the same length.
        InsufficientDataError: Fewer than ten rows of a column are not missing, or no cluster is common enough.

    Examples:
        >>> rng = np.random.default_rng(1)
        >>> rows = rng.normal(size=(600, 4)).astype(np.float32)
        >>> rows[550:] += 12
        >>> found = cluster_vectors(Vectors(values=rows[:300]), Vectors(values=rows[300:]), n_clusters=4)
        >>> most = found.test.contributions[0]
        >>> most.reference, round(most.current, 2), len(found.rows_of(most.label))
        (0.0, 0.17, 50)
    """
    rng = np.random.default_rng(0) if rng is None else rng
    reference, current = checked_kind(reference, Vectors), checked_kind(current, Vectors)
    pool = pool_vectors(reference.values, current.values, weights=(reference.weights, current.weights))
    found = pooled_clusters(pool, n_clusters=n_clusters, rng=rng)
    n = pool.n_reference
    return Clusters(
        names=found.names,
        reference=_placed(found.labels[:n], pool.kept[0]),
        current=_placed(found.labels[n:], pool.kept[1]),
        typical=_typical(pool.rows[n:], found.labels[n:], found.centres, np.flatnonzero(pool.kept[1])),
        test=found.compare(confidence=confidence),
    )


def _placed(labels: Labels, kept: np.ndarray) -> Labels:
    placed = np.full(kept.size, -1, dtype=np.int32)
    placed[kept] = labels
    return placed


def _typical(rows: Rows, labels: Labels, centres: Rows, positions: np.ndarray) -> tuple[tuple[int, ...], ...]:
    distances = np.linalg.norm(rows - centres[labels], axis=1)
    order = np.argsort(distances, kind="stable")
    return tuple(
        tuple(int(positions[row]) for row in order[labels[order] == cluster][:_TYPICAL])
        for cluster in range(len(centres))
    )
