"""How many traces or spans began when, by how they ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from pyflare.store.engine import Engine
from pyflare.workspace.aggregates.ranges import Grid, grid_of, range_of
from pyflare.workspace.aggregates.sources import rows
from pyflare.workspace.scope import Of, Scope

_OUTCOME: Final = "CASE WHEN state = 'running' THEN 'running' WHEN status_code = 'error' THEN 'error' ELSE 'ok' END"


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Counts by bucket of time. Each row counts once: as running, else as an error, else as ok."""

    of: Of
    grid: Grid
    ok: list[int]
    error: list[int]
    running: list[int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.ok) + sum(self.error) + sum(self.running)


def read_histogram(engine: Engine, scope: Scope, of: Of, *, points: int = 60) -> Histogram:
    """Count rows over time.

    Args:
        engine: The folder.
        scope: Which rows.
        of: Traces or spans.
        points: Buckets at most.

    Raises:
        QueryError: The filter cannot be used.
    """
    grid = grid_of(range_of(engine, scope), points=points)
    counts = {outcome: [0] * grid.count for outcome in ("ok", "error", "running")}
    if grid.count:
        inside = replace(scope, since_ns=grid.range.start_ns, until_ns=grid.range.end_ns)
        condition = inside.condition(engine, of)
        query = (
            f"SELECT {grid.sql} AS bucket, {_OUTCOME} AS outcome, count(*) AS count "
            f"FROM {of} WHERE {condition.sql} GROUP BY bucket, outcome"
        )
        for row in rows(engine, query, condition.parameters):
            counts[row["outcome"]][row["bucket"]] = row["count"]
    return Histogram(of=of, grid=grid, **counts)
