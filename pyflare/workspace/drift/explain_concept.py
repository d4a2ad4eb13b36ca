"""Where predictions have become worse: the values of their inputs that carry it, and traces that are wrong."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import numpy as np

from pyflare.analytics.drift.carrying import MetricChange, metric_change
from pyflare.analytics.drift.column import Numbers
from pyflare.analytics.drift.concept import PERFORMANCE
from pyflare.analytics.drift.outcomes import Outcomes
from pyflare.analytics.drift.result import ColumnDrift
from pyflare.analytics.drift.worsening import Worsening
from pyflare.errors import InsufficientDataError, NotFoundError
from pyflare.store.engine import Engine
from pyflare.workspace.drift.blaming import (
    BothOutcomes,
    Frames,
    blamed_input,
    both_outcomes,
    has_worsened,
    ordered_parts,
    wrong_rows,
)
from pyflare.workspace.drift.comparing import compare_frames, frames_of_segment
from pyflare.workspace.drift.explanation import TRACES, DriftExplanation, ExplainedPart
from pyflare.workspace.drift.members import spread
from pyflare.workspace.drift.metrics import COLUMN, DEFAULT, metric_source
from pyflare.workspace.drift.monitor import DriftMonitor
from pyflare.workspace.drift.running import read_samples

PARTS: Final = 10
"""Values of an input that are named."""
_SURE: Final = 0.05


def explain_concept(
    engine: Engine, monitor: DriftMonitor, column: str, *, now_ns: int, segment: str | None, metric: str, alpha: float
) -> DriftExplanation:
    """Explain what a monitor of predictions found, by their errors.

    `label given x` is explained by the values of `x`, in the order of how far the truth has moved in them;
    `performance` by those of the input in which it has changed most unevenly (`most_uneven`), in the order of what
    they add to the change. Both count rows with labels only. What a part adds is taken apart into its moved share
    (there are more such inputs) and its move within (they are more often wrong).

    Args:
        engine: The folder.
        monitor: The monitor.
        column: What to explain, as its results name it.
        now_ns: The end of the current window, in unix nanoseconds.
        segment: The segment, as results name it.
        metric: `error` for wrong predictions, or how far they are off; any other as in `metric_source`.
        alpha: What the look was allowed.

    Raises:
        NotFoundError: There is no such column or segment, or there are no labels to explain it by.
        QueryError: The metric cannot be had.
    """
    beside = () if metric == DEFAULT else (metric_source(monitor.table, metric),)
    samples = read_samples(engine, monitor, now_ns=now_ns, beside=beside)
    frames = frames_of_segment(monitor, samples.reference, samples.current, segment)
    drift = _found(monitor, frames, column, now_ns=now_ns, alpha=alpha)
    outcomes = both_outcomes(frames)
    try:
        blamed = blamed_input(column, frames, outcomes)
    except InsufficientDataError:
        raise NotFoundError(
            f"{column} cannot be explained without labels in both samples; what is known of it: {drift.reason}. "
            "Hint: a monitor of the same predictions without drift_type says which inputs have moved."
        ) from None
    change, reason = _change(metric, frames, outcomes, blamed)
    order = ordered_parts(drift, blamed)[:PARTS]
    prefix = f"{blamed.column}: " if column == PERFORMANCE else ""
    parts = [_part(prefix, part, share, blamed, change, frames, outcomes) for part, share in order]
    return DriftExplanation(
        monitor=monitor.name,
        segment=segment,
        drift=drift,
        parts=tuple(parts),
        metric=_named(metric, outcomes[0]),
        metric_change=change,
        reason=reason or _caution(column, blamed),
    )


def _found(monitor: DriftMonitor, frames: Frames, column: str, *, now_ns: int, alpha: float) -> ColumnDrift:
    """What the monitor says of the column, among all that it looks at."""
    kept = [
        replace(frame, columns={name: each for name, each in frame.columns.items() if name != COLUMN})
        for frame in frames
    ]
    at = datetime.fromtimestamp(now_ns / 1e9, UTC)
    (found,) = compare_frames(kept[0], kept[1], replace(monitor, segment_by=()), now=at, alpha=alpha)
    for each in found.result.columns:
        if each.column == column:
            return each
    names = ", ".join(each.column for each in found.result.columns)
    raise NotFoundError(f"{monitor.name!r} says nothing of {column!r}; it says something of {names}.")


def _change(metric: str, frames: Frames, outcomes: BothOutcomes, blamed: Worsening) -> tuple[MetricChange | None, str]:
    """The change of the errors, or of a metric of the same rows."""
    if metric == DEFAULT:
        return blamed.change, ""
    columns = [frame.columns.get(COLUMN) for frame in frames]
    values = [each.values[of.rows] for each, of in zip(columns, outcomes, strict=True) if isinstance(each, Numbers)]
    if len(values) < 2:
        return None, "a stored reference holds no metric beside its columns"
    levels = blamed.reference.astype(np.intp), blamed.current.astype(np.intp)
    try:
        return metric_change(levels[0], values[0], levels[1], values[1], n_levels=len(blamed.levels)), ""
    except InsufficientDataError as error:
        return None, str(error)


def _part(
    prefix: str,
    part: int,
    contribution: float,
    blamed: Worsening,
    change: MetricChange | None,
    frames: Frames,
    outcomes: BothOutcomes,
) -> ExplainedPart:
    worse = has_worsened(blamed, part)
    side = 1 if worse else 0
    return ExplainedPart(
        label=f"{prefix}{blamed.levels[part]}",
        reference=float(np.mean(blamed.reference == part)),
        current=float(np.mean(blamed.current == part)),
        contribution=contribution,
        trace_ids=spread(frames[side], wrong_rows(blamed, part, outcomes, side=side), limit=TRACES),
        metric_reference=math.nan if change is None else float(change.reference_means[part]),
        metric_current=math.nan if change is None else float(change.current_means[part]),
        carried=math.nan if change is None else float(change.by_share[part]),
        within=math.nan if change is None else float(change.by_value[part]),
        has_grown=worse,
    )


def _named(metric: str, outcomes: Outcomes) -> str:
    if metric != DEFAULT:
        return metric
    return "wrong predictions" if outcomes.is_class else "absolute error"


def _caution(column: str, blamed: Worsening) -> str:
    if blamed.p_value <= _SURE or column != PERFORMANCE:
        return ""
    return (
        f"the error has changed alike everywhere: by chance alone it differs as much between the values of "
        f"{blamed.column} (p = {blamed.p_value:.2g}), and less surely between those of any other input"
    )
