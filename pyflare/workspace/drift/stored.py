"""From rows of `drift` back to results, for reports of what was found."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pyflare.analytics.drift.report import DriftReport
from pyflare.analytics.drift.result import ColumnDrift, DriftResult, DriftType
from pyflare.analytics.stats.result import Contribution, Effect, TwoSampleResult
from pyflare.store.engine import Engine
from pyflare.workspace.drift.run import report_of
from pyflare.workspace.drift_history import DriftRun, read_run, read_series
from pyflare.workspace.scope import Scope

Row = Mapping[str, Any]


HISTORY: Final = 20
"""Earlier runs that a report shows."""


def stored_report(
    engine: Engine, monitor: str, segment: str | None, *, run_id: str | None = None, scope: Scope | None = None
) -> DriftReport:
    """A run of a monitor in one segment with those before it, from what was written down.

    Args:
        engine: The folder.
        monitor: The monitor's name.
        segment: The segment; None for all of the data.
        run_id: The run; the latest, where it is left out.
        scope: The range of time in which the latest is looked for; all time, where it is left out.

    Raises:
        NotFoundError: There is no such monitor, segment or run.
    """
    run = read_run(engine, monitor, segment, run_id=run_id, scope=scope)
    at_ns = run.summary["timestamp"]
    series = read_series(engine, monitor, segment, Scope(until_ns=at_ns + 1, now_ns=at_ns), limit=HISTORY + 1)
    earlier = [row["run_id"] for row in series.points if row["run_id"] != run.summary["run_id"]]
    return report_of(
        result_of_run(run),
        monitor=monitor,
        segment=segment,
        version=run.summary["reference_version"],
        sizes=(run.summary["n_reference"] or 0, run.summary["n_current"] or 0),
        periods=(
            (run.summary["reference_start"], run.summary["reference_end"]),
            (run.summary["current_start"], run.summary["current_end"]),
        ),
        trace_ids={row["column_name"]: row["sample_trace_ids"] or () for row in run.columns},
        history=[result_of_run(read_run(engine, monitor, segment, run_id=each)) for each in earlier],
    )


def result_of_run(run: DriftRun) -> DriftResult:
    """The result that a run wrote down, in one segment. Which part of a column moved more is not told apart."""
    summary = run.summary
    columns = tuple(_column(row) for row in run.columns)
    return DriftResult(
        type=DriftType(summary["drift_type"]),
        score=_number(summary["effect_size"]),
        threshold=_number(summary["threshold"]),
        alpha=_number(summary["alpha"]),
        status=summary["status"],
        explanation=summary["explanation"] or "",
        detected_at=datetime.fromtimestamp(summary["timestamp"] / 1e9, UTC),
        columns=columns,
        feature_scores={row["column_name"]: _number(row["effect_size"]) for row in run.columns},
    )


def _column(row: Row) -> ColumnDrift:
    return ColumnDrift(
        column=row["column_name"],
        drift_type=DriftType(row["drift_type"]),
        test=_test(row) if row["method"] is not None else None,
        p_adjusted=_number(row["p_adjusted"]),
        threshold=_number(row["threshold"]),
        status=row["status"],
        reason=row["explanation"] or "",
    )


def _test(row: Row) -> TwoSampleResult:
    p_value = _number(row["p_value"])
    return TwoSampleResult(
        method=row["method"],
        statistic=_number(row["statistic"]),
        p_value=p_value,
        p_value_kind="none" if math.isnan(p_value) else "asymptotic",
        effect=Effect(
            name=row["effect_name"] or "",
            value=_number(row["effect_size"]),
            low=_number(row["effect_low"]),
            high=_number(row["effect_high"]),
        ),
        n_reference=row["n_reference"] or 0,
        n_current=row["n_current"] or 0,
        contributions=tuple(_contribution(part) for part in row["contributions"]),
        notes=tuple(str(note) for note in row["notes"]),
    )


def _contribution(part: Mapping[str, Any]) -> Contribution:
    is_bin = "low" in part
    return Contribution(
        label=str(part["label"]),
        reference=_number(part["reference"]),
        current=_number(part["current"]),
        contribution=_number(part["contribution"]),
        low=_bound(part["low"], -math.inf) if is_bin else math.nan,
        high=_bound(part["high"], math.inf) if is_bin else math.nan,
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _bound(value: float | None, infinite: float) -> float:
    return infinite if value is None else float(value)
