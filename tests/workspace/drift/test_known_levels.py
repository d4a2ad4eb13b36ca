"""Monitors of columns whose levels are all known."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from pyflare.cli.app import app
from pyflare.errors import ConfigError, DataError
from pyflare.workspace import Workspace
from pyflare.workspace.drift import DriftMonitor, compare_tables
from pyflare.workspace.drift_history import read_run
from tests.workspace.drift.traffic import NOW, is_stale

RETRIEVAL = DriftMonitor(
    name="retrieval",
    where="kind = retriever",
    columns=("attributes.index", "latency"),
    reference="1d",
    thresholds={"attributes.index": 0.9},
    known_levels={"attributes.index": "reference"},
)


def test_a_new_level_is_an_alarm_whatever_the_threshold(workspace: Workspace) -> None:
    """The index that the reference never had is named, with its rows, its traces and what they carry of the errors."""
    run = workspace.drift.run(RETRIEVAL, now=NOW)
    assert run.status == "drifted"
    (index,) = (column for column in run.segments[0].result.columns if column.column == "attributes.index")
    assert index.reason.endswith("values of levels that are not known: old")
    stored = read_run(workspace.engine, "retrieval", None, run_id=run.run_id)
    row = next(row for row in stored.columns if row["column_name"] == "attributes.index")
    assert (row["method"], row["status"], row["contributions"][0]["label"]) == ("new_levels", "drifted", "old")
    assert all(is_stale(int(trace_id, 16) - 1) for trace_id in row["sample_trace_ids"])
    explained = run.explain("attributes.index")
    assert explained.parts[0].label == "old"
    assert explained.parts[0].trace_ids


def test_levels_of_other_segments_are_known(workspace: Workspace) -> None:
    """What the reference has in any segment may be in each."""
    both = DriftMonitor(
        name="both",
        columns=("environment",),
        reference="1d",
        segment_by=("session_id",),
        known_levels={"environment": "reference"},
        max_segments=3,
    )
    assert workspace.drift.run(both, now=NOW).status != "drifted"


def _table(values: list[object]) -> pa.Table:
    return pa.table({"code": values})


def test_numbers_may_be_levels() -> None:
    """Codes that were given as numbers are compared as categories where their levels are known."""
    monitor = DriftMonitor(name="codes", columns=("code",), known_levels={"code": ["200", "404"]})
    usual: list[object] = [200] * 90 + [404] * 9 + [None]
    (same,) = compare_tables(_table(usual), _table(usual), monitor, now=NOW)
    assert same.result.status == "healthy"
    (found,) = compare_tables(_table(usual), _table([*usual[1:], 418]), monitor, now=NOW)
    assert found.result.columns[0].reason == "1 of 99 values of levels that are not known: 418"
    with pytest.raises(DataError, match="vectors"):
        compare_tables(_table([[1.0]] * 60), _table([[1.0]] * 60), monitor, now=NOW)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"modle": "reference"}, "'modle' is none of the columns model"),
        ({"model": "refrence"}, 'expected a list of texts or "reference"'),
        ({"model": []}, 'expected a list of texts or "reference"'),
        ({"model": [1]}, 'expected a list of texts or "reference"'),
        (["model"], "levels by column"),
    ],
)
def test_what_cannot_be_meant(known: object, said: str) -> None:
    """A column that is not looked at and levels that are none are refused, so that no alarm is missed by a typing error."""
    with pytest.raises(ConfigError, match=said):
        DriftMonitor(name="m", columns=("model",), known_levels=known)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="known_levels: concept drift"):
        DriftMonitor(name="m", table="predictions", drift_type="concept", known_levels={"label": "reference"})


def test_listed_levels_need_no_reference() -> None:
    """On the first day, with nothing to compare with, a value of no listed level is an alarm; the rest is unknown."""
    now = pa.table({"tier": ["free"] * 60 + ["gold"], "language": ["en"] * 61})
    listed = DriftMonitor(name="m", columns=("tier", "language"), known_levels={"tier": ["free", "pro"]})
    (found,) = compare_tables(now.slice(0, 0), now, listed, now=NOW)
    assert {column.column: column.status for column in found.result.columns} == {
        "tier": "drifted",
        "language": "unknown",
    }
    assert "1 of 61 values of levels that are not known: gold" in found.result.explanation
    (found,) = compare_tables(now.slice(0, 0), now.slice(0, 60), listed, now=NOW)
    assert found.result.status == "unknown"
    assert "the reference holds no rows" in found.result.explanation


def test_a_reference_without_values_knows_nothing() -> None:
    """Levels of the reference are all there may be only where it has any."""
    now = pa.table({"tier": ["free"] * 60, "n": [1.0] * 60})
    before = pa.table({"tier": pa.nulls(60, pa.string()), "n": [1.0] * 60})
    seen = DriftMonitor(name="m", columns=("tier", "n"), known_levels={"tier": "reference"})
    for reference in (before, now.slice(0, 0)):
        (found,) = compare_tables(reference, now, seen, now=NOW)
        assert "not known" not in found.result.explanation


def test_what_is_measured_of_a_text_may_be_named() -> None:
    """Of `input` its language has levels, and its words a threshold."""
    monitor = DriftMonitor(
        name="m", columns=("input",), known_levels={"input.language": ["de", "en"]}, thresholds={"input.words": 0.2}
    )
    assert monitor.of_column("input.language").known_levels == {"input.language": ("de", "en")}


def test_columns_that_are_known_are_looked_at(workspace: Workspace) -> None:
    """Where a monitor chooses its columns itself, those with known levels are among them."""
    run = workspace.drift(
        known_levels={"attributes.request": "reference"}, where="kind = retriever", reference="1d", now=NOW
    )
    assert "attributes.request" in {column.column for column in run.segments[0].result.columns}


def test_from_the_shell(workspace: Workspace, folder: Path) -> None:
    """`--known` says it of a column for one look."""
    options = ["--where", "kind = retriever", "--now", NOW.isoformat(), "--reference", "1d", "--current", "1d"]
    arguments = ["drift", "run", "--path", str(folder), "-c", "attributes.index", *options]
    found = CliRunner().invoke(app, [*arguments, "--known", "attributes.index", "--json"])
    assert found.exit_code == 0, found.output
    assert "of levels that are not known: old" in found.output
    assert "not known" not in CliRunner().invoke(app, [*arguments, "--json"]).output


def test_an_alarm_of_the_first_day_is_explained(workspace: Workspace) -> None:
    """Without a reference the new level stands at none of its rows, and its traces are named."""
    first = DriftMonitor(
        name="first",
        where="kind = retriever",
        columns=("attributes.index",),
        reference="1d",
        known_levels={"attributes.index": ["new"]},
    )
    run = workspace.drift.run(first, now=NOW - timedelta(days=1))
    assert run.status == "unknown"
    later = DriftMonitor(
        name="later",
        where="kind = retriever",
        columns=("attributes.index",),
        reference={"since": "2001-01-01", "until": "2001-01-02"},  # type: ignore[arg-type]
        known_levels={"attributes.index": ["new"]},
    )
    (part,) = workspace.drift.run(later, now=NOW).explain().parts[:1]
    assert (part.label, part.reference, part.has_grown) == ("old", 0.0, True)
    assert all(is_stale(int(trace_id, 16) - 1) for trace_id in part.trace_ids)
    assert part.trace_ids
