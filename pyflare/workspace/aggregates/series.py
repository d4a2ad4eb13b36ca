"""Metrics over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pyflare.store.engine import Engine
from pyflare.workspace.aggregates.measures import Measures, Metric, empty
from pyflare.workspace.aggregates.ranges import Grid, grid_of, range_of
from pyflare.workspace.aggregates.sources import rows, spans_in, sums_up, total, traces_in
from pyflare.workspace.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Metrics over one grid of buckets."""

    grid: Grid
    values: dict[Metric, list[float | None]]
    """By metric, one value per bucket: where nothing happened 0 for counts and sums, None for the others."""


def read_series(
    engine: Engine, scope: Scope, metrics: Sequence[Metric], *, points: int = 60, bucket_s: float | None = None
) -> Series:
    """Measure a scope by buckets of time.

    A trace counts in the bucket in which it began.

    Args:
        engine: The folder.
        scope: What to measure.
        metrics: Which metrics.
        points: Buckets at most.
        bucket_s: The width of a bucket in seconds, instead of as many points.

    Raises:
        QueryError: The filter cannot be used, or there would be too many buckets.
    """
    grid = grid_of(range_of(engine, scope), points=points, bucket_s=bucket_s)
    wanted = tuple(dict.fromkeys(metrics))
    inside = replace(scope, since_ns=grid.range.start_ns, until_ns=grid.range.end_ns)
    values: dict[Metric, list[float | None]] = {metric: [empty(metric)] * grid.count for metric in wanted}
    if grid.count and wanted:
        _add_traces(engine, inside, grid, wanted, values)
    if grid.count and "cache_read_tokens" in wanted and not sums_up(engine):
        _add_cache_reads(engine, inside, grid, values["cache_read_tokens"])
    return Series(grid=grid, values=values)


def _add_traces(
    engine: Engine, scope: Scope, grid: Grid, metrics: tuple[Metric, ...], values: dict[Metric, list[float | None]]
) -> None:
    measures, condition = Measures(metrics), traces_in(engine, scope)
    query = f"SELECT {grid.sql} AS bucket, {measures.sql} FROM traces WHERE {condition.sql} GROUP BY bucket"
    for row in rows(engine, query, condition.parameters):
        for metric, value in measures.values(row).items():
            values[metric][_position(row)] = value


def _add_cache_reads(engine: Engine, scope: Scope, grid: Grid, values: list[float | None]) -> None:
    condition = spans_in(engine, scope)
    read = total("cache_read_tokens", once=True)
    query = f"SELECT {grid.sql} AS bucket, {read} AS read FROM spans WHERE {condition.sql} GROUP BY bucket"
    for row in rows(engine, query, condition.parameters):
        values[_position(row)] = row["read"]


def _position(row: dict[str, Any]) -> int:
    return int(row["bucket"])
