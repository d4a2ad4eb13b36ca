"""Metrics of a range, and over time."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response

from pyflare.server.api.deps import ERRORS, Asking, Scoped
from pyflare.server.api.moments import rfc3339
from pyflare.server.api.schemas.aggregates import HistogramResponse, MetricsResponse, TimeseriesResponse
from pyflare.workspace.aggregates.histogram import read_histogram
from pyflare.workspace.aggregates.measures import Metric
from pyflare.workspace.aggregates.ranges import MOST_BUCKETS, Grid
from pyflare.workspace.aggregates.series import read_series
from pyflare.workspace.aggregates.totals import read_totals

router = APIRouter(tags=["metrics"])

USUAL_METRICS: Final[tuple[Metric, ...]] = ("requests", "errors", "latency_p50_ms", "latency_p95_ms", "cost_usd")
Points = Annotated[int, Query(ge=1, le=MOST_BUCKETS, description="Buckets at most.")]


@router.get("/metrics", response_model=MetricsResponse, responses=ERRORS)
def read_metrics(ask: Asking, scope: Scoped) -> Response:
    """Totals of a range, and of the range of the same length before it. A request is a trace."""

    def make() -> dict[str, Any]:
        found = read_totals(ask.workspace.engine, scope)
        return {
            "start_time": rfc3339(found.range.start_ns),
            "end_time": rfc3339(found.range.end_ns),
            "previous_start_time": rfc3339(found.range.before.start_ns),
            "values": found.values,
            "previous": found.previous,
            "unpriced_calls": found.unpriced_calls,
        }

    return ask.paced(make)


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

    def make() -> dict[str, Any]:
        found = read_series(ask.workspace.engine, scope, metrics or USUAL_METRICS, points=points, bucket_s=bucket_s)
        return {**_grid_value(found.grid), "series": found.values}

    return ask.paced(make)


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
        return {"of": of, **_grid_value(found.grid), **counts}

    return ask.paced(make)


def _grid_value(grid: Grid) -> dict[str, Any]:
    return {
        "start_time": rfc3339(grid.range.start_ns),
        "end_time": rfc3339(grid.range.end_ns),
        "bucket_s": grid.bucket_s,
        "buckets": [rfc3339(start_ns) for start_ns in grid.starts_ns],
    }
