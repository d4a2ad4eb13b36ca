"""One run of a monitor: what was compared with what, and what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pyflare.analytics.drift.judging import worst
from pyflare.analytics.drift.report import DriftReport
from pyflare.analytics.drift.result import DriftResult, Status
from pyflare.analytics.drift.trend import Trend
from pyflare.errors import NotFoundError
from pyflare.workspace.drift.comparing import SegmentDrift
from pyflare.workspace.drift.monitor import DriftMonitor
from pyflare.workspace.drift.periods import period_text

if TYPE_CHECKING:
    from pyflare.store.engine import Engine
    from pyflare.workspace.drift.explanation import DriftExplanation


def report_of(
    result: DriftResult,
    *,
    monitor: str,
    segment: str | None,
    version: str | None,
    sizes: tuple[int, int],
    periods: tuple[tuple[int | None, int | None], tuple[int | None, int | None]],
    trace_ids: Mapping[str, Sequence[str]],
    history: Sequence[DriftResult] = (),
) -> DriftReport:
    """What a monitor found in one segment, to be looked at."""
    called = "reference" if version is None else f"reference {version}"
    return DriftReport(
        result=result,
        history=history,
        title=monitor if segment is None else f"{monitor} · {segment}",
        reference=f"{called} ({sizes[0]:,} rows{period_text(*periods[0])})",
        current=f"current ({sizes[1]:,} rows{period_text(*periods[1])})",
        trace_ids=trace_ids,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorRun:
    """What a monitor found in one look."""

    monitor: DriftMonitor
    run_id: str
    timestamp_ns: int
    """When it was, in unix nanoseconds."""
    look: int | None
    """Which look at its reference it was, from 1; None where it was not counted."""
    alpha: float
    """The chance of a false alarm that the look was allowed."""
    method: str
    """The detector's name."""
    segments: tuple[SegmentDrift, ...]
    reference_version: str | None
    reference_start_ns: int | None
    reference_end_ns: int | None
    current_start_ns: int
    current_end_ns: int
    trends: Mapping[tuple[str | None, str | None], Trend] = field(default_factory=dict)
    """By segment and column (None for the segment in all), where the effect is heading."""

    _engine: Engine | None = field(default=None, repr=False, compare=False)

    def explain(
        self, column: str | None = None, *, segment: str | None = None, metric: str = "error"
    ) -> DriftExplanation:
        """Say which values of a column moved, in which traces, and what of a metric's change they carry.

        Args:
            column: One of the monitor's columns; the one that moved most where it is left out.
            segment: The segment; the one in which the column, or all of them, stand worst where it is left out.
            metric: `error`, `latency`, `cost` or `tokens` of the traces, `score.NAME`, or a column of numbers.

        Raises:
            NotFoundError: There is no such column or segment.
            QueryError: The metric cannot be had.
        """
        from pyflare.workspace.drift.explain import explain

        found = self._found(column, segment)
        if self._engine is None or not found.result.columns:
            raise NotFoundError("there is nothing to explain: no column was compared.")
        return explain(
            self._engine,
            self.monitor,
            column or found.result.columns[0].column,
            now_ns=self.current_end_ns,
            segment=found.segment,
            metric=metric,
            alpha=found.result.alpha,
        )

    def _found(self, column: str | None, segment: str | None) -> SegmentDrift:
        among = [found for found in self.segments if segment is None or found.segment == segment]
        if not among:
            there = ", ".join(repr(found.segment) for found in self.segments)
            raise NotFoundError(f"the run has no segment {segment!r}; it has {there}.")
        return min(among, key=lambda found: _standing(found.result, column))

    @property
    def status(self) -> Status:
        """The worst of its segments."""
        return worst([found.result.status for found in self.segments])

    @property
    def is_drifted(self) -> bool:
        """Whether a difference is both certain and large enough to matter."""
        return self.status == "drifted"

    @property
    def at(self) -> datetime:
        """When it was, UTC."""
        return datetime.fromtimestamp(self.timestamp_ns / 1e9, UTC)

    @property
    def reports(self) -> tuple[DriftReport, ...]:
        """A report for each segment: for a notebook, a terminal, or as a file."""
        return tuple(
            report_of(
                found.result,
                monitor=self.monitor.name,
                segment=found.segment,
                version=self.reference_version,
                sizes=(found.n_reference, found.n_current),
                periods=(
                    (self.reference_start_ns, self.reference_end_ns),
                    (self.current_start_ns, self.current_end_ns),
                ),
                trace_ids=found.samples,
            )
            for found in self.segments
        )

    def _repr_html_(self) -> str:
        return "".join(report._repr_html_() for report in self.reports)

    def trend(self, segment: str | None, column: str | None) -> Trend:
        """Where the effect of a column is heading, or of a segment in all."""
        return self.trends.get((segment, column), "stable")

    def __repr__(self) -> str:
        said = [
            f"{found.segment + ': ' if found.segment else ''}{found.result.status}. {found.result.explanation}"
            for found in self.segments
        ]
        return "\n".join([f"{self.monitor.name}, {self.at:%Y-%m-%d %H:%M} UTC: {self.status}", *said])


def _standing(result: DriftResult, column: str | None) -> tuple[int, float]:
    """How bad a segment's result is, or one column of it: the worst is the smallest."""
    order = ("drifted", "warning", "healthy", "unknown")
    if column is None:
        return order.index(result.status), -result.score
    found = next((each for each in result.columns if each.column == column), None)
    return (len(order), 0.0) if found is None else (order.index(found.status), found.p_adjusted)
