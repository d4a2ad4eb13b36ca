"""Whether the rows that lie farthest out come from both samples."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pyflare.analytics.stats.vectors.far_rows import far_rows_p_value
from pyflare.analytics.stats.vectors.pool import Pool, pool_vectors
from pyflare.analytics.stats.vectors.spectral import map_pool
from pyflare.analytics.stats.vectors.vector_difference import vector_difference


def _pool(n_reference: int, n_current: int, weights: np.ndarray | None = None) -> Pool:
    rng = np.random.default_rng(1)
    return pool_vectors(rng.normal(size=(n_reference, 3)), rng.normal(size=(n_current, 3)), weights=(None, weights))


def test_the_farthest_are_counted_exactly() -> None:
    """Of a hundred and a hundred rows the eight farthest are all current: twice the mid-p of one in `C(200, 8)`."""
    found = far_rows_p_value(np.arange(200.0), _pool(100, 100))
    assert found == pytest.approx(stats.hypergeom.pmf(8, 200, 100, 8), rel=1e-9)


def test_only_the_order_of_distances_counts() -> None:
    """Distances and their squares say the same; so do the samples in either order."""
    distances = np.random.default_rng(2).exponential(size=600)
    found = far_rows_p_value(distances, _pool(300, 300))
    assert far_rows_p_value(distances**2, _pool(300, 300)) == found
    assert far_rows_p_value(np.roll(distances, 300), _pool(300, 300)) == pytest.approx(found)


def test_what_cannot_be_counted() -> None:
    """Weighted rows, fewer than sixty-four, and rows all equally far have no p-value."""
    assert far_rows_p_value(np.arange(200.0), _pool(100, 100, np.linspace(0.5, 1, 100))) is None
    assert far_rows_p_value(np.arange(40.0), _pool(20, 20)) is None
    assert far_rows_p_value(np.ones(200), _pool(100, 100)) is None


def test_distances_are_those_of_all_axes() -> None:
    """A row's distance adds up its squared coordinates, each divided by its variance plus a tenth of the largest."""
    rng = np.random.default_rng(3)
    pool = pool_vectors(rng.normal(size=(700, 6)), rng.normal(size=(500, 6)))
    mapped = map_pool(pool, rng=rng)
    covariance = np.cov(mapped.features.T, bias=True).astype(np.float64)
    ridge = 0.1 * np.linalg.eigvalsh(covariance)[-1]
    inverse = np.linalg.inv(covariance + ridge * np.eye(len(covariance)))
    expected = np.einsum("ij,jk,ik->i", mapped.features, inverse, mapped.features)
    assert mapped.distances() == pytest.approx(expected, rel=0.01)


def test_ten_rows_of_a_new_topic_are_found() -> None:
    """Ten of a thousand rows lie where no row was, along axes in which the others hardly differ: found each time."""
    found = []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        spread = 1 / np.sqrt(np.arange(1, 65))
        reference, current = (spread * rng.normal(size=(1000, 64)) for _ in range(2))
        current[:10] += np.sign(rng.normal(size=64)) * (np.arange(64) >= 32)
        found.append(vector_difference(reference, current, rng=rng).p_value)
    assert max(found) < 0.05
