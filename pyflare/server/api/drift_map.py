"""The embeddings that a run of a drift monitor compared, on a plane."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from pyflare.server.api.deps import ERRORS, NOT_FOUND, Asking
from pyflare.server.api.drift_column import Asked
from pyflare.server.api.schemas.drift import DriftMap
from pyflare.workspace.drift_map import MOST_POINTS, MappedSample, read_map

router = APIRouter(prefix="/drift-monitors", tags=["drift"])


@router.get("/{monitor}/map", response_model=DriftMap, responses=ERRORS | NOT_FOUND)
def map_drift(
    ask: Asking,
    asked: Asked,
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
        read = asked.read()
        found = read_map(
            ask.workspace.engine,
            read.monitor,
            read.column,
            now_ns=read.now_ns,
            segment=asked.segment,
            method=method,
            most_points=limit,
        )
        return {
            "monitor": asked.monitor,
            "segment": asked.segment,
            "run_id": read.run.summary["run_id"],
            "column": read.column,
            "method": found.method,
            "reference": _value(found.reference),
            "current": _value(found.current),
        }

    return ask.paced(make)


def _value(sample: MappedSample) -> dict[str, Any]:
    x, y = sample.points.T.astype(float).round(4).tolist()
    return {"x": x, "y": y, "trace_ids": sample.trace_ids, "total": sample.total}
