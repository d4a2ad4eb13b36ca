"""Classifiers, neighbours and what finds both shifts and new topics."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors

from pyflare.analytics.stats.vectors.classifier import classifier_test
from pyflare.analytics.stats.vectors.density import density_ratios
from pyflare.analytics.stats.vectors.k_means import k_means
from pyflare.analytics.stats.vectors.neighbours import neighbour_test, neighbourhoods
from pyflare.analytics.stats.vectors.separation import separation
from pyflare.analytics.stats.vectors.spectral import spectral_difference
from pyflare.analytics.stats.vectors.vector_difference import vector_difference
from pyflare.errors import DataError, InsufficientDataError

TESTS = [classifier_test, neighbour_test, spectral_difference, vector_difference]
every_test = pytest.mark.parametrize("test", TESTS)


def _new_topic(rng: np.random.Generator, share: float) -> tuple[np.ndarray, np.ndarray]:
    x, y = rng.normal(size=(500, 12)), rng.normal(size=(500, 12))
    y[: round(500 * share)] = 2 + rng.normal(size=(round(500 * share), 12)) / 4
    return x, y


def test_separation_is_the_area_under_the_curve() -> None:
    """One fold's delta is twice scikit-learn's area under the curve less one, weights and ties included."""
    rng = np.random.default_rng(1)
    scores = rng.integers(0, 5, 60).astype(np.float64)
    is_current = np.arange(60) >= 25
    weights = rng.random(60)
    contrast = np.where(is_current, weights / weights[is_current].sum(), -weights / weights[~is_current].sum())
    expected = roc_auc_score(is_current, scores, sample_weight=weights)
    assert separation(scores, contrast, [np.arange(60)]).delta == pytest.approx(2 * expected - 1, abs=1e-9)


def test_neighbours_are_scikit_learns() -> None:
    """The rows nearest to each place are those that scikit-learn finds."""
    rows = np.random.default_rng(1).normal(size=(200, 5)).astype(np.float32)
    found = neighbourhoods(rows, k=7, rng=np.random.default_rng(2), n_places=50)
    expected = NearestNeighbors(n_neighbors=7).fit(rows).kneighbors(rows[found.places], return_distance=False)
    assert [set(near) for near in found.nearest.tolist()] == [set(near) for near in expected.tolist()]


@every_test
def test_finds_a_new_topic(test) -> None:
    """A new topic of a tenth of the rows is found, and its size is about the effect."""
    rng = np.random.default_rng(1)
    found = test(*_new_topic(rng, 0.1), rng=rng)
    assert found.p_value < 1e-3
    assert found.effect.low <= found.effect.value <= found.effect.high
    assert 0.02 < found.effect.value < 0.2


@every_test
def test_everything_moved(test) -> None:
    """Samples that do not overlap are told apart entirely."""
    rng = np.random.default_rng(1)
    found = test(rng.normal(size=(100, 3)), rng.normal(size=(100, 3)) + 30, rng=rng)
    assert found.p_value < 1e-6
    assert found.effect.value == pytest.approx(1, abs=0.05)


@every_test
@pytest.mark.parametrize("shape", ["skewed", "tied", "wide"])
def test_false_alarms(test, shape) -> None:
    """Where nothing differs, alarms lie within the binomial 99 % band of 5 %."""
    rng = np.random.default_rng(4)
    draw = {
        "skewed": lambda n: np.exp(rng.normal(size=(n, 2))),
        "tied": lambda n: rng.integers(0, 3, (n, 2)).astype(np.float64),
        "wide": lambda n: rng.normal(size=(n, 60)),
    }[shape]
    alarms = sum(test(draw(40), draw(60), rng=rng).p_value <= 0.05 for _ in range(100))
    low, high = binom.ppf([0.005, 0.995], 100, 0.05)
    assert low <= alarms <= high


@every_test
def test_all_vectors_the_same(test) -> None:
    """Where all vectors are the same, nothing can be told apart."""
    found = test(np.ones((20, 3)), np.ones((30, 3)), rng=np.random.default_rng(1))
    assert found.p_value >= 0.5
    assert found.effect.value == pytest.approx(0, abs=1e-9)
    assert "all vectors are the same" in found.notes


@every_test
def test_refuses_what_it_cannot_use(test) -> None:
    """Other shapes and too few rows are errors."""
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(30, 3))
    with pytest.raises(DataError, match="same length"):
        test(rows, rows[:, :2], rng=rng)
    with pytest.raises(InsufficientDataError, match="10"):
        test(rows, rows[:5], rng=rng)
    with pytest.raises(DataError, match="weight"):
        test(rows, rows, weights=(None, -np.ones(30)), rng=rng)


@every_test
def test_order_does_not_matter_much(test) -> None:
    """Copies of the same rows, in whatever order, are no difference."""
    rows = np.repeat(np.random.default_rng(1).normal(size=(10, 3)), 12, axis=0)
    assert test(rows, rows[::-1], rng=np.random.default_rng(2)).p_value > 0.05


def test_a_classifier_of_ones_own() -> None:
    """Any function that learns and scores may be the classifier; scores of another shape are refused."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(100, 2)), 2 * rng.normal(size=(100, 2))
    assert classifier_test(x, y, rng=rng).p_value > 0.001

    def by_length(rows, is_current, others):
        return np.linalg.norm(others, axis=1)

    assert classifier_test(x, y, classifier=by_length, rng=rng).p_value < 1e-4
    with pytest.raises(DataError, match="finite scores"):
        classifier_test(x, y, classifier=lambda rows, is_current, others: [1.0], rng=rng)


