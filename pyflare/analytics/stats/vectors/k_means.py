"""Clusters of rows by k-means."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.vectors.pool import Floats, Rows

_LEARNING: Final = 4_096
"""Of more rows so many random ones are learnt from, and all are divided."""
_ROUNDS: Final = 25

Labels = npt.NDArray[np.int32]


def k_means(rows: Rows, *, n_clusters: int, rng: np.random.Generator) -> tuple[Labels, Rows]:
    """Divide rows into clusters of small squared distance to their mean, by Lloyd's rounds from spread-out centres.

    The first centres are drawn with a chance that grows with the squared distance to those there are (k-means++), so
    a small group that lies apart is likely to get one. Of more than 4,096 rows, as many random ones move the centres.
    A cluster that loses all its rows keeps its centre.

    Args:
        rows: Shape `(n, n_dimensions)`.
        n_clusters: At least 1; fewer are made where there are fewer different rows.
        rng: Draws rows, and the first centres.

    Returns:
        Labels of shape `(n,)`, the largest cluster being 0, and centres of shape `(at most n_clusters, n_dimensions)`.

    References:
        Lloyd, IEEE Transactions on Information Theory 28 (1982); Arthur and Vassilvitskii, k-means++, SODA 2007.

    Examples:
        >>> rows = np.array([[0.0], [0.1], [0.2], [9.0], [9.1]], dtype=np.float32)
        >>> k_means(rows, n_clusters=2, rng=np.random.default_rng(1))[0].tolist()
        [0, 0, 0, 1, 1]
    """
    some = rows if len(rows) <= _LEARNING else rows[rng.choice(len(rows), _LEARNING, replace=False)]
    centres = _seeds(some, n_clusters, rng)
    labels = _nearest(some, centres)
    for _ in range(_ROUNDS):
        centres = _means(some, labels, centres)
        before, labels = labels, _nearest(some, centres)
        if np.array_equal(before, labels):
            break
    return _by_size(_nearest(rows, centres), centres)


def _seeds(rows: Rows, n_clusters: int, rng: np.random.Generator) -> Rows:
    chosen = [int(rng.integers(len(rows)))]
    distances = _squared(rows, rows[chosen[0]])
    while len(chosen) < n_clusters and float(distances.max()) > 0:
        chosen.append(int(rng.choice(len(rows), p=distances / distances.sum())))
        distances = np.minimum(distances, _squared(rows, rows[chosen[-1]]))
    return rows[chosen]


def _squared(rows: Rows, centre: Rows) -> Floats:
    difference = rows - centre
    squared: Floats = np.einsum("ij,ij->i", difference, difference, dtype=np.float64)
    return squared


def _nearest(rows: Rows, centres: Rows) -> Labels:
    distances = np.einsum("ij,ij->i", centres, centres) - 2 * (rows @ centres.T)
    nearest: Labels = distances.argmin(axis=1).astype(np.int32)
    return nearest


def _means(rows: Rows, labels: Labels, centres: Rows) -> Rows:
    members = np.zeros((len(centres), len(rows)), dtype=np.float32)
    members[labels, np.arange(len(rows))] = 1
    counts = members.sum(axis=1, keepdims=True)
    means: Rows = np.where(counts > 0, (members @ rows) / np.maximum(counts, 1), centres)
    return means


def _by_size(labels: Labels, centres: Rows) -> tuple[Labels, Rows]:
    order = np.argsort(-np.bincount(labels, minlength=len(centres)), kind="stable")
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return rank[labels], centres[order]
