"""A monitor looks: what it reads, what it finds, and what it writes down."""

from __future__ import annotations

import math
from datetime import timedelta
from pathlib import Path

import pytest

import pyflare
from pyflare.analytics.stats.sequential import alpha_of_look
from pyflare.errors import ConfigError, DataError, NotFoundError, QueryError
from pyflare.workspace import Workspace
from pyflare.workspace.drift import DriftMonitor
from pyflare.workspace.drift_history import read_run
from tests.workspace.drift.traffic import NOW, NOW_NS, is_stale

COLUMNS = ("attributes.index", "attributes.similarity", "attributes.k", "latency")
RETRIEVAL = DriftMonitor(
    name="retrieval", where="kind = retriever", columns=COLUMNS, reference="1d", segment_by=("environment",)
)


def test_the_stale_index_is_found(workspace: Workspace) -> None:
    """In production the index and the similarity have drifted, and the traces named are from the stale index."""
    run = workspace.drift.run(RETRIEVAL, now=NOW)
    found = {each.segment: each for each in run.segments}
    assert set(found) == {"environment = production", "environment = staging"}
    production = {column.column: column.status for column in found["environment = production"].result.columns}
    assert production["attributes.index"] == production["attributes.similarity"] == "drifted"
    assert production["latency"] == "healthy"
    assert found["environment = staging"].result.status in ("healthy", "unknown")
    samples = found["environment = production"].samples["attributes.index"]
    assert samples
    assert all(is_stale(int(trace_id, 16) - 1) for trace_id in samples)
    assert run.is_drifted
    assert "attributes.index" in repr(run)


def test_what_a_run_writes_is_read_back(workspace: Workspace) -> None:
    """A run is a row for each segment in all and one for each column, as the viewer reads them."""
    run = workspace.drift.run(RETRIEVAL, now=NOW)
    stored = read_run(workspace.engine, "retrieval", "environment = production", run_id=run.run_id)
    assert stored.summary["status"] == "drifted"
    assert stored.summary["method"] == "FeatureDriftDetector"
    assert stored.summary["current_end"] == NOW_NS
    index = next(row for row in stored.columns if row["column_name"] == "attributes.index")
    assert {part["label"] for part in index["contributions"]} >= {"old", "new"}
    assert index["sample_trace_ids"]
    assert index["effect_low"] <= index["effect_size"] <= index["effect_high"]
    assert len(stored.columns) == len(COLUMNS)


def test_each_look_is_counted(workspace: Workspace, folder: Path) -> None:
    """Looks share the chance of a false alarm by their number in the folder, whoever looks; asking once counts none."""
    first = workspace.drift.run(RETRIEVAL, now=NOW)
    workspace.drift("latency", now=NOW, reference="1d")
    with pyflare.open(folder, compact=False) as other:
        second = other.drift.run(RETRIEVAL, now=NOW)
    assert (first.look, second.look) == (1, 2)
    assert second.alpha == alpha_of_look(2, alpha=0.05)
    assert second.segments[0].result.alpha == second.alpha / 2


def test_no_more_looks_than_were_said(workspace: Workspace) -> None:
    """A monitor that was declared for one look refuses the second."""
    once = DriftMonitor(name="once", columns=("latency",), reference="1d", n_looks=1)
    workspace.drift.run(once, now=NOW)
    with pytest.raises(DataError, match=r"once: the looks that were allowed are made, n_looks = 1\. Leave n_looks out"):
        workspace.drift.run(once, now=NOW)


def test_a_look_without_a_name_writes_nothing(workspace: Workspace, folder: Path) -> None:
    """A question that came up leaves no trace in the folder."""
    run = workspace.drift("attributes.similarity", where="kind = retriever", now=NOW, reference="1d")
    assert run.look is None
    assert run.status == "drifted"
    assert not (folder / "drift").exists()
    assert len(workspace.query("SELECT * FROM drift")) == 0


def test_one_row_of_each_trace_counts(workspace: Workspace) -> None:
    """Of spans one of each trace is compared, of traces each, unless it is said otherwise."""
    for options, rows in (({}, 300), ({"unit": "row"}, 600), ({"table": "traces"}, 300)):
        (found,) = workspace.drift("latency", now=NOW, reference="1d", **options).segments
        assert (found.n_reference, found.n_current) == (rows, rows)


