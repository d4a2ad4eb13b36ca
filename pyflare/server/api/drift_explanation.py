"""Why a column has drifted: worked out from the folder's rows when somebody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Response

from pyflare.server.api.deps import ERRORS, NOT_FOUND, Asking
from pyflare.server.api.drift_column import Asked
from pyflare.server.api.schemas.drift import DriftExplanation

if TYPE_CHECKING:
    from pyflare.analytics.drift.carrying import MetricChange
    from pyflare.workspace.drift import DriftExplanation as Explanation

router = APIRouter(prefix="/drift-monitors", tags=["drift"])

Metric = Annotated[
    str,
    Query(
        max_length=200,
        description="`error`, `latency`, `cost` or `tokens` of the traces, `score.NAME`, or a column of numbers.",
    ),
]


@router.get("/{monitor}/explanation", response_model=DriftExplanation, responses=ERRORS | NOT_FOUND)
def explain_drift(ask: Asking, asked: Asked, metric: Metric = "error") -> Response:
    """Say which values of a column moved, in which traces, and what of a metric's change they carry.

    Of a monitor of concept drift: in which values of which input predictions have become worse, with wrong ones.

    The rows are read anew as they are now, so the monitor must be declared beside the folder.
    """

    def make() -> dict[str, Any]:
        from pyflare.workspace.drift.explain import explain

        found = asked.read()
        summary = found.run.summary
        explanation = explain(
            ask.workspace.engine,
            found.monitor,
            found.column,
            now_ns=found.now_ns,
            segment=summary["segment"],
            metric=metric,
            alpha=summary["alpha"],
        )
        return {"run_id": summary["run_id"], **_value(explanation)}

    return ask.paced(make)


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
