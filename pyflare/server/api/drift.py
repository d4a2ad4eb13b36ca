"""Drift of a model: how it stands, and how it went."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from pyflare.errors import NotFoundError
from pyflare.server.api.deps import ERRORS, NOT_FOUND, Asking, Limit, Ranged
from pyflare.server.api.drift_values import model_point_value, scores_value
from pyflare.server.api.moments import rfc3339
from pyflare.server.api.schemas.drift import DriftHistory, DriftKind, DriftStatus
from pyflare.workspace.drift_history import read_model_series, read_monitors, read_run, worst

router = APIRouter(prefix="/drift", tags=["drift"])

ModelId = Annotated[str, Path(min_length=1, max_length=200, description="The model, as its provider names it.")]


@router.get("/{model_id:path}/history", response_model=DriftHistory, responses=ERRORS | NOT_FOUND)
def list_drift_history(
    ask: Asking,
    model_id: ModelId,
    ranged: Ranged,
    drift_type: Annotated[DriftKind | None, Query(description="Only drift of this type.")] = None,
    limit: Limit = 1000,
) -> Response:
    """List the runs of all monitors of a model, the oldest first. A model without any has an empty history."""

    def make() -> dict[str, Any]:
        found = read_model_series(ask.workspace.engine, model_id, ranged, drift_type=drift_type, limit=limit)
        return {
            "model_id": model_id,
            "history": [model_point_value(row) for row in found.points],
            "total": found.total,
        }

    return ask.paced(make)


@router.get("/{model_id:path}", response_model=DriftStatus, responses=ERRORS | NOT_FOUND)
def get_drift_status(ask: Asking, model_id: ModelId, ranged: Ranged) -> Response:
    """Say how a model stands at the end of a range: the latest run of each of its monitors, in each segment."""

    def make() -> dict[str, Any]:
        engine = ask.workspace.engine
        latest = [each.latest for each in read_monitors(engine, ranged, model_id=model_id)]
        if not latest:
            raise NotFoundError(f"no drift monitor has looked at the model {model_id} here.")
        runs = [read_run(engine, row["monitor"], row["segment"], run_id=row["run_id"]) for row in latest]
        return {
            "model_id": model_id,
            "overall_status": worst([row["status"] for row in latest]),
            "drift_scores": scores_value(runs),
            "last_updated": rfc3339(max(row["timestamp"] for row in latest)),
        }

    return ask.json(make)
