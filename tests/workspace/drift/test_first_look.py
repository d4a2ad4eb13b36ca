"""The windows of a look that names none, and what is said of those that are empty."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import pyflare
from pyflare.errors import ConfigError, QueryError
from pyflare.workspace import Workspace
from pyflare.workspace.drift.monitor import DriftMonitor
from pyflare.workspace.drift.periods import period_text
from pyflare.workspace.drift.run import MonitorRun
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
    assert found.result.columns == ()


def test_windows_that_are_named_and_hold_too_little(workspace: Workspace) -> None:
    """One sentence says what they hold and what they need; columns that are unknown are not listed."""
    run = workspace.drift("latency", "status", current="1h", now=NOW)
    (found,) = run.segments
    assert run.status == "unknown"
    assert found.result.explanation == (
        "There is too little to compare: 588 traces in the reference and 12 in the current window, "
        "and each needs 50 (min_rows)."
    )
    assert found.result.columns == ()
    monitor = DriftMonitor(name="small", columns=("latency", "status"), current="1h")
    assert [each.status for each in workspace.drift.run(monitor, now=NOW).segments[0].result.columns] == ["unknown"] * 2


def looked(root: Path, times_ns: Sequence[int], *columns: str, **options: Any) -> MonitorRun:
    """What a look a minute later says of traces that began at such times, those of even places with an attribute `k`."""
    spans = [
        end(place + 1, place + 1, at_ns=T0_NS + ns, attributes={} if place % 2 else {"k": place})
        for place, ns in enumerate(times_ns)
    ]
    write_journal(root, spans)
    with pyflare.open(root, compact=False) as workspace:
        now = datetime.fromtimestamp(T0_NS / 1e9 + 60, UTC)
        return workspace.drift(*(columns or ("latency",)), now=now, **options)


def sizes(run: MonitorRun) -> tuple[int, int]:
    (found,) = run.segments
    return found.n_reference, found.n_current


@pytest.mark.parametrize(
    ("times_ns", "expected"),
    [
        ([place * 10**9 // 30 for place in range(800)], (700, 100)),
        ([place * 1000 for place in range(120)], (70, 50)),
        ([place * 1000 for place in range(100)], (50, 50)),
        ([place * 1000 for place in range(395)] + [10**9 + place for place in range(5)], (350, 50)),
        ([0, *(10**9 + place * 1000 for place in range(400))], (351, 50)),
        ([*range(0, 60_000, 1000), *(10**9 + place * 1000 for place in range(400))], (60, 400)),
        ([place // 2 * 10**9 for place in range(110)], (60, 50)),
    ],
    ids=["by time", "few", "as few as can be", "little lately", "one long ago", "little before", "two at a time"],
)
def test_windows_hold_what_is_needed(tmp_path: Path, times_ns: list[int], expected: tuple[int, int]) -> None:
    """The last eighth of the time is current where that leaves both parts 50 traces; else the newest that do."""
    run = looked(tmp_path, times_ns)
    assert sizes(run) == expected
    assert sum(expected) == len(times_ns)
    assert run.reference_end_ns == run.current_start_ns
    assert run.status != "unknown"


def test_windows_hold_values_and_not_only_rows(tmp_path: Path) -> None:
    """Of a column that every other trace has, twice as many traces make 50 values."""
    run = looked(tmp_path, [place * 1000 for place in range(300)], "attributes.k", "latency")
    assert sizes(run) == (200, 100)
    assert {column.status for column in run.segments[0].result.columns} <= {"healthy", "warning", "drifted"}


def test_few_in_a_week_are_looked_for_further_back(tmp_path: Path) -> None:
    """Where eight days hold too little all time does; the window is exact though seconds have no place for it."""
    day_ns = 24 * HOUR_NS
    run = looked(tmp_path, [-place * day_ns - place for place in range(200)])
    assert sizes(run) == (150, 50)


def test_a_user_counts_in_both_windows(workspace: Workspace) -> None:
    """A user, or a session, is an observation of each window that holds a row of it."""
    run = workspace.drift("latency", unit="session", min_rows=20, now=NOW + timedelta(days=400))
    assert sizes(run) == (525, 75)


@pytest.mark.parametrize(
    ("count", "options", "said"),
    [
        (0, {}, "There is nothing to compare: no spans yet."),
        (0, {"where": "kind = tool"}, "There is nothing to compare: no spans that meet `where`."),
        (
            1,
            {},
            "There is too little to compare: 1 trace. The reference needs 50 and the current window as many (min_rows).",
        ),
        (
            31,
            {"unit": "row", "segment_by": ("kind",)},
            "There is too little to compare: 31 spans. The reference needs 50",
        ),
    ],
)
def test_too_little_in_all(tmp_path: Path, count: int, options: dict[str, Any], said: str) -> None:
    """How much there is and how much is needed is said once, for all columns and segments."""
    times_ns = [place * 1000 for place in range(count)] or [HOUR_NS]  # what will be is not there yet
    run = looked(tmp_path, times_ns, "latency", "status", **options)
    assert run.status == "unknown"
    (found,) = run.segments
    assert found.result.explanation.startswith(said)
    assert (found.segment, found.result.columns) == (None, ())


def test_too_few_values_in_all(tmp_path: Path) -> None:
    """Rows enough without a value are told apart from too few rows."""
    said = looked(tmp_path, [place * 1000 for place in range(120)], "attributes.k").segments[0].result.explanation
    assert "120 traces, 60 of them with a value to compare." in said


def test_a_mistyped_field_is_named(workspace: Workspace) -> None:
    """Fields of the filter language are meant as often as columns."""
    with pytest.raises(QueryError, match='Did you mean "latency"'):
        workspace.drift("latncy")


def test_all_of_one_moment(tmp_path: Path) -> None:
    """What began at once cannot be divided: the windows stay, and what is wrong with them is said."""
    run = looked(tmp_path, [0] * 200)
    assert run.monitor.current == "1d"
    assert "the reference holds no rows" in run.segments[0].result.explanation


@pytest.mark.parametrize(
    ("reference", "helps"),
    [("7d", "shorter windows"), ({"session": "no-such"}, "Choose a reference that has rows.")],
)
def test_what_helps(workspace: Workspace, reference: object, helps: str) -> None:
    """It depends on whether the reference moves."""
    monitor = DriftMonitor(name="early", columns=("latency",), reference=reference, current="3d")  # type: ignore[arg-type]
    assert helps in workspace.drift.run(monitor, now=NOW).segments[0].result.explanation


def test_times_are_as_exact_as_they_need_to_be() -> None:
    """Periods are said to the minute, short ones more exactly; an open one by its end."""
    assert period_text(0, HOUR_NS) == ", 1970-01-01 00:00 to 1970-01-01 01:00"
    assert period_text(0, 50 * 10**9) == ", 1970-01-01 00:00:00 to 1970-01-01 00:00:50"
    assert period_text(0, 5 * 10**9) == ", 1970-01-01 00:00:00.000 to 1970-01-01 00:00:05.000"
    assert period_text(0, 5_000) == ", 1970-01-01 00:00:00.000000 to 1970-01-01 00:00:00.000005"
    assert period_text(None, HOUR_NS) == ", before 1970-01-01 01:00"
    assert period_text(None, None) == ""


def test_an_option_that_is_none(workspace: Workspace) -> None:
    """A typing error in an option names the one that was meant."""
    with pytest.raises(ConfigError, match=r'there is no "wher"\. Did you mean "where"\?'):
        workspace.drift("latency", wher="kind = retriever")
