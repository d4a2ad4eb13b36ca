"""Drift monitors: how they stand, their runs in full, and their course."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from pyflare.server.api.deps import ERRORS, NOT_FOUND, Asking, Limit, Name, Ranged
from pyflare.server.api.drift_values import monitor_value, point_value, run_value
from pyflare.server.api.schemas.drift import DriftMonitorList, DriftRun, DriftSeries
from pyflare.workspace.drift_history import read_monitors, read_run, read_series

router = APIRouter(prefix="/drift-monitors", tags=["drift"])

MonitorName = Annotated[str, Path(min_length=1, max_length=200, description="The monitor's name.")]
InSegment = Annotated[
    str | None,
    Query(max_length=1000, description="The segment, as the monitor names it; left out for all of the data."),
]
RunId = Annotated[str | None, Query(pattern="^[0-9a-f]{32}$", description="The run; the latest of the range without.")]


@router.get("", response_model=DriftMonitorList, responses=ERRORS)
def list_drift_monitors(
    ask: Asking,
    ranged: Ranged,
    model_id: Annotated[Name | None, Query(description="Only monitors of this model.")] = None,
    limit: Limit = 100,
) -> Response:
    """List how the monitors stood at the end of a range, the worst first: once for each segment they look at."""

    def make() -> dict[str, Any]:
        found = read_monitors(ask.workspace.engine, ranged, model_id=model_id)
        return {"monitors": [monitor_value(each) for each in found[:limit]], "total": len(found)}

    return ask.json(make)


@router.get("/{monitor}", response_model=DriftRun, responses=ERRORS | NOT_FOUND)
def get_drift_run(
    ask: Asking, monitor: MonitorName, ranged: Ranged, segment: InSegment = None, run_id: RunId = None
) -> Response:
    """Give a run of a monitor with all its columns, the worst first: what moved, from where to where."""

    def make() -> dict[str, Any]:
        scope = None if run_id else ranged
        return run_value(read_run(ask.workspace.engine, monitor, segment, run_id=run_id, scope=scope))

    return ask.json(make)


@router.get("/{monitor}/history", response_model=DriftSeries, responses=ERRORS | NOT_FOUND)
def list_drift_series(
    ask: Asking,
    monitor: MonitorName,
    ranged: Ranged,
    segment: InSegment = None,
    column: Annotated[
        str | None, Query(max_length=1000, description="Of one column; left out for the runs in all.")
    ] = None,
    limit: Limit = 1000,
) -> Response:
    """Give the course of a monitor, or of one of its columns, from run to run, with the bounds of the effect."""

    def make() -> dict[str, Any]:
        found = read_series(ask.workspace.engine, monitor, segment, ranged, column=column, limit=limit)
        return {
            "monitor": monitor,
            "segment": segment,
            "column": column,
            "effect_name": found.points[-1]["effect_name"] if found.points else None,
            "points": [point_value(row) for row in found.points],
            "total": found.total,
        }

    return ask.paced(make)
