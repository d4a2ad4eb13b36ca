"""Concept drift: with labels, with few of them, and without."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from pyflare.analytics.drift.column import Categories, Column, Numbers, Vectors
from pyflare.analytics.drift.concept import ConceptDriftDetector
from pyflare.analytics.drift.estimation import calibrate, estimate_performance
from pyflare.analytics.drift.relation import stratum_of
from pyflare.analytics.drift.result import ColumnDrift, DriftResult
from pyflare.errors import DataError, InsufficientDataError
from tests.analytics.drift.samples import NOW

ANSWERS = ("no", "yes")


def _classes(rng: np.random.Generator, size: int, *, turned: bool = False, feature_mean: float = 0.0):
    """A feature, whether it is positive, and a model that knows so, but for a tenth; `turned` changes what is true."""
    x = rng.normal(feature_mean, 1, size)
    truth = (x > 0) ^ (turned & (np.abs(x) > 1))
    said = (x > 0) ^ (rng.random(size) < 0.1)
    return {
        "x": Numbers(values=x),
        "prediction": Categories(codes=said.astype(np.int32), levels=ANSWERS),
        "label": Categories(codes=truth.astype(np.int32), levels=ANSWERS),
    }


def _compute(reference: dict[str, Column], current: dict[str, Column], **options: object) -> DriftResult:
    detector = ConceptDriftDetector(**options)
    detector.set_reference(reference)
    return detector.compute(current, now=NOW)


def _named(found: DriftResult) -> dict[str, ColumnDrift]:
    return {column.column: column for column in found.columns}


def test_answers_that_are_others_now() -> None:
    """Where the same inputs have other answers, performance and the relation have drifted, and the inputs are named."""
    rng = np.random.default_rng(1)
    found = _compute(_classes(rng, 3_000), _classes(rng, 3_000, turned=True))
    columns = _named(found)
    assert set(columns) == {"performance", "label given x", "label given prediction"}
    assert {column.status for column in columns.values()} == {"drifted"}
    test = columns["performance"].test
    assert test is not None
    assert test.effect.low < 0.3 * 0.8 < test.effect.high
    assert test.notes[0].startswith("accuracy 90")
    assert "accuracy" in test.notes[0]


def test_inputs_that_moved_are_no_concept_drift() -> None:
    """Where inputs have moved and their answers have not, nothing has drifted."""
    rng = np.random.default_rng(2)
    found = _compute(_classes(rng, 3_000), _classes(rng, 3_000, feature_mean=0.3))
    assert _named(found)["performance"].status == "healthy"
    assert _named(found)["label given prediction"].status in {"healthy", "warning"}


def test_a_relation_names_what_has_changed_within_its_parts() -> None:
    """The parts of an input are as frequent as they were: what is told is which answer they have now, and how often."""
    rng = np.random.default_rng(9)
    country = Categories.of(["DE", "NL, where it rains"] * 2_000)
    said = Categories.of(["yes"] * 4_000)
    true = [Categories.of(np.where(rng.random(4_000) < share, "yes", "no").tolist()) for share in (0.5, 0.5)]
    true[1] = Categories.of(
        ["yes" if at % 2 else answer for at, answer in enumerate(np.array(true[1].levels)[true[1].codes])]
    )
    reference, current = ({"country": country, "prediction": said, "label": label} for label in true)
    test = _named(_compute(reference, current))["label given country"].test
    assert test is not None
    first = test.contributions[0]
    assert first.label == "yes where NL, where it rains"
    assert (first.reference, first.current) == (pytest.approx(0.5, abs=0.03), 1.0)
    assert [stratum_of(part, ("DE", "NL, where it rains", "it rains")) for part in test.contributions] == [1, 0]
    assert stratum_of(replace(first, label="yes"), ("DE",)) is None


def test_labels_that_are_late() -> None:
    """Only rows with a label are compared; with too few, and no confidences, the answer is unknown and says why."""
    rng = np.random.default_rng(3)
    reference, current = _classes(rng, 2_000), _classes(rng, 2_000, turned=True)
    label = current["label"]
    assert isinstance(label, Categories)
    codes = label.codes.copy()
    codes[400:] = -1
    few = _compute(reference, {**current, "label": Categories(codes=codes, levels=ANSWERS)})
    assert few.status == "drifted"
    assert few.columns[0].test is not None
    assert few.columns[0].test.n_current == 400
    codes[20:] = -1
    none = _compute(reference, {**current, "label": Categories(codes=codes, levels=ANSWERS)})
    assert none.status == "unknown"
    assert "at least 50 labelled rows in each sample, got 2000 and 20" in none.explanation
    assert _compute(reference, {"prediction": current["prediction"]}).status == "unknown"


def test_errors_of_numbers() -> None:
    """Predicted numbers are judged by how far they are off, and residuals by where they are."""
    rng = np.random.default_rng(4)

    def rows(noise: float) -> dict[str, Column]:
        x = rng.normal(0, 1, 2_000)
        truth = 2 * x + rng.normal(0, noise, x.size)
        return {
            "x": Numbers(values=x),
            "prediction": Numbers(values=2 * x),
            "label": Numbers(values=truth),
            "text": Vectors(values=rng.normal(0, 1, (x.size, 2)).astype(np.float32)),
        }

    reference = rows(1.0)
    assert _compute(reference, rows(1.0)).status == "healthy"
    found = _named(_compute(reference, rows(2.0)))
    assert found["performance"].status == "drifted"
    assert found["performance"].test is not None
    assert found["performance"].test.notes[0].startswith("mean absolute error 0.")
    relation = found["label given x"]
    assert relation.status == "drifted"
    assert relation.test is not None
    assert re.match(r"residual \[.*, .*\) where \[.*, .*\)$", relation.test.contributions[0].label)
    assert set(found) == {"performance", "label given x", "label given prediction"}


def _confident(rng: np.random.Generator, size: int, *, most: float = 1.0) -> dict[str, Column]:
    confidence = rng.uniform(0.5, most, size)
    right = rng.random(size) < confidence
    said = rng.integers(0, 2, size)
    return {
        "prediction": Categories(codes=said.astype(np.int32), levels=ANSWERS),
        "label": Categories(codes=np.where(right, said, 1 - said).astype(np.int32), levels=ANSWERS),
        "confidence": Numbers(values=confidence),
    }


def test_an_estimate_without_labels() -> None:
    """Without labels, accuracy is estimated from confidences, is near what it is, and is called an estimate."""
    rng = np.random.default_rng(5)
    reference, current = _confident(rng, 5_000), _confident(rng, 5_000, most=0.8)
    unlabelled = {name: column for name, column in current.items() if name != "label"}
    found = _compute(reference, unlabelled)
    assert found.status == "drifted"
    test = found.columns[0].test
    assert test is not None
    assert test.method == "estimated_performance"
    assert test.effect.low < 0.1 < test.effect.high
    assert "estimated" in found.explanation
    assert "without labels" in test.notes[0]
    assert _compute(reference, _confident(rng, 5_000)).status == "healthy"
    assert len(test.notes) == 1
    sure = {**unlabelled, "confidence": Numbers(values=np.full(5_000, 2.0))}
    beyond = _compute(reference, sure).columns[0].test
    assert beyond is not None
    assert beyond.notes[1].startswith("100.0% of the confidences lie outside")
    assert _compute(reference, unlabelled, confidence=None).status == "unknown"


def test_calibration_never_falls() -> None:
    """A higher confidence is never taken for less often right, and shares of accuracy are near the true ones."""
    rng = np.random.default_rng(6)
    confidences = rng.uniform(0, 1, 20_000)
    found = calibrate(confidences, (rng.random(20_000) < confidences**2).astype(float))
    assert np.all(np.diff(found.accuracies) > 0)
    assert found(np.array([0.5])) == pytest.approx(0.25, abs=0.04)
    assert found.shares(confidences).sum() == pytest.approx(1)
    with pytest.raises(InsufficientDataError, match="at least 50"):
        calibrate(np.ones(10), np.ones(10))
    with pytest.raises(InsufficientDataError, match="at least 2"):
        estimate_performance(np.ones(100), np.ones(100), np.ones(1))


def test_estimates_keep_their_level() -> None:
    """Without drift, estimates alarm about as often as they say."""
    rng = np.random.default_rng(7)
    alarms = 0
    for _ in range(200):
        confidence = rng.uniform(0.5, 1, 600)
        right = (rng.random(600) < confidence).astype(float)
        alarms += estimate_performance(confidence, right, rng.uniform(0.5, 1, 300)).p_value <= 0.05
    # The binomial 99 % band of 200 at 5 %.
    assert 3 <= alarms <= 19


def test_what_cannot_be_compared() -> None:
    """Predictions without labels in the reference, of another kind, weighted, or not there, are errors."""
    rng = np.random.default_rng(8)
    rows = _classes(rng, 100)
    detector = ConceptDriftDetector()
    with pytest.raises(DataError, match="lacks \\['label'\\]"):
        detector.set_reference({"prediction": rows["prediction"]})
    with pytest.raises(DataError, match="both categories or both numbers"):
        detector.set_reference({**rows, "label": Numbers(values=np.zeros(100))})
    with pytest.raises(DataError, match="without weights"):
        detector.set_reference({**rows, "label": Numbers(values=np.zeros(100), weights=np.ones(100))})
    detector.set_reference(rows)
    with pytest.raises(DataError, match="lacks its predictions"):
        detector.compute({"x": rows["x"]}, now=NOW)
