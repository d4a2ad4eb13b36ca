"""Distances of means."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.spatial.distance import cosine, mahalanobis

from pyflare.analytics.stats.vectors.centroid import centroid_distance


def _samples(shift: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    return rng.normal(1, 1, (300, 4)), rng.normal((1 + shift, 1, 1, 1), 1, (200, 4))


def test_distances_are_scipys() -> None:
    """The Euclidean and the cosine distance of the means are SciPy's, to single precision."""
    x, y = _samples()
    means = x.mean(axis=0), y.mean(axis=0)
    euclidean, angle = centroid_distance(x, y), centroid_distance(x, y, metric="cosine")
    assert euclidean.statistic == pytest.approx(np.linalg.norm(means[0] - means[1]), rel=1e-5)
    assert angle.statistic == pytest.approx(cosine(*means), rel=1e-4)


def test_mahalanobis_of_many_rows() -> None:
    """Of many rows the covariance is hardly shrunk, and the distance is SciPy's with that within the samples."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(20_000, 2)) * [1, 20], rng.normal(size=(30_000, 2)) * [1, 20] + [0.5, 0]
    within = (np.cov(x.T, ddof=0) * 20_000 + np.cov(y.T, ddof=0) * 30_000) / 50_000
    expected = mahalanobis(x.mean(axis=0), y.mean(axis=0), np.linalg.inv(within))
    found = centroid_distance(x, y, metric="mahalanobis")
    assert found.statistic == pytest.approx(expected, rel=0.02)
    assert found.effect.value == pytest.approx(math.erf(0.5 / math.sqrt(8)), abs=0.01)


@pytest.mark.parametrize("metric", ["euclidean", "cosine", "mahalanobis"])
def test_finds_what_moved(metric) -> None:
    """A mean that moved gives a small p-value, one that did not a large one."""
    moved, same = _samples(), _samples(0)
    assert centroid_distance(*moved, metric=metric).p_value < 1e-4
    assert centroid_distance(*same, metric=metric).p_value > 0.05


def test_cosine_is_blind_to_length() -> None:
    """Vectors that all become longer do not move by their angle, only by their distance."""
    x, y = _samples(0)
    assert centroid_distance(x, 1.5 * y, metric="cosine").p_value > 0.01
    assert centroid_distance(x, 1.5 * y).p_value < 1e-9


def test_no_angle_at_zero() -> None:
    """A mean of 0 has no direction: the distance is undefined, and a note says so."""
    x = np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]] * 5)
    found = centroid_distance(x, x, metric="cosine")
    assert math.isnan(found.statistic)
    assert math.isnan(found.p_value)
    assert found.p_value_kind == "none"
    assert "no angle" in found.notes[-1]


def test_more_dimensions_than_rows() -> None:
    """The shrunk covariance also serves where dimensions outnumber rows."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(30, 200)), rng.normal(size=(30, 200))
    assert centroid_distance(x, y, metric="mahalanobis").p_value > 0.01
    assert centroid_distance(x, y + 0.7, metric="mahalanobis").p_value < 1e-6


def test_all_vectors_the_same() -> None:
    """Where all vectors are the same, the distance is 0."""
    found = centroid_distance(np.ones((20, 3)), np.ones((20, 3)))
    assert (found.statistic, found.p_value, found.effect.value) == (0, 1, 0)


def test_dimensions_that_moved() -> None:
    """The dimension that moved comes first, with both of its means; all parts add up to 1."""
    x, y = _samples(2.0)
    x, y = np.hstack([x] * 6), np.hstack([y, *[x[:200]] * 5])
    found = centroid_distance(x, y).contributions
    assert (found[0].label, found[-1].label, len(found)) == ("dimension 0", "all others", 21)
    assert found[0].current == pytest.approx(y[:, 0].mean(), rel=1e-5)
    assert sum(each.contribution for each in found) == pytest.approx(1)
