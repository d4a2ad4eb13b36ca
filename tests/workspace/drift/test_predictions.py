"""Drift of predictions: of what goes in, of what comes out, and of how right it is."""

from __future__ import annotations

from pathlib import Path

import pytest

import pyflare
from pyflare.errors import ConfigError
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


def test_concepts_are_of_predictions(folder: Path) -> None:
    """Concept drift of spans is refused: they have no labels."""
    with pyflare.open(folder, compact=False) as workspace, pytest.raises(ConfigError, match="of predictions"):
        workspace.drift("latency", drift_type="concept", now=NOW)
