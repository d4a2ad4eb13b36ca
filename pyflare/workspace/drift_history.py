"""What drift monitors found, read back: how each stands, one of its runs in full, and how it went from run to run.

Everything here reads rows of `drift`; nothing is computed anew. A monitor that looks at segments stands once for each
of them, and a column once for each monitor and segment: so a series is named by monitor, segment and column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from pyflare.errors import NotFoundError
from pyflare.schema.columns import ColumnType
from pyflare.schema.drift import DRIFT
from pyflare.store.engine import Engine
from pyflare.store.filters import EVERYTHING, Condition
from pyflare.workspace.scope import Scope

RECENT_RUNS: Final = 40
"""Runs that a monitor's outline holds."""
STATUSES: Final = ("drifted", "warning", "unknown", "healthy")
"""The worst first."""

_TIMES: Final = tuple(column.name for column in DRIFT.columns if column.type is ColumnType.TIMESTAMP_NS)
_JSON: Final = ("contributions", "notes")
_ROW_SQL: Final = ", ".join(
    f"epoch_ns({column.name}) AS {column.name}" if column.name in _TIMES else column.name for column in DRIFT.columns
)
_LATEST_FIRST: Final = "timestamp DESC, drift_id DESC"
_SUMS: Final = Condition("column_name IS NULL")

