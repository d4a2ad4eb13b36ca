"""Windows for a first look, where the usual ones hold too little: what is there, its last eighth against the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pyflare.schema.tables import TABLES
from pyflare.store.engine import Engine
from pyflare.workspace.drift.monitor import DriftMonitor
from pyflare.workspace.drift.periods import Reference, window_ns
from pyflare.workspace.drift.reading import Period, rows_condition
from pyflare.workspace.drift.running import current_period, reference_period

_PARTS: Final = 8
"""The current window is one of so many parts of the time with rows, as a day is of the week before it and itself."""
_SHORTEST_NS: Final = 1_000


def fitted(engine: Engine, monitor: DriftMonitor, *, now_ns: int) -> tuple[DriftMonitor, int]:
    """A monitor whose windows hold rows, and the end of the current one, in unix nanoseconds.

    Both are as they were where each window holds rows; where one does not, the time from the first row to the last,
    at most as long as both windows, is divided: its last eighth is current, the rest is the reference. Nothing
    changes where that cannot be done: where there are no rows, or all of one moment.

    Raises:
        QueryError: A filter of the monitor cannot be used.
    """
    windows = reference_period(monitor, now_ns=now_ns), current_period(monitor, now_ns=now_ns)
    if all(_first_and_last(engine, monitor, window, now_ns=now_ns) for window in windows):
        return monitor, now_ns
    found = _first_and_last(engine, monitor, Period(start_ns=None, end_ns=now_ns, equalities={}), now_ns=now_ns)
    if found is None:
        return monitor, now_ns
    usual_ns = now_ns - (windows[0].start_ns or 0)
    first_ns, end_ns = max(found[0], found[1] + 1 - usual_ns), found[1] + 1
    current_ns = (end_ns - first_ns) // _PARTS
    if current_ns < _SHORTEST_NS:
        return monitor, now_ns
    reference = Reference(window=_text(end_ns - first_ns - current_ns))
    return replace(monitor, current=_text(current_ns), reference=reference), end_ns


def _first_and_last(engine: Engine, monitor: DriftMonitor, period: Period, *, now_ns: int) -> tuple[int, int] | None:
    """When the first and the last row of a period began, in unix nanoseconds; None where there is none."""
    condition = rows_condition(engine, monitor, period, now_ns=now_ns)
    time = TABLES[monitor.table].time_column
    query = f"SELECT epoch_ns(min({time})) AS first, epoch_ns(max({time})) AS last FROM {monitor.table} WHERE {condition.sql}"
    (row,) = engine.rows(lambda *_: (query, [*condition.parameters]), traces=monitor.table == "traces")
    return None if row["first"] is None else (row["first"], row["last"])


def _text(length_ns: int) -> str:
    """A window of a length, as settings have it; exact."""
    text = f"{length_ns / 1e9:.9f}s"
    assert window_ns(text, name="window") > 0
    return text
