"""The observations that a monitor could compare, and the moment that divides them into a reference and what is current."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from pyflare.schema.sql import quote
from pyflare.schema.tables import TABLES
from pyflare.store.engine import Engine
from pyflare.workspace.drift.monitor import DriftMonitor
from pyflare.workspace.drift.reading import ROW_IDS, Period, rows_condition, text_sql, unit_sql
from pyflare.workspace.drift.sources import Source, sources_of

if TYPE_CHECKING:
    import pyarrow as pa

PARTS: Final = 8
"""The current window is one of so many parts of what there is, as a day is of the week before it and itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """When each observation of a period was, and which values it has.

    An observation is a row, or all rows of a trace, a session or a user: it counts for a window that holds one of them.
    """

    first: npt.NDArray[np.int64]
    """Shape `(n_units,)`. When the first row of each began, in unix nanoseconds."""
    last: npt.NDArray[np.int64]
    """Shape `(n_units,)`. When the last one did."""
    has: tuple[npt.NDArray[np.bool_], ...]
    """For each column, shape `(n_units,)`: which of them have a value. Without columns, all of them once."""
    needed: int
    """How many values of a column each window needs."""

    @property
    def most(self) -> int:
        """How many values there are of the column that has most."""
        return max(int(has.sum()) for has in self.has)

    @property
    def start_ns(self) -> int:
        """When the first row began, in unix nanoseconds."""
        return int(self.first.min())

    @property
    def end_ns(self) -> int:
        """The first whole microsecond, as people can write it, after the last row began."""
        return (int(self.last.max()) // 1000 + 1) * 1000

    def newest(self, length_ns: int) -> Units:
        """Those of the last `length_ns` nanoseconds."""
        start_ns = self.end_ns - length_ns
        kept = self.last >= start_ns
        return Units(
            first=np.maximum(self.first[kept], start_ns),
            last=self.last[kept],
            has=tuple(has[kept] for has in self.has),
            needed=self.needed,
        )

    def divided_at(self) -> int | None:
        """From when on rows are current, in unix nanoseconds.

        The last eighth of the time is; where a column has fewer values than are needed in it or before it, the newest
        eighth of the observations, or as few more or less as give both parts what they need. Columns with too few
        values for both parts, or at other times than those before them, have no say.

        Returns:
            The moment; None where no column has values enough for both parts.
        """
        earliest, latest = -(2**63), 2**63 - 1
        bounds = [found for has in self.has if (found := self._bounds(has)) is not None]
        for after, until in bounds:
            if max(earliest, after) <= min(latest, until):
                earliest, latest = max(earliest, after), min(latest, until)
        if not bounds:
            return None
        by_time = self.end_ns - (self.end_ns - self.start_ns) // PARTS
        if earliest <= by_time <= latest:
            return by_time
        by_count = int(np.sort(self.last)[-max(self.last.size // PARTS, 1)])
        return min(max(by_count, earliest), latest)

    def _bounds(self, has: npt.NDArray[np.bool_]) -> tuple[int, int] | None:
        """The first and the last moment that leave as many values of a column as are needed on both sides."""
        if has.sum() < self.needed:
            return None
        earliest = int(np.sort(self.first[has])[self.needed - 1]) + 1
        latest = int(np.sort(self.last[has])[-self.needed])
        return (earliest, latest) if earliest <= latest else None


def units_of(engine: Engine, monitor: DriftMonitor, period: Period, *, now_ns: int) -> Units:
    """The observations of a period.

    Raises:
        QueryError: A filter or a column of the monitor cannot be used.
        ConfigError: The table has nothing that counts as the monitor's unit.
    """
    sources = sources_of(monitor.table, monitor.columns)
    read = _read(engine, monitor, sources, period, now_ns=now_ns)
    has = [read[str(place)].to_numpy().astype(np.bool_) for place in range(len(sources))]
    return Units(
        first=read["first"].to_numpy().astype(np.int64),
        last=read["last"].to_numpy().astype(np.int64),
        has=(*has,) or (np.ones(read.num_rows, np.bool_),),
        needed=monitor.min_rows,
    )


def _read(engine: Engine, monitor: DriftMonitor, sources: Sequence[Source], period: Period, *, now_ns: int) -> pa.Table:
    """What can be counted before windows are chosen: each observation's times, and which values it would have.

    Returns:
        A row for each unit, in each segment: when the first and the last of its rows began (`first`, `last`, in unix
        nanoseconds), and for each source, by its place ("0", "1", …), whether the one row that stands for the unit
        has a value of it.

    Raises:
        QueryError: A filter or a column cannot be used.
        ConfigError: The table has nothing that counts as the monitor's unit.
    """
    table, row = TABLES[monitor.table], ROW_IDS[monitor.table]
    segments = sources_of(monitor.table, monitor.segment_by)
    condition = rows_condition(engine, monitor, period, now_ns=now_ns)
    groups = [unit_sql(monitor), *(text_sql(source) for source in segments)]
    values = [f'({source.sql}) IS NOT NULL AS "{place}"' for place, source in enumerate(sources)]
    named = [f"epoch_ns({table.time_column}) AS time", f"hash({row}) AS hash", *values]
    named += [f'{group} AS "group {place}"' for place, group in enumerate(groups)]
    chosen = [f'arg_min("{place}", hash) AS "{place}"' for place in range(len(sources))]
    grouped = ", ".join(f'"group {place}"' for place in range(len(groups)))
    query = (
        f"SELECT {', '.join(['min(time) AS first', 'max(time) AS last', *chosen])} FROM "
        f"(SELECT {', '.join(named)} FROM {quote(monitor.table)} WHERE {condition.sql}) GROUP BY {grouped}"
    )
    parameters = [value for source in (*sources, *segments) for value in source.parameters]
    return engine.run(lambda *_: (query, [*parameters, *condition.parameters]), traces="traces" in query)
