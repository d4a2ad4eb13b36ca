"""The drift monitors of a folder: `workspace.drift`."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pyflare.errors import NotFoundError
from pyflare.schema.drift import DRIFT
from pyflare.store.engine import Engine
from pyflare.store.times import Moment, unix_ns
from pyflare.workspace.drift.declared import declared_monitor, declared_monitors
from pyflare.workspace.drift.emptiness import said_once
from pyflare.workspace.drift.fitting import Fit, fitted
from pyflare.workspace.drift.monitor import DriftMonitor
from pyflare.workspace.drift.periods import Reference
from pyflare.workspace.drift.references import ReferenceStore, StoredReference
from pyflare.workspace.drift.run import MonitorRun
from pyflare.workspace.drift.running import keep_reference, run_monitor
from pyflare.workspace.row_writer import RowWriter
from pyflare.workspace.rows import Rows

if TYPE_CHECKING:
    from pyflare.workspace.drift.explanation import DriftExplanation

_UNNAMED: Final = "once"


class WorkspaceDrift:
    """Whether the rows of a folder have moved. Safe for threads."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self._path = path
        self._rows = RowWriter(engine.root)
        self.references: Final = ReferenceStore(engine.root)
        """References that are kept."""

    def __call__(self, *columns: str, now: Moment | None = None, **options: Any) -> MonitorRun:
        """Look once, without writing anything down: for a question that came up.

        Without `reference` and `current` the last day is compared with the week before it. Where one of these holds
        fewer than `min_rows` values, as in a folder that is young or old, what is there is divided: the last eighth of
        its time, or where that holds too little, the newest eighth of it and at least `min_rows`, is compared with the
        rest. The run says which times it compared, or how much is missing where there is too little in all.

        Args:
            columns: What to compare; the usual columns where none are named.
            now: The end of the current window: a datetime, "2026-05-01T12:00" or "1h" ago; the present without it.
            options: As of `DriftMonitor`: `where=`, `reference="7d"`, `current="1d"`, `segment_by=`, ….

        Raises:
            ConfigError: An option cannot be used.
            QueryError: A column or a filter cannot be used.
            DataError: A time cannot be read.
        """
        fit = Fit(monitor=DriftMonitor.of({"name": _UNNAMED, "columns": columns, **options}), now_ns=_now_ns(now))
        if not options.keys() & {"reference", "current"}:
            fit = fitted(self._engine, fit.monitor, now_ns=fit.now_ns)
        return said_once(run_monitor(self._engine, fit.monitor, now_ns=fit.now_ns), fit.too_few)

    def monitors(self) -> tuple[DriftMonitor, ...]:
        """The monitors that are declared beside the folder, in `pyflare.toml`. Raises ConfigError."""
        return declared_monitors(self._path)

    def monitor(self, name: str) -> DriftMonitor:
        """One of them. Raises ConfigError, NotFoundError."""
        return declared_monitor(self._path, name)

    def run(self, monitor: DriftMonitor | str, *, now: Moment | None = None) -> MonitorRun:
        """Let a monitor look: its look is counted, and what it finds is written to the table `drift`.

        Args:
            monitor: The monitor, or the name of a declared one.
            now: As for calling.

        Raises:
            ConfigError: It is declared in a way that cannot be used.
            NotFoundError: There is no such monitor, or the reference that it names is not kept.
            QueryError: A column or a filter cannot be used.
            DataError: The looks that were allowed are made.
            StoreError: The folder cannot be written, or a file of it is damaged.
        """
        return run_monitor(self._engine, self._meant(monitor), now_ns=_now_ns(now), writer=self._rows)

    def explain(
        self,
        monitor: DriftMonitor | str,
        column: str | None = None,
        *,
        segment: str | None = None,
        metric: str = "error",
    ) -> DriftExplanation:
        """Say which values moved in the latest run of a monitor, in which traces, and what of a metric's change they carry.

        Args:
            monitor: The monitor, or the name of a declared one.
            column: One of its columns; the worst of its latest run without.
            segment: The segment, as results name it; the worst without.
            metric: `error`, `latency`, `cost` or `tokens` of the traces, `score.NAME`, or a column of numbers.

        Raises:
            NotFoundError: It has not run yet, or there is no such column or segment.
            QueryError: The metric cannot be had.
        """
        from pyflare.workspace.drift.explain import explain

        meant = self._meant(monitor)
        latest = latest_run(self._engine, meant.name, segment=segment, column=column)
        return explain(
            self._engine,
            replace(meant, reference=Reference(stored=latest["reference_version"]))
            if latest["reference_version"]
            else meant,
            latest["column_name"],
            now_ns=latest["now_ns"],
            segment=latest["segment"],
            metric=metric,
            alpha=latest["alpha"],
        )

    def keep_reference(self, monitor: DriftMonitor | str, *, now: Moment | None = None) -> StoredReference:
        """Keep the rows that a monitor compares with as the next version of its reference.

        Of a monitor that compares with a stored reference they are the rows of its current window: what is now is
        the new normal.

        Raises:
            DataError: There are no rows.
            StoreError: The folder cannot be written.
        """
        return keep_reference(self._engine, self._meant(monitor), now_ns=_now_ns(now))

    def history(self, monitor: str, *, column: str | None = None, limit: int | None = 100) -> Rows:
        """The rows that a monitor wrote, the newest first.

        Args:
            monitor: Its name.
            column: Those of one column; without it those that sum up a run.
            limit: Rows at most; None for all.
        """
        query = (
            "SELECT timestamp, segment, status, trend, effect_size, threshold, p_adjusted, explanation, sample_trace_ids, run_id "
            f"FROM {DRIFT.name} WHERE monitor = ? AND column_name IS NOT DISTINCT FROM ? ORDER BY timestamp DESC"
        )
        tail = "" if limit is None else f" LIMIT {int(limit)}"
        return Rows(self._engine.run(lambda *_: (query + tail, [monitor, column]), traces=False))

    def close(self) -> None:
        """Let go of the journal that rows are written to. A later row opens another."""
        self._rows.close()

    def _meant(self, monitor: DriftMonitor | str) -> DriftMonitor:
        return self.monitor(monitor) if isinstance(monitor, str) else monitor

    def __repr__(self) -> str:
        return f"drift of {self._path}: {len(self.monitors())} monitors"


def latest_run(engine: Engine, monitor: str, *, segment: str | None, column: str | None) -> dict[str, Any]:
    """Where the latest run of a monitor is to be explained: its worst column, unless a column or segment is named.

    Raises:
        NotFoundError: There is no such run, column or segment.
    """
    query = """
        SELECT column_name, segment, reference_version, alpha, epoch_ns(current_end) AS now_ns FROM drift
        WHERE monitor = $monitor AND column_name IS NOT NULL AND ($column IS NULL OR column_name = $column)
            AND ($segment IS NULL OR segment = $segment)
        QUALIFY timestamp = max(timestamp) OVER ()
        ORDER BY list_position(['drifted', 'warning', 'healthy', 'unknown'], status), effect_size / threshold DESC LIMIT 1"""
    parameters = {"monitor": monitor, "column": column, "segment": segment}
    rows = engine.rows(lambda *_: (query, parameters), traces=False)
    if not rows:
        what = " and ".join(f"{name} {value!r}" for name, value in (("column", column), ("segment", segment)) if value)
        raise NotFoundError(f"the drift monitor {monitor!r} has no run{f' with the {what}' if what else ''} yet.")
    return rows[0]


def _now_ns(now: Moment | None) -> int:
    present_ns = time.time_ns()
    return present_ns if now is None else unix_ns(now, now_ns=present_ns, argument="now")
