"""What an explanation of a drift says: which parts have moved, in which traces, and what of a metric they carry."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from pyflare.analytics.drift.carrying import MetricChange
from pyflare.analytics.drift.result import ColumnDrift, DriftType

TRACES: Final = 10
"""Traces that are named for each part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedPart:
    """A level or a bin that has moved."""

    label: str
    reference: float
    """Its share of the reference's rows, 0 to 1, rows without a value counted."""
    current: float
    contribution: float
    """Its part of the difference, 0 to 1."""
    trace_ids: tuple[str, ...]
    """Traces in it: current ones where it has grown, those of the reference where it has shrunk and they are known.
    Where predictions are explained, those that are wrong."""
    metric_reference: float = math.nan
    """The metric's mean in it."""
    metric_current: float = math.nan
    carried: float = math.nan
    """What its moved share adds to the metric's change, in units of the metric."""
    within: float = math.nan
    """What the metric's move within it adds to the change."""
    has_grown: bool = False
    """Whether there is more of it than there was; where predictions are explained, whether it makes them worse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftExplanation:
    """Why a column has drifted in one segment."""

    monitor: str
    segment: str | None
    drift: ColumnDrift
    parts: tuple[ExplainedPart, ...]
    """What has moved, the largest part first."""
    metric: str
    metric_change: MetricChange | None
    """None where the metric is not known; `reason` says why."""
    reason: str = ""
    """Why the metric is not known, or what is to be kept in mind of the parts."""

    @property
    def trace_ids(self) -> tuple[str, ...]:
        """The traces behind what has grown or become worse, those of the largest part first."""
        behind = (part.trace_ids for part in self.parts if part.has_grown)
        return tuple(dict.fromkeys(trace_id for trace_ids in behind for trace_id in trace_ids))

    @property
    def carried_share(self) -> float:
        """Which share of the metric's change the moved shares carry; NaN where it has not changed."""
        change = self.metric_change
        return math.nan if change is None or not change.change else change.carried / change.change

    def __repr__(self) -> str:
        where = f" in {self.segment}" if self.segment else ""
        lines = [f"{self.drift.column}{where}: {self.drift.status}. {self.drift.reason}"]
        lines += [self._said(part) for part in self.parts]
        change = self.metric_change
        if change is not None:
            carried = "" if math.isnan(self.carried_share) else f", {self.carried_share:.0%} of it by what moved here"
            lines.append(f"  {self.metric}: {change.reference:.4g} → {change.current:.4g}{carried}")
        lines += [f"  {self.reason}"] if self.reason else []
        return "\n".join([*lines, *(f"  trace {trace_id}" for trace_id in self.trace_ids[:TRACES])])

    def _said(self, part: ExplainedPart) -> str:
        rows = f"{part.label}: {part.reference:.1%} → {part.current:.1%}"
        if self.drift.drift_type != DriftType.CONCEPT:
            return f"  {rows}"
        return f"  {rows} of the rows, {self.metric} {part.metric_reference:.3g} → {part.metric_current:.3g}"
