"""The windows of a look that names none, and what is said of those that are empty."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import pyflare
from pyflare.workspace import Workspace
from pyflare.workspace.drift.monitor import DriftMonitor
from pyflare.workspace.drift.periods import period_text
from tests.store.records import T0_NS, end, write_journal
from tests.workspace.drift.traffic import NOW, NOW_NS

HOUR_NS = 3600 * 10**9


def test_the_usual_windows_where_they_hold_rows(workspace: Workspace) -> None:
    """The last day is compared with the week before it wherever both hold rows."""
    run = workspace.drift("latency", now=NOW)
    assert (run.monitor.current, run.current_end_ns) == ("1d", NOW_NS)


def test_what_is_there_is_divided(workspace: Workspace) -> None:
    """Two days that are long over: their last eighth is compared with the seven before it, to the nanosecond."""
    run = workspace.drift("attributes.index", where="kind = retriever", now=NOW + timedelta(days=400))
    assert run.reference_start_ns is not None
    assert run.reference_end_ns == run.current_start_ns
    eighth_ns = run.current_end_ns - run.current_start_ns
    assert run.reference_end_ns - run.reference_start_ns == pytest.approx(7 * eighth_ns, abs=8)
    assert run.current_end_ns < NOW_NS
    (found,) = run.segments
    assert (found.n_reference, found.n_current) == (525, 75)
    assert run.status == "drifted"
    assert run.explain().trace_ids


def test_windows_that_are_named_stay(workspace: Workspace) -> None:
    """Whoever names a window gets it, rows or none; what it says then names both times once, and no column does."""
    run = workspace.drift("latency", "status", reference="7d", now=NOW + timedelta(days=400))
    assert run.status == "unknown"
    (found,) = run.segments
    assert found.result.explanation.count("holds no rows") == 2
    assert {column.reason for column in found.result.columns} == {"no rows"}


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_to_divide(tmp_path: Path, count: int) -> None:
    """A folder without rows, and one with a single one, keep the usual windows and say what is missing."""
    write_journal(tmp_path, [end(1, 1, at_ns=T0_NS if count else T0_NS + HOUR_NS)])
    with pyflare.open(tmp_path, compact=False) as workspace:
        run = workspace.drift("latency", now=datetime.fromtimestamp(T0_NS / 1e9 + 60, UTC))
    assert run.monitor.current == "1d"
    said = run.segments[0].result.explanation
    assert ("count for it once they are older than the current window, 1d" in said) == (count == 1)


@pytest.mark.parametrize(
    ("reference", "helps"),
    [("7d", "shorter windows"), ({"session": "no-such"}, "Choose a reference that has rows.")],
)
def test_what_helps(workspace: Workspace, reference: object, helps: str) -> None:
    """It depends on whether the reference moves."""
    monitor = DriftMonitor(name="early", columns=("latency",), reference=reference, current="3d")  # type: ignore[arg-type]
    assert helps in workspace.drift.run(monitor, now=NOW).segments[0].result.explanation


def test_times_are_as_exact_as_they_need_to_be() -> None:
    """Periods are said to the minute, short ones to the second; an open one by its end."""
    assert period_text(0, HOUR_NS) == ", 1970-01-01 00:00 to 1970-01-01 01:00"
    assert period_text(0, 5 * 10**9) == ", 1970-01-01 00:00:00 to 1970-01-01 00:00:05"
    assert period_text(None, HOUR_NS) == ", before 1970-01-01 01:00"
    assert period_text(None, None) == ""
