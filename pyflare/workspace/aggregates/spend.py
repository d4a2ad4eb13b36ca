"""What was spent over time, and when anybody was there to write it down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from pyflare.errors import QueryError
from pyflare.schema.told import ONCE_SQL, UNPRICED_SQL
from pyflare.store.engine import Engine
from pyflare.store.filters import Condition
from pyflare.workspace.aggregates.ranges import range_of
from pyflare.workspace.aggregates.sources import rows, spans_in, total
from pyflare.workspace.scope import Scope

STEPS_NS: Final = {"minute": 60 * 10**9, "hour": 3_600 * 10**9, "day": 86_400 * 10**9}
MOST_STEPS: Final = 100_000
_PAID_SQL: Final = f"{ONCE_SQL} AND (cost_micros IS NOT NULL OR input_tokens > 0 OR output_tokens > 0)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """Spend by steps of one width, aligned to the clock in UTC."""

    first_ns: int
    """Where the first step begins, in unix nanoseconds."""
    step_ns: int
    micros: list[int | None]
    """Of each step, in micro-dollars. 0 where nothing was spent while something was recorded; None where nothing was
    recorded, so that nobody knows."""
    calls: int
    unpriced: int
    """Calls among them without a price: they are in no sum."""

    @property
    def starts_ns(self) -> list[int]:
        """Where each step begins."""
        return [self.first_ns + position * self.step_ns for position in range(len(self.micros))]


def read_spend(engine: Engine, scope: Scope, *, step: str = "day") -> Spend:
    """Add up spend by minute, hour or day.

    A step counts as recorded where a process that wrote spans was there: between its
    first and its last one, whatever they were of. A folder does not say more than that.

    Args:
        engine: The folder.
        scope: Calls begun in its range, in traces that meet it; of its models only.
        step: "minute", "hour" or "day".

    Raises:
        QueryError: The filter cannot be used, or there would be more than 100,000 steps.
    """
    step_ns = STEPS_NS[step]
    within = range_of(engine, scope)
    first = within.start_ns // step_ns
    count = -(-within.end_ns // step_ns) - first if within.end_ns > within.start_ns else 0
    if count > MOST_STEPS:
        raise QueryError(
            f"expected at most {MOST_STEPS:,} steps; {count:,} {step}s were asked for. Hint: a shorter range."
        )
    inside = replace(scope, since_ns=within.start_ns, until_ns=within.end_ns)
    calls = spans_in(engine, inside) & Condition(_PAID_SQL)
    query = (
        f"SELECT epoch_ns(start_time) // {step_ns} - {first} AS step, count(*) AS calls, "
        f"{total('cost_micros')} AS micros, count(*) FILTER ({UNPRICED_SQL}) AS unpriced "
        f"FROM spans WHERE {calls.sql} GROUP BY step"
    )
    found = rows(engine, query, calls.parameters)
    micros: list[int | None] = [None] * count
    for position in _recorded(engine, replace(scope, filter="", services=(), models=(), statuses=()), step_ns):
        if 0 <= position - first < count:
            micros[position - first] = 0
    for row in found:
        micros[row["step"]] = row["micros"] or 0
    return Spend(
        first_ns=first * step_ns,
        step_ns=step_ns,
        micros=micros,
        calls=sum(row["calls"] for row in found),
        unpriced=sum(row["unpriced"] for row in found),
    )


def _recorded(engine: Engine, scope: Scope, step_ns: int) -> Iterable[int]:
    """Steps, counted from 1970, in which a process wrote spans or was between two of them."""
    query = (
        f"SELECT epoch_ns(min(start_time)) // {step_ns} AS first, epoch_ns(max(start_time)) // {step_ns} AS last "
        f"FROM spans WHERE {scope.within.sql} GROUP BY writer_id"
    )
    for row in rows(engine, query, scope.within.parameters):
        yield from range(row["first"], row["last"] + 1)
