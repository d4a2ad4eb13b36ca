"""Detectors of embedding drift, clusters, and the plane they are shown on."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from pyflare.analytics.drift.centroid import CentroidDetector
from pyflare.analytics.drift.clusters import cluster_vectors
from pyflare.analytics.drift.column import Numbers, Vectors
from pyflare.analytics.drift.domain_classifier import DomainClassifierDetector
from pyflare.analytics.drift.embedding import EmbeddingDriftDetector
from pyflare.analytics.drift.mmd import MMDDetector
from pyflare.analytics.drift.projection import project_vectors
from pyflare.analytics.drift.result import DriftType
from pyflare.analytics.drift.vectors import compare_vectors
from pyflare.errors import DataError, InsufficientDataError, MissingExtraError
from tests.analytics.drift.samples import NOW

DETECTORS = [
    EmbeddingDriftDetector(),
    MMDDetector(),
    MMDDetector(method="exact", bandwidth=3.0),
    MMDDetector(method="linear"),
    CentroidDetector(),
    CentroidDetector(metric="mahalanobis"),
    DomainClassifierDetector(),
]


def _topics(rng: np.random.Generator, *, new: int = 0) -> Vectors:
    """300 rows around three places, `new` of them around a fourth."""
    centres = np.eye(8, dtype=np.float32) * 6
    places = rng.integers(0, 3, 300)
    places[:new] = 3
    return Vectors(values=(centres[places] + rng.normal(size=(300, 8))).astype(np.float32))


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda found: f"{found.kind}-{id(found) % 97}")
def test_finds_a_shift(detector) -> None:
    """Each finds rows that all moved, names the column, and is healthy where nothing has."""
    rng = np.random.default_rng(1)
    detector.set_reference({"prompt": _topics(rng), "tokens": Numbers(values=np.ones(300))})
    assert detector.type is DriftType.EMBEDDING
    assert detector.compute({"prompt": _topics(rng)}, now=NOW).status == "healthy"
    moved = detector.compute({"prompt": Vectors(values=_topics(rng).values + 2)}, now=NOW)
    assert moved.status == "drifted"
    assert list(moved.feature_scores) == ["prompt"]
    assert moved.columns[0].drift_type is DriftType.EMBEDDING


def test_needs_vectors() -> None:
    """A reference without embeddings is refused, as is a method that is none."""
    with pytest.raises(DataError, match="column of vectors"):
        EmbeddingDriftDetector().set_reference({"tokens": Numbers(values=np.ones(300))})
    detector = MMDDetector(method="fast")  # type: ignore[arg-type]
    detector.set_reference({"prompt": _topics(np.random.default_rng(1))})
    with pytest.raises(DataError, match="'features', 'exact' or 'linear'"):
        detector.compute({"prompt": _topics(np.random.default_rng(1))}, now=NOW)


def test_a_new_topic_is_a_cluster() -> None:
    """Of 300 rows, 15 of a new topic are found, and lie in clusters that the reference hardly has."""
    rng = np.random.default_rng(1)
    reference, current = _topics(rng), _topics(rng, new=15)
    found = compare_vectors(reference, current)
    assert found.p_value < 1e-4
    clusters = cluster_vectors(reference, current)
    assert found.contributions == clusters.test.contributions
    new = [each.label for each in clusters.test.contributions if each.reference < 0.01]
    assert {int(row) for name in new for row in clusters.rows_of(name)} == set(range(15))
    assert {row for name in new for row in clusters.typical[clusters.names.index(name)]} <= set(range(15))


def test_the_same_columns_give_the_same_answer() -> None:
    """Nothing of a comparison depends on when it is made."""
    rng = np.random.default_rng(1)
    reference, current = _topics(rng), _topics(rng, new=5)
    assert compare_vectors(reference, current) == compare_vectors(reference, current)


def test_missing_rows_are_in_no_cluster() -> None:
    """A row with a NaN is in no cluster, and the others keep their places."""
    rng = np.random.default_rng(1)
    reference, current = _topics(rng), _topics(rng)
    current.values[7, 2] = np.nan
    clusters = cluster_vectors(reference, current, n_clusters=3)
    assert clusters.current[7] == -1
    assert (np.delete(clusters.current, 7) >= 0).all()
    assert compare_vectors(reference, current).n_current == 299


def test_weighted_rows() -> None:
    """Rows of weight 0 are as good as absent, in the clusters too."""
    rng = np.random.default_rng(1)
    reference, current = _topics(rng), _topics(rng, new=30)
    weighted = Vectors(values=current.values, weights=np.repeat([0.0, 1.0], [30, 270]))
    assert compare_vectors(reference, weighted).p_value > 0.01
    assert compare_vectors(reference, current).p_value < 1e-6


def test_all_rows_the_same() -> None:
    """A constant column of embeddings has not drifted, and has no clusters."""
    rows = Vectors(values=np.ones((60, 4), dtype=np.float32))
    found = compare_vectors(rows, rows)
    assert (found.p_value, found.effect.value) == (1, pytest.approx(0, abs=1e-9))


@pytest.mark.parametrize("method", ["principal", "map"])
def test_groups_lie_apart_on_the_plane(method) -> None:
    """Rows of a group are nearer to each other on the plane than to those of another; missing ones are left out."""
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(160, 6)).astype(np.float32)
    rows[80:] += 9
    rows[3] = np.nan
    shown = project_vectors(Vectors(values=rows[:80]), Vectors(values=rows[80:]), method=method)
    assert shown.method == method
    assert (len(shown.reference), len(shown.current)) == (79, 80)
    assert 3 not in shown.reference_rows
    apart = np.linalg.norm(shown.reference.mean(axis=0) - shown.current.mean(axis=0))
    assert apart > 3 * shown.reference.std()
    assert np.abs(np.concatenate([shown.reference, shown.current])).max() == pytest.approx(1)


def test_few_points_of_many() -> None:
    """Of many rows as many are shown as are asked for, with where they come from."""
    rng = np.random.default_rng(1)
    reference, current = _topics(rng), _topics(rng)
    shown = project_vectors(reference, current, most_points=40, method="auto")
    assert (shown.method, len(shown.reference), len(shown.current_rows)) == ("principal", 20, 20)
    assert (np.diff(shown.current_rows) > 0).all()


def test_a_plane_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra a map is refused by its name, and `auto` shows principal axes; too few rows are refused."""
    rng = np.random.default_rng(1)
    monkeypatch.setitem(sys.modules, "openTSNE", None)
    with pytest.raises(MissingExtraError, match="drift-map"):
        project_vectors(_topics(rng), _topics(rng), method="map")
    assert project_vectors(_topics(rng), _topics(rng)).method == "principal"
    with pytest.raises(InsufficientDataError):
        project_vectors(_topics(rng), Vectors(values=np.ones((3, 8), dtype=np.float32)))
    with pytest.raises(DataError, match="'principal'"):
        project_vectors(_topics(rng), _topics(rng), method="umap")  # type: ignore[arg-type]
