"""What the first screen asks, as JSON has it. Loads no framework."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from pyflare._version import __version__
from pyflare.server.api.moments import rfc3339
from pyflare.server.api.served import Served
from pyflare.store.engine import Engine
from pyflare.workspace.aggregates.breakdown import BreakdownMetric, BreakdownValue, read_breakdown
from pyflare.workspace.aggregates.dimensions import DimensionName
from pyflare.workspace.aggregates.measures import Metric
from pyflare.workspace.aggregates.ranges import Grid
from pyflare.workspace.aggregates.series import read_series
from pyflare.workspace.aggregates.totals import read_totals
from pyflare.workspace.overview import count_writers
from pyflare.workspace.scope import Scope

USUAL_METRICS: Final[tuple[Metric, ...]] = ("requests", "errors", "latency_p50_ms", "latency_p95_ms", "cost_usd")


def info_value(served: Served) -> dict[str, Any]:
    """A folder at a glance."""
    path = served.engine.root
    seen = served.overview()
    return {
        "version": __version__,
        "path": str(path),
        "name": path.parent.name if path.name == ".pyflare" else path.name,
        "read_only": served.options.read_only,
        "traces": seen.traces,
        "spans": seen.spans,
        "first_time": None if seen.first_ns is None else rfc3339(seen.first_ns),
        "last_time": None if seen.last_ns is None else rfc3339(seen.last_ns),
        "now": rfc3339(time.time_ns()),
        "services": seen.services,
        "environments": seen.environments,
        "writers": count_writers(served.engine),
        "losses": seen.losses,
    }


def metrics_value(engine: Engine, scope: Scope) -> dict[str, Any]:
    """Totals of a range, and of the one before it."""
    found = read_totals(engine, scope)
    return {
        "start_time": rfc3339(found.range.start_ns),
        "end_time": rfc3339(found.range.end_ns),
        "previous_start_time": rfc3339(found.range.before.start_ns),
        "values": found.values,
        "previous": found.previous,
        "unpriced_calls": found.unpriced_calls,
    }


def timeseries_value(
    engine: Engine, scope: Scope, metrics: Sequence[Metric], *, points: int, bucket_s: float | None = None
) -> dict[str, Any]:
    """Metrics over time; the usual ones where none are named."""
    found = read_series(engine, scope, metrics or USUAL_METRICS, points=points, bucket_s=bucket_s)
    return {**grid_value(found.grid), "series": found.values}


def breakdown_value(
    engine: Engine, scope: Scope, dimension: DimensionName, *, order: BreakdownMetric, limit: int
) -> dict[str, Any]:
    """The values of one dimension."""
    found = read_breakdown(engine, scope, dimension, order=order, limit=limit)
    return {"dimension": dimension, "rows": [_row_value(row) for row in found.values], "others": found.others}


def grid_value(grid: Grid) -> dict[str, Any]:
    """The buckets of what is counted over time."""
    return {
        "start_time": rfc3339(grid.range.start_ns),
        "end_time": rfc3339(grid.range.end_ns),
        "bucket_s": grid.bucket_s,
        "buckets": [rfc3339(start_ns) for start_ns in grid.starts_ns],
    }


def _row_value(row: BreakdownValue) -> dict[str, Any]:
    value = asdict(row)
    last_seen_ns = value.pop("last_seen_ns")
    return {**value, "last_seen": None if last_seen_ns is None else rfc3339(last_seen_ns)}
