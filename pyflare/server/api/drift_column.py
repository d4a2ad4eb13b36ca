"""Which column of which run is asked about, and the monitor as it was then."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Query

from pyflare.errors import NotFoundError
from pyflare.server.api.deps import Asking, Ranged
from pyflare.server.api.drift_monitors import InSegment, MonitorName, RunId
from pyflare.workspace.drift_history import DriftRun, read_run

if TYPE_CHECKING:
    from pyflare.workspace.drift import DriftMonitor

ColumnName = Annotated[str | None, Query(max_length=1000, description="The column; the one that moved most without.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnOfRun:
    """A column that a run compared, for its rows to be read anew."""

    run: DriftRun
    column: str
    monitor: DriftMonitor
    """As it is declared, with the stored reference that the run compared with, whatever is the latest now."""

    @property
    def now_ns(self) -> int:
        """The end of the run's current window, in unix nanoseconds."""
        end_ns: int = self.run.summary["current_end"]
        return end_ns


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedColumn:
    """What a request names; nothing is read yet."""

    ask: Asking
    monitor: str
    ranged: Ranged
    segment: str | None
    run_id: str | None
    column: str | None

    def read(self) -> ColumnOfRun:
        """Read the run. Raises NotFoundError, ConfigError: there is no such run, column or declared monitor."""
        workspace = self.ask.workspace
        scope = None if self.run_id else self.ranged
        run = read_run(workspace.engine, self.monitor, self.segment, run_id=self.run_id, scope=scope)
        column = _column(run, self.column)
        declared = workspace.drift.monitor(self.monitor)
        return ColumnOfRun(run=run, column=column, monitor=_as_it_was(declared, run.summary["reference_version"]))


def asked_column(
    ask: Asking,
    monitor: MonitorName,
    ranged: Ranged,
    segment: InSegment = None,
    run_id: RunId = None,
    column: ColumnName = None,
) -> AskedColumn:
    """What a request asks about."""
    return AskedColumn(ask=ask, monitor=monitor, ranged=ranged, segment=segment, run_id=run_id, column=column)


Asked = Annotated[AskedColumn, Depends(asked_column)]


def _column(run: DriftRun, wanted: str | None) -> str:
    names = [row["column_name"] for row in run.columns]
    if not names or (wanted is not None and wanted not in names):
        raise NotFoundError(f"the run compared no column {wanted!r}; it compared {', '.join(names) or 'none'}.")
    return wanted or names[0]


def _as_it_was(monitor: DriftMonitor, version: str | None) -> DriftMonitor:
    from pyflare.workspace.drift import Reference

    return monitor if version is None else replace(monitor, reference=Reference(stored=version))
