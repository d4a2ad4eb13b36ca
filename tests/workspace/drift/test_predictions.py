"""Drift of predictions: of what goes in, of what comes out, and of how right it is."""

from __future__ import annotations

from pathlib import Path

import pytest

import pyflare
from pyflare.errors import ConfigError, NotFoundError
from pyflare.workspace.drift import DriftMonitor
from tests.store.records import T0_NS, row, write_journal
from tests.workspace.drift.traffic import DAY_NS, NOW

COUNT = 200
CONCEPT = DriftMonitor(
    name="fraud", table="predictions", drift_type="concept", filters={"model": "fraud"}, reference="1d"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two days of predictions with labels that come later; on the second what is said is wrong for one country."""
    records = []
    for number in range(2 * COUNT):
        country, said = ("NL", "DE")[number % 2], number % 3 == 0
        is_wrong = number >= COUNT and country == "DE"
        records += [
            row(
                "predictions",
                prediction_id=f"p{number}",
                timestamp=T0_NS + number * DAY_NS // COUNT,
                model_id="fraud",
                model_version="1" if number < COUNT else "2",
                features={"country": country, "age": 20 + number % 50},
                prediction=b"true" if said else b"false",
                prediction_score=0.9,
                trace_id=f"{number:032x}",
            ),
            row(
                "labels",
                prediction_id=f"p{number}",
                timestamp=T0_NS + 3 * DAY_NS,
                label=b"true" if said != is_wrong else b"false",
            ),
        ]
    write_journal(tmp_path, records)
    return tmp_path


def test_concept_drift(folder: Path) -> None:
    """Predictions that are wrong more often, for inputs that are as they were, are drift of the concept."""
    with pyflare.open(folder, compact=False) as workspace:
        run = workspace.drift.run(CONCEPT, now=NOW)
        found = {column.column: column.status for column in run.segments[0].result.columns}
        assert found["performance"] == "drifted"
        assert "label given features.country" in found
        (relation,) = [each for each in run.segments[0].result.columns if each.column == "label given features.country"]
        assert "where DE: " in relation.reason
        assert run.segments[0].result.type == "concept"
        assert workspace.drift.history("fraud", column="performance")[0]["status"] == "drifted"
        inputs = workspace.drift(
            table="predictions", filters={"model": "fraud"}, reference={"model_version": "1"}, now=NOW
        )
        assert {column.column for column in inputs.segments[0].result.columns} >= {
            "features.age",
            "features.country",
            "prediction",
        }
        assert inputs.status == "healthy"
        assert workspace.drift.keep_reference(CONCEPT, now=NOW).columns[:2] == ("prediction", "label")
        stored = DriftMonitor(
            name="fraud",
            table="predictions",
            drift_type="concept",
            filters={"model": "fraud"},
            reference={"stored": "1"},
        )
        assert workspace.drift.run(stored, now=NOW).status == "drifted"


def _wrong(number: int) -> bool:
    """Whether a trace of the folder holds a prediction that is wrong."""
    return number >= COUNT and number % 2 == 1


@pytest.mark.parametrize(
    ("column", "label"), [("performance", "features.country: DE"), ("label given features.country", "DE")]
)
def test_which_inputs_carry_it(folder: Path, column: str, label: str) -> None:
    """The country whose predictions are wrong now carries all of the change, within itself, with traces that are."""
    with pyflare.open(folder, compact=False) as workspace:
        run = workspace.drift.run(CONCEPT, now=NOW)
        found = run.explain(column)
    first = found.parts[0]
    assert first.label == label
    assert (first.reference, first.current, first.contribution) == (0.5, 0.5, pytest.approx(1, abs=0.02))
    assert (first.metric_reference, first.metric_current, first.carried, first.within) == (0, 1, 0, pytest.approx(0.5))
    assert (found.metric, found.metric_change.change, found.carried_share) == ("wrong predictions", 0.5, 0)
    assert found.reason == ""
    assert len(found.trace_ids) == 10
    assert all(_wrong(int(trace_id, 16)) for trace_id in found.trace_ids)
    assert "wrong predictions 0 → 1" in repr(found)
    samples = run.segments[0].samples[column]
    assert len(samples) == 5
    assert all(_wrong(int(trace_id, 16)) for trace_id in samples)


def test_another_metric_of_the_same_inputs(folder: Path) -> None:
    """Another metric is taken apart by the values that explain the predictions."""
    with pyflare.open(folder, compact=False) as workspace:
        found = workspace.drift.run(CONCEPT, now=NOW).explain("performance", metric="prediction_score")
    assert (found.metric, found.parts[0].label) == ("prediction_score", "features.country: DE")
    assert found.metric_change.reference == found.metric_change.current == pytest.approx(0.9)


def test_what_predictions_cannot_be_explained_by(folder: Path) -> None:
    """Of a column that it does not list, and without labels, it says so, and what helps."""
    early = DriftMonitor(
        name="early", table="predictions", drift_type="concept", filters={"model": "new"}, reference="1d"
    )
    records = [
        row("predictions", prediction_id=f"n{number}", timestamp=T0_NS + number * DAY_NS // 60, model_id="new",
            prediction=b"true", prediction_score=0.9)
        for number in range(120)
    ]  # fmt: skip
    records += [
        row("labels", prediction_id=f"n{number}", timestamp=T0_NS + 3 * DAY_NS, label=b"true") for number in range(60)
    ]
    write_journal(folder, records)
    with pyflare.open(folder, compact=False) as workspace:
        with pytest.raises(NotFoundError, match=r"it says something of performance, "):
            workspace.drift.run(CONCEPT, now=NOW).explain("features.country")
        run = workspace.drift.run(early, now=NOW)
        assert run.status == "healthy"  # by what the confidences promise
        with pytest.raises(NotFoundError, match=r"cannot be explained without labels.*which inputs have moved"):
            run.explain("performance")


def test_concepts_are_of_predictions(folder: Path) -> None:
    """Concept drift of spans is refused: they have no labels."""
    with pyflare.open(folder, compact=False) as workspace, pytest.raises(ConfigError, match="of predictions"):
        workspace.drift("latency", drift_type="concept", now=NOW)
