"""Where the current sample is denser than the reference, row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from pyflare.analytics.stats.vectors.neighbours import neighbours_for
from pyflare.analytics.stats.vectors.pool import Floats, Mask, Rows, pool_vectors, thin_pool

_MOST_ROWS: Final = 4_096
"""Of a larger sample, so many random rows are the neighbours."""
_BLOCK: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class DensityRatios:
    """How much denser the current sample is than the reference around each row, as natural logarithms."""

    reference: Floats
    """Shape `(n,)`. NaN where the row is missing."""
    current: Floats
    """Shape `(m,)`. The rows with the largest ones are what is new."""
    n_neighbours: int
    """How many neighbours were looked at."""


def density_ratios(
    reference: Rows, current: Rows, *, n_neighbours: int | None = None, rng: np.random.Generator
) -> DensityRatios:
    """Estimate around each row how much denser the current sample is than the reference.

    Of the `k` rows nearest to a row, itself apart, a part is of each sample. With `a` of the current sample and `b` of
    the reference, the ratio of the densities is about `((a + 1) / m) / ((b + 1) / n)`, and its logarithm is returned:
    0 where both are equally dense, positive where the current sample is denser. It is never further from 0 than about
    `log(k + 1)`, and varies by about `2 / sqrt(k)` where nothing differs. This is a view and no test: whether any of
    it is more than chance says `neighbour_test`.

    Args:
        reference: Shape `(n, n_dimensions)`. Rows with a NaN or an infinity are left out.
        current: Shape `(m, n_dimensions)`.
        n_neighbours: `k`, at least 2 and less than half of all rows; by default one in 200 rows, and at least 20.
        rng: Of a sample of more than 4,096 rows, it chooses those that can be neighbours.

    Raises:
        DataError: Shapes do not fit, or `n_neighbours` is out of range.
        InsufficientDataError: Fewer than ten rows of a sample can be used.

    References:
        Loftsgaarden and Quesenberry, A nonparametric estimate of a multivariate density function, Annals of
        Mathematical Statistics 36 (1965).

    Examples:
        >>> rng = np.random.default_rng(1)
        >>> reference, current = rng.normal(size=(300, 3)), rng.normal(size=(300, 3))
        >>> current[:40] += 9
        >>> found = density_ratios(reference, current, rng=rng)
        >>> bool(found.current[:40].min() > 2), bool(abs(np.median(found.current[40:])) < 0.5)
        (True, True)
    """
    pool = pool_vectors(reference, current)
    near = thin_pool(pool, most=_MOST_ROWS, rng=rng)
    k = neighbours_for(len(near.rows), n_neighbours)
    sizes = near.n_reference, len(near.rows) - near.n_reference
    counts = _current_neighbours(pool.rows, near.rows, np.arange(len(near.rows)) >= near.n_reference, k, rng)
    ratios = np.log((counts + 1) / sizes[1]) - np.log((k - counts + 1) / sizes[0])
    n = pool.n_reference
    return DensityRatios(
        reference=_placed(ratios[:n], pool.kept[0]), current=_placed(ratios[n:], pool.kept[1]), n_neighbours=k
    )


def _current_neighbours(rows: Rows, others: Rows, is_current: Mask, k: int, rng: np.random.Generator) -> Floats:
    """How many of the `k` nearest others of each row are of the current sample; itself is not among them."""
    order = rng.permutation(len(others))
    shuffled, current = others[order], is_current[order]
    squares = np.einsum("ij,ij->i", shuffled, shuffled)
    counts = np.empty(len(rows))
    for start in range(0, len(rows), _BLOCK):
        some = rows[start : start + _BLOCK]
        distances = squares - 2 * (some @ shuffled.T) + np.einsum("ij,ij->i", some, some)[:, None]
        near = np.argpartition(distances, k, axis=1)[:, : k + 1]
        lengths = np.take_along_axis(distances, near, axis=1)
        own = np.arange(len(some)), lengths.argmin(axis=1)
        is_own = lengths[own] <= 1e-5
        dropped = np.where(is_own, own[1], lengths.argmax(axis=1))
        counted = current[near]
        counts[start : start + _BLOCK] = counted.sum(axis=1) - counted[np.arange(len(some)), dropped]
    return counts


def _placed(ratios: Floats, kept: Mask) -> Floats:
    placed = np.full(kept.size, np.nan)
    placed[kept] = ratios
    return placed