def test_columns_need_not_be_named(workspace: Workspace) -> None:
    """Without names the usual columns and the attributes are compared; an id is said to be one."""
    run = workspace.drift(where="kind = retriever", now=NOW, reference="1d")
    columns = {column.column: column for column in run.segments[0].result.columns}
    assert columns["attributes.similarity"].status == "drifted"
    assert columns["latency"].status == "healthy"
    assert "model" not in columns


def test_other_references(workspace: Workspace) -> None:
    """A reference may be a range of time, or what has a session, a version or a data set."""
    begin = (NOW - timedelta(days=2)).isoformat()
    fixed = workspace.drift("attributes.index", now=NOW, reference={"since": begin})
    assert fixed.segments[0].n_reference == 300
    alone = workspace.drift("attributes.index", now=NOW, reference={"session": "s1"})
    assert alone.segments[0].n_reference == 1
    assert alone.status == "unknown"
    nothing = workspace.drift("attributes.index", now=NOW, reference={"dataset": "golden"})
    assert nothing.status == "unknown"


def test_scores_of_traces(workspace: Workspace) -> None:
    """A score given to a trace is a column of it."""
    run = workspace.drift("score.helpful", table="traces", now=NOW, reference="1d")
    (column,) = run.segments[0].result.columns
    assert column.status == "drifted"


def test_predictions_are_predictions(workspace: Workspace) -> None:
    """Columns of answers are said to be prediction drift; a folder without any rows says unknown."""
    run = workspace.drift("prediction_value", table="predictions", now=NOW, reference="1d")
    assert run.segments == () or run.status == "unknown"


def test_trends(workspace: Workspace) -> None:
    """An effect that grows from run to run is said to increase."""
    monitor = DriftMonitor(
        name="growing", where="kind = retriever", columns=("attributes.index",), reference="12h", current="12h"
    )
    runs = [workspace.drift.run(monitor, now=NOW - timedelta(hours=12 - hours)) for hours in range(-12, 1, 2)]
    effects = [run.segments[0].result.score for run in runs]
    assert effects[-1] > effects[0]
    assert runs[-1].trend(None, "attributes.index") == "increasing"
    history = workspace.drift.history("growing", column="attributes.index")
    assert history[0]["trend"] == "increasing"
    assert not math.isnan(history[0]["effect_size"])


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"columns": ("latncy",)}, QueryError, "has no|have no"),
        ({"columns": ("start_time",)}, QueryError, "cannot be compared|that can be compared"),
        ({"columns": ("latency",), "where": "kid = llm"}, QueryError, "kid"),
        ({"columns": ("latency",), "table": "scores", "where": "a = b"}, ConfigError, "filter language"),
        ({"columns": ("latency",), "reference": {"stored": "latest"}}, NotFoundError, "no reference"),
        ({"columns": ("latency",), "reference": {"window": "soon"}}, ConfigError, "reference.window"),
        ({"columns": ("latency",), "reference": {"session": "a", "stored": "1"}}, ConfigError, "nothing else"),
        ({"columns": ("latency",), "alpha": 2}, ConfigError, "alpha"),
        ({"columns": "latency"}, ConfigError, "list of names"),
        ({"name": "a/b"}, ConfigError, "letters"),
        ({"table": "labels"}, ConfigError, "table"),
        ({"name": 3}, ConfigError, "name: expected text"),
        ({"columns": ("latency",), "where": 3}, ConfigError, "where: expected a filter as text"),
        ({"columns": ("latency",), "filters": 3}, ConfigError, "filters: expected values by name"),
        ({"columns": ("latency",), "thresholds": 0.2}, ConfigError, "thresholds: expected numbers by column"),
        ({"columns": ("latency",), "thresholds": {"latncy": 0.2}}, ConfigError, "'latncy' is none of the columns"),
        ({"columns": ("latency",), "max_segments": math.inf}, ConfigError, "max_segments: expected a whole number"),
        (
            {"columns": ("latency",), "reference": {"since": "2026-05-02", "until": "2026-05-01"}},
            DataError,
            "since before until",
        ),
        ({"columns": ("value",), "table": "scores", "unit": "user"}, ConfigError, "unit"),
    ],
)
def test_what_cannot_be_used(workspace: Workspace, options: dict, error: type[Exception], message: str) -> None:
    """A monitor that cannot be understood says what was expected."""
    with pytest.raises(error, match=message):
        workspace.drift.run(DriftMonitor(**{"name": "m", **options}), now=NOW)
