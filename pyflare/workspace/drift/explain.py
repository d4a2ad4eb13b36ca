"""Why a column has drifted: which values moved, in which traces, and what of a metric's change they carry."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np

from pyflare.analytics.drift.carrying import MetricChange, metric_change
from pyflare.analytics.drift.column import Column, Numbers
from pyflare.analytics.drift.result import ColumnDrift
from pyflare.analytics.stats.result import Contribution
from pyflare.errors import InsufficientDataError, NotFoundError
from pyflare.store.engine import Engine
from pyflare.workspace.drift.comparing import compare_frames, frames_of_segment
from pyflare.workspace.drift.explain_concept import explain_concept
from pyflare.workspace.drift.explanation import TRACES, DriftExplanation, ExplainedPart
from pyflare.workspace.drift.frame import Frame
from pyflare.workspace.drift.members import Mask, divided, is_missing, rows_in, spread
from pyflare.workspace.drift.metrics import COLUMN, DEFAULT, metric_source
from pyflare.workspace.drift.monitor import DriftMonitor
from pyflare.workspace.drift.running import read_samples

PARTS: Final = 10
"""Levels, bins or clusters that are named."""
MISSING: Final = "(missing)"


def explain(
    engine: Engine,
    monitor: DriftMonitor,
    column: str,
    *,
    now_ns: int,
    segment: str | None = None,
    metric: str = DEFAULT,
    alpha: float | None = None,
) -> DriftExplanation:
    """Explain one column of a monitor at a moment; of one that looks at predictions, see `explain_concept`.

    Args:
        engine: The folder.
        monitor: The monitor.
        column: One of its columns, or of what its results list.
        now_ns: The end of the current window, in unix nanoseconds.
        segment: The segment, as results name it; None where the monitor has none.
        metric: See `metric_source`.
        alpha: What the look was allowed; the monitor's where it is left out.

    Raises:
        NotFoundError: There is no such column or segment.
        QueryError: The metric cannot be had.
    """
    level = monitor.alpha if alpha is None else alpha
    if monitor.drift_type == "concept":
        return explain_concept(engine, monitor, column, now_ns=now_ns, segment=segment, metric=metric, alpha=level)
    one = monitor.of_column(column)
    samples = read_samples(engine, one, now_ns=now_ns, beside=(metric_source(monitor.table, metric),))
    if column not in samples.reference.columns:
        raise NotFoundError(f"the reference of {monitor.name!r} has no column {column!r}.")
    before, now = frames_of_segment(one, samples.reference, samples.current, segment)
    found = _compared(one, before, now, column, now_ns=now_ns, alpha=level)
    return _explained(monitor.name, segment, metric, found, before, now)


def _compared(
    monitor: DriftMonitor, before: Frame, now: Frame, column: str, *, now_ns: int, alpha: float
) -> ColumnDrift:
    plain = replace(monitor, segment_by=())
    kept = [replace(frame, columns={column: frame.columns[column]}) for frame in (before, now)]
    at = datetime.fromtimestamp(now_ns / 1e9, UTC)
    (found,) = compare_frames(kept[0], kept[1], plain, now=at, alpha=alpha)
    return found.result.columns[0]


def _explained(
    monitor: str, segment: str | None, metric: str, drift: ColumnDrift, before: Frame, now: Frame
) -> DriftExplanation:
    division = divided(drift, before.columns[drift.column], now.columns[drift.column])
    shown = _shown(division.drift)
    masks = [tuple(_rows(column, part) for column in (division.reference, division.current)) for part in shown]
    change, reason = _change(before, now, masks)
    parts = tuple(
        _part(part, (before, now), rows, change, at) for at, (part, rows) in enumerate(zip(shown, masks, strict=True))
    )
    return DriftExplanation(
        monitor=monitor,
        segment=segment,
        drift=division.drift,
        parts=parts,
        metric=metric,
        metric_change=change,
        reason=reason,
    )


def _shown(drift: ColumnDrift) -> list[Contribution]:
    """What has moved: levels that may not be, levels or bins, and what is missing where that has moved as well."""
    new = list(drift.new_levels.contributions[:PARTS]) if drift.new_levels is not None else []
    named = {part.label for part in new}
    parts = [part for part in drift.test.contributions if part.label not in named] if drift.test is not None else []
    parts = [*new, *parts][:PARTS]
    if drift.missing is not None and drift.missing.contributions:
        missing = replace(drift.missing.contributions[0], label=MISSING)
        return [missing, *parts] if drift.deciding is drift.missing else [*parts, missing]
    return parts


def _rows(column: Column, part: Contribution) -> Mask:
    return is_missing(column) if part.label == MISSING else rows_in(column, part)


def _change(before: Frame, now: Frame, masks: Sequence[tuple[Mask, ...]]) -> tuple[MetricChange | None, str]:
    metrics = before.columns.get(COLUMN), now.columns.get(COLUMN)
    if not isinstance(metrics[0], Numbers) or not isinstance(metrics[1], Numbers):
        return None, "a stored reference holds no metric beside its columns"
    levels = [_levels([rows[side] for rows in masks], frame.n_rows) for side, frame in enumerate((before, now))]
    try:
        change = metric_change(levels[0], metrics[0].values, levels[1], metrics[1].values, n_levels=len(masks) + 1)
    except InsufficientDataError as error:
        return None, str(error)
    return change, ""


def _levels(masks: Sequence[Mask], n_rows: int) -> Any:
    """For each row the number of its part; all others are one part more."""
    levels = np.full(n_rows, len(masks), np.intp)
    for number, rows in enumerate(masks):
        levels[rows] = number
    return levels


def _part(
    part: Contribution, frames: tuple[Frame, Frame], rows: tuple[Mask, ...], change: MetricChange | None, at: int
) -> ExplainedPart:
    shares = [float(mask.mean()) if mask.size else 0.0 for mask in rows]
    side = 1 if shares[1] >= shares[0] else 0
    return ExplainedPart(
        label=part.label,
        reference=shares[0],
        current=shares[1],
        contribution=part.contribution,
        trace_ids=spread(frames[side], np.flatnonzero(rows[side]), limit=TRACES),
        metric_reference=math.nan if change is None else float(change.reference_means[at]),
        metric_current=math.nan if change is None else float(change.current_means[at]),
        carried=math.nan if change is None else float(change.by_share[at]),
        within=math.nan if change is None else float(change.by_value[at]),
        has_grown=shares[1] > shares[0],
    )
