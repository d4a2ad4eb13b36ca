"""Metrics of a range, and over time."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from pyflare.server.api.deps import ERRORS, Asking, Scoped
from pyflare.server.api.schemas.aggregates import HistogramResponse, MetricsResponse, TimeseriesResponse
from pyflare.server.api.values import grid_value, metrics_value, timeseries_value
from pyflare.workspace.aggregates.histogram import read_histogram
from pyflare.workspace.aggregates.measures import Metric
from pyflare.workspace.aggregates.ranges import MOST_BUCKETS

router = APIRouter(tags=["metrics"])

Points = Annotated[int, Query(ge=1, le=MOST_BUCKETS, description="Buckets at most.")]


@router.get("/metrics", response_model=MetricsResponse, responses=ERRORS)
def read_metrics(ask: Asking, scope: Scoped) -> Response:
    """Totals of a range, and of the range of the same length before it. A request is a trace."""
    return ask.paced(lambda: metrics_value(ask.workspace.engine, scope))


@router.get("/metrics/timeseries", response_model=TimeseriesResponse, responses=ERRORS)
def read_timeseries(
    ask: Asking,
    scope: Scoped,
    metrics: Annotated[list[Metric] | None, Query(description="Which, one parameter each.")] = None,
    points: Points = 60,
    bucket_s: Annotated[
        float | None, Query(gt=0, le=1e9, description="Width of a bucket, instead of as many points.")
    ] = None,
) -> Response:
    """Metrics over time, in buckets aligned to the clock in UTC. A trace counts where it began."""
    return ask.paced(
        lambda: timeseries_value(ask.workspace.engine, scope, metrics or (), points=points, bucket_s=bucket_s)
    )


@router.get("/histogram", response_model=HistogramResponse, responses=ERRORS)
def read_counts(
    ask: Asking,
    scope: Scoped,
    of: Annotated[Literal["traces", "spans"], Query(description="What is counted.")] = "traces",
    points: Points = 60,
) -> Response:
    """How many began when: those that run, those that failed, and all others."""

    def make() -> dict[str, Any]:
        found = read_histogram(ask.workspace.engine, scope, of, points=points)
        counts = {"ok": found.ok, "error": found.error, "running": found.running, "total": found.total}
        return {"of": of, **grid_value(found.grid), **counts}

    return ask.paced(make)
