"""Why a column has drifted: worked out from the folder's rows when somebody asks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Response

from pyflare.errors import NotFoundError
from pyflare.server.api.deps import ERRORS, NOT_FOUND, Asking, Ranged
from pyflare.server.api.drift_monitors import InSegment, MonitorName, RunId
from pyflare.server.api.schemas.drift import DriftExplanation
from pyflare.workspace import Workspace
from pyflare.workspace.drift_history import DriftRun, read_run

if TYPE_CHECKING:
    from pyflare.analytics.drift.carrying import MetricChange
    from pyflare.workspace.drift import DriftExplanation as Explanation
    from pyflare.workspace.drift import DriftMonitor

router = APIRouter(prefix="/drift-monitors", tags=["drift"])

ColumnName = Annotated[str | None, Query(max_length=1000, description="The column; the one that moved most without.")]
Metric = Annotated[
    str,
    Query(
        max_length=200,
        description="`error`, `latency`, `cost` or `tokens` of the traces, `score.NAME`, or a column of numbers.",
    ),
]


@router.get("/{monitor}/explanation", response_model=DriftExplanation, responses=ERRORS | NOT_FOUND)
def explain_drift(
    ask: Asking,
    monitor: MonitorName,
    ranged: Ranged,
    segment: InSegment = None,
    run_id: RunId = None,
    column: ColumnName = None,
    metric: Metric = "error",
) -> Response:
    """Say which values of a column moved, in which traces, and what of a metric's change they carry.

    Of a monitor of concept drift: in which values of which input predictions have become worse, with wrong ones.

    The rows are read anew as they are now, so the monitor must be declared beside the folder.
    """

    def make() -> dict[str, Any]:
        workspace = ask.workspace
        run = read_run(workspace.engine, monitor, segment, run_id=run_id, scope=None if run_id else ranged)
        name = column_of(run, column)
        return {"run_id": run.summary["run_id"], **_value(_explained(workspace, run, name, metric))}

    return ask.paced(make)


def column_of(run: DriftRun, wanted: str | None) -> str:
    """The column that is meant. Raises NotFoundError."""
    names = [row["column_name"] for row in run.columns]
    if not names or (wanted is not None and wanted not in names):
        raise NotFoundError(f"the run compared no column {wanted!r}; it compared {', '.join(names) or 'none'}.")
    return wanted or names[0]


def _explained(workspace: Workspace, run: DriftRun, column: str, metric: str) -> Explanation:
    from pyflare.workspace.drift.explain import explain

    summary = run.summary
    return explain(
        workspace.engine,
        as_it_was(workspace.drift.monitor(summary["monitor"]), summary["reference_version"]),
        column,
        now_ns=summary["current_end"],
        segment=summary["segment"],
        metric=metric,
        alpha=summary["alpha"],
    )


def as_it_was(monitor: DriftMonitor, version: str | None) -> DriftMonitor:
    """The monitor with the stored reference that a run compared with, whatever is the latest now."""
    from pyflare.workspace.drift import Reference

    return monitor if version is None else replace(monitor, reference=Reference(stored=version))


def _value(found: Explanation) -> dict[str, Any]:
    return {
        "monitor": found.monitor,
        "segment": found.segment,
        "column": found.drift.column,
        "drift_type": found.drift.drift_type.value,
        "status": found.drift.status,
        "parts": [
            {
                "label": part.label,
                "reference": part.reference,
                "current": part.current,
                "contribution": part.contribution,
                "trace_ids": part.trace_ids,
                "metric_reference": part.metric_reference,
                "metric_current": part.metric_current,
                "carried": part.carried,
                "within": part.within,
            }
            for part in found.parts
        ],
        "trace_ids": found.trace_ids,
        "metric": found.metric,
        "metric_change": None if found.metric_change is None else _change(found.metric_change, found.carried_share),
        "reason": found.reason,
    }


def _change(change: MetricChange, carried_share: float) -> dict[str, float]:
    return {
        "reference": change.reference,
        "current": change.current,
        "change": change.change,
        "carried": change.carried,
        "carried_share": carried_share,
    }