Row = Mapping[str, Any]
"""A row of `drift`: times in unix nanoseconds, JSON decoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorOutline:
    """How a monitor stands in one segment."""

    latest: Row
    """The row that sums up its latest run."""
    runs: int
    """Its runs in the range."""
    recent: tuple[Row, ...]
    """Rows that sum up the last `RECENT_RUNS` of them, the oldest first."""
    columns: Mapping[str, int]
    """Columns of the latest run by status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftRun:
    """One run of a monitor in one segment."""

    summary: Row
    columns: tuple[Row, ...]
    """The worst first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftSeries:
    """How a monitor or one of its columns went from run to run."""

    points: tuple[Row, ...]
    """The oldest first."""
    total: int
    """Runs in the range, those before the first point included."""


def read_monitors(engine: Engine, scope: Scope, *, model_id: str | None = None) -> tuple[MonitorOutline, ...]:
    """How every monitor stood at the end of a range, in each segment: the worst first.

    Args:
        engine: The folder.
        scope: Its range of time is that of the runs. Nothing else of it counts.
        model_id: Only monitors of this model.
    """
    condition = _SUMS & _within(scope) & (EVERYTHING if model_id is None else Condition("model_id = ?", (model_id,)))
    series = "PARTITION BY monitor, segment"
    query = (
        f"SELECT {_ROW_SQL}, count(*) OVER ({series}) AS runs FROM drift WHERE {condition.sql} "
        f"QUALIFY row_number() OVER ({series} ORDER BY {_LATEST_FIRST}) <= {RECENT_RUNS} ORDER BY {_LATEST_FIRST}"
    )
    found: dict[tuple[str, str | None], list[Row]] = {}
    for row in _rows(engine, query, condition.parameters):
        found.setdefault((row["monitor"], row["segment"]), []).append(row)
    counts = _column_counts(engine, [rows[0] for rows in found.values()])
    outlines = [
        MonitorOutline(
            latest=rows[0],
            runs=rows[0]["runs"],
            recent=tuple(reversed(rows)),
            columns=counts.get((rows[0]["run_id"], *series), {}),
        )
        for series, rows in found.items()
    ]
    return tuple(sorted(outlines, key=lambda each: (_rank(each.latest), *_name(each.latest))))


def read_run(
    engine: Engine, monitor: str, segment: str | None, *, run_id: str | None = None, scope: Scope | None = None
) -> DriftRun:
    """One run of a monitor, with all its columns.

    Args:
        engine: The folder.
        monitor: The monitor's name.
        segment: The segment; None for all of the data.
        run_id: The run; the latest, where it is left out.
        scope: The range of time in which the latest is looked for; all time, where it is left out.

    Raises:
        NotFoundError: There is no such monitor, segment or run.
    """
    series = _series(monitor, segment)
    condition = series & (EVERYTHING if run_id is None else Condition("run_id = ?", (run_id,)))
    latest = condition & _SUMS & (EVERYTHING if scope is None else _within(scope))
    sums = _rows(
        engine, f"SELECT {_ROW_SQL} FROM drift WHERE {latest.sql} ORDER BY {_LATEST_FIRST} LIMIT 1", latest.parameters
    )
    if not sums:
        where = "" if segment is None else f" in the segment {segment}"
        raise NotFoundError(f"the monitor {monitor} has no {'run' if run_id is None else f'run {run_id}'}{where} here.")
    columns = series & Condition("run_id = ? AND column_name IS NOT NULL", (sums[0]["run_id"],))
    rows = _rows(engine, f"SELECT {_ROW_SQL} FROM drift WHERE {columns.sql}", columns.parameters)
    return DriftRun(summary=sums[0], columns=tuple(sorted(rows, key=_worst_first)))


def read_series(
    engine: Engine, monitor: str, segment: str | None, scope: Scope, *, column: str | None = None, limit: int = 1000
) -> DriftSeries:
    """How a monitor went from run to run, or one of its columns did.

    Args:
        engine: The folder.
        monitor: The monitor's name.
        segment: The segment; None for all of the data.
        scope: Its range of time is that of the runs.
        column: The column; None for the runs as a whole.
        limit: Points at most: the latest.
    """
    condition = _series(monitor, segment) & Condition("column_name IS NOT DISTINCT FROM ?", (column,)) & _within(scope)
    return _latest_of(engine, condition, limit)


def read_model_series(
    engine: Engine, model_id: str, scope: Scope, *, drift_type: str | None = None, limit: int = 1000
) -> DriftSeries:
    """The runs of all monitors of a model.

    Args:
        engine: The folder.
        model_id: The model.
        scope: Its range of time is that of the runs.
        drift_type: Only drift of this type.
        limit: Runs at most: the latest.
    """
    of_type = EVERYTHING if drift_type is None else Condition("drift_type = ?", (drift_type,))
    return _latest_of(engine, _SUMS & Condition("model_id = ?", (model_id,)) & of_type & _within(scope), limit)


def worst(statuses: Sequence[str]) -> str:
    """The worst of some statuses; `unknown` of none."""
    return min(statuses, key=STATUSES.index, default="unknown")


def _latest_of(engine: Engine, condition: Condition, limit: int) -> DriftSeries:
    query = (
        f"SELECT {_ROW_SQL}, count(*) OVER () AS total FROM drift WHERE {condition.sql} "
        f"ORDER BY {_LATEST_FIRST} LIMIT {limit}"
    )
    rows = _rows(engine, query, condition.parameters)
    return DriftSeries(points=tuple(reversed(rows)), total=rows[0]["total"] if rows else 0)


def _column_counts(engine: Engine, latest: Sequence[Row]) -> dict[tuple[str, str, str | None], dict[str, int]]:
    """How many columns have which status, by run, monitor and segment."""
    query = (
        "SELECT run_id, monitor, segment, status, count(*) AS n FROM drift "
        "WHERE column_name IS NOT NULL AND list_contains(?, run_id) GROUP BY ALL"
    )
    counts: dict[tuple[str, str, str | None], dict[str, int]] = {}
    if latest:
        for row in engine.rows(lambda *_: (query, [[row["run_id"] for row in latest]]), traces=False):
            series = row["run_id"], row["monitor"], row["segment"]
            counts.setdefault(series, {})[row["status"]] = row["n"]
    return counts


def _series(monitor: str, segment: str | None) -> Condition:
    return Condition("monitor = ? AND segment IS NOT DISTINCT FROM ?", (monitor, segment))


def _within(scope: Scope) -> Condition:
    bounds = ((">=", scope.since_ns), ("<", scope.until_ns))
    terms = [f"timestamp {sign} make_timestamp_ns({ns})" for sign, ns in bounds if ns is not None]
    return Condition(" AND ".join(terms)) if terms else EVERYTHING


def _rows(engine: Engine, query: str, parameters: Sequence[Any]) -> list[Row]:
    rows = engine.rows(lambda *_: (query, list(parameters)), traces=False)
    return [{**row, **{name: _decoded(row[name]) for name in _JSON}} for row in rows]


def _decoded(text: str | None) -> list[Any]:
    found = [] if text is None else msgspec.json.decode(text)
    return found if isinstance(found, list) else []


def _rank(row: Row) -> int:
    return STATUSES.index(row["status"]) if row["status"] in STATUSES else len(STATUSES)


def _name(row: Row) -> tuple[str, str]:
    return row["monitor"], row["segment"] or ""


def _worst_first(row: Row) -> tuple[int, float, str]:
    """By status, then by how far beyond what matters, then by name."""
    effect, threshold = row["effect_size"] or 0.0, row["threshold"] or 1.0
    return _rank(row), -effect / threshold, row["column_name"]