def test_neighbours_out_of_range() -> None:
    """A number of neighbours that does not fit is refused."""
    rows = np.random.default_rng(1).normal(size=(20, 2))
    with pytest.raises(DataError, match="n_neighbours"):
        neighbour_test(rows, rows, n_neighbours=20, rng=np.random.default_rng(1))


def test_long_vectors() -> None:
    """Vectors of more than 512 dimensions are looked at in a space of 512, and a shift is found there."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(600, 700)), rng.normal(size=(600, 700))
    assert spectral_difference(x, y + 0.1, rng=rng).p_value < 1e-6


def test_density_around_each_row() -> None:
    """Rows of a new group have the largest ratios, those that the reference alone has the smallest, missing ones none."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(200, 4)), rng.normal(size=(300, 4))
    x[:30] -= 8
    y[:30] += 8
    y[40] = np.nan
    found = density_ratios(x, y, n_neighbours=15, rng=rng)
    assert found.current[:30] == pytest.approx(np.log(16 / 299) - np.log(1 / 200))
    assert found.reference[:30] == pytest.approx(np.log(1 / 299) - np.log(16 / 200))
    assert np.isnan(found.current[40])
    assert abs(np.nanmedian(found.current[30:])) < 0.4


def test_large_samples_are_thinned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of samples that are too large, random rows are mapped to features; a note says so, and the sizes stay."""
    monkeypatch.setattr("pyflare.analytics.stats.vectors.vector_difference.MOST_ROWS", 100)
    rng = np.random.default_rng(1)
    found = vector_difference(rng.normal(size=(300, 4)), rng.normal(size=(80, 4)) + 2, rng=rng)
    assert (found.n_reference, found.n_current) == (300, 80)
    assert found.p_value < 1e-6
    assert "100 random rows" in found.notes[0]


def test_clusters_of_few_points() -> None:
    """There are no more clusters than different rows, and the largest comes first."""
    labels, centres = k_means(
        np.array([[0.0], [5.0], [5.0]], dtype=np.float32), n_clusters=9, rng=np.random.default_rng(1)
    )
    assert labels.tolist() == [1, 0, 0]
    assert centres.tolist() == [[5.0], [0.0]]
