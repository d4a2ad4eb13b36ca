"""The embeddings that a run of a drift monitor compared, on a plane."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from pyflare.server.api.deps import ERRORS, NOT_FOUND, Asking, Ranged
from pyflare.server.api.drift_explanation import ColumnName, as_it_was, column_of
from pyflare.server.api.drift_monitors import InSegment, MonitorName, RunId
from pyflare.server.api.schemas.drift import DriftMap
from pyflare.workspace.drift_history import read_run
from pyflare.workspace.drift_map import MOST_POINTS, MappedSample, read_map

router = APIRouter(prefix="/drift-monitors", tags=["drift"])


@router.get("/{monitor}/map", response_model=DriftMap, responses=ERRORS | NOT_FOUND)
def map_drift(
    ask: Asking,
    monitor: MonitorName,
    ranged: Ranged,
    segment: InSegment = None,
    run_id: RunId = None,
    column: ColumnName = None,
    method: Annotated[
        Literal["auto", "map", "principal"], Query(description="How; `auto` is a map where the extra is installed.")
    ] = "auto",
    limit: Annotated[
        int, Query(ge=2, le=2 * MOST_POINTS, description="Points at most, of both samples.")
    ] = MOST_POINTS,
) -> Response:
    """Lay the embeddings that a run compared out on a plane, each with the trace it is from.

    The rows are read anew as they are now, so the monitor must be declared beside the folder.
    """

    def make() -> dict[str, Any]:
        workspace = ask.workspace
        run = read_run(workspace.engine, monitor, segment, run_id=run_id, scope=None if run_id else ranged)
        summary, name = run.summary, column_of(run, column)
        found = read_map(
            workspace.engine,
            as_it_was(workspace.drift.monitor(monitor), summary["reference_version"]),
            name,
            now_ns=summary["current_end"],
            segment=segment,
            method=method,
            most_points=limit,
        )
        return {
            "monitor": monitor,
            "segment": segment,
            "run_id": summary["run_id"],
            "column": name,
            "method": found.method,
            "reference": _value(found.reference),
            "current": _value(found.current),
        }

    return ask.paced(make)


def _value(sample: MappedSample) -> dict[str, Any]:
    x, y = sample.points.T.astype(float).round(4).tolist()
    return {"x": x, "y": y, "trace_ids": sample.trace_ids, "total": sample.total}
