"""Comparing two samples as a monitor says: all but reading, so the same on Arrow from any store."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pyflare.analytics.drift.column import MISSING_CODE, Categories, Column
from pyflare.analytics.drift.registered import DETECTORS
from pyflare.analytics.drift.result import ColumnDrift, DriftResult, DriftType
from pyflare.errors import DataError, InsufficientDataError, NotFoundError
from pyflare.store.language import clause_of
from pyflare.workspace.drift.blaming import wrong_traces
from pyflare.workspace.drift.emptiness import empty_samples
from pyflare.workspace.drift.frame import Frame, frame_of, segments
from pyflare.workspace.drift.knowing import as_levels, knowing
from pyflare.workspace.drift.members import missing_share, traces_behind
from pyflare.workspace.drift.monitor import DriftMonitor

if TYPE_CHECKING:
    import pyarrow as pa

MAX_LEVELS: Final = 1000
"""A column with more, and with more than half as many as it has values, holds ids or prose and no categories."""
_OUTPUTS: Final = ("prediction", "output", "finish_reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentDrift:
    """What a monitor found in one segment."""

    segment: str | None
    """In the filter language, such as `environment = production`; None for all rows."""
    result: DriftResult
    n_reference: int
    n_current: int
    missing: Mapping[str, tuple[float, float]]
    """By column the shares of rows without a value, in the reference and now."""
    samples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By column that has moved, some of the traces behind it."""


def compare_tables(
    reference: pa.Table,
    current: pa.Table,
    monitor: DriftMonitor,
    *,
    now: datetime,
    alpha: float | None = None,
    trace_column: str | None = None,
) -> tuple[SegmentDrift, ...]:
    """Compare two Arrow tables as a monitor says, from whatever store they come.

    Rows are taken as they are: which are meant, and that they are independent, is for the caller to see to.

    Args:
        reference: What is normal; a column for each of the monitor's `columns` and `segment_by`.
        current: The same columns.
        monitor: What to compare, and what is worth an alarm.
        now: The time of the result, UTC.
        alpha: The chance of a false alarm that this look may take; the monitor's where it is left out.
        trace_column: The column of `current` with ids of traces.

    Returns:
        One result for each segment, the most frequent first; a single one where there are none.

    Raises:
        DataError: A column is missing, or cannot be compared.
    """
    columns = monitor.columns or tuple(
        name for name in reference.column_names if name not in (*monitor.segment_by, trace_column)
    )
    before = frame_of(reference, columns=columns, segment_by=monitor.segment_by)
    now_ = frame_of(current, columns=columns, segment_by=monitor.segment_by, trace_column=trace_column)
    return compare_frames(before, now_, monitor, now=now, alpha=monitor.alpha if alpha is None else alpha)


def compare_frames(
    reference: Frame, current: Frame, monitor: DriftMonitor, *, now: datetime, alpha: float
) -> tuple[SegmentDrift, ...]:
    """Compare two samples, segment by segment, which share `alpha` in equal parts. Raises DataError."""
    if not 0 < alpha < 1:
        raise DataError(
            f"alpha: expected a number between 0 and 1, got {alpha!r}: the looks that were allowed are made."
        )
    parts = [*_segments(monitor, reference, current)]
    return tuple(
        _compared(said, before, after, monitor, now=now, alpha=alpha / len(parts)) for said, before, after in parts
    )


def _compared(
    said: Mapping[str, str | None],
    reference: Frame,
    current: Frame,
    monitor: DriftMonitor,
    *,
    now: datetime,
    alpha: float,
) -> SegmentDrift:
    missing = {
        name: (missing_share(column), missing_share(current.columns[name]))
        for name, column in reference.columns.items()
    }
    names = _worth_comparing(monitor, missing)
    left_out = {
        name: reason for name in names if (reason := _not_compared(reference.columns[name], current.columns[name]))
    }
    kept = [name for name in names if name not in left_out]
    result = _detected(monitor, reference, current, kept, now=now, alpha=alpha)
    unknown = tuple(_unknown(monitor, name, reason) for name, reason in left_out.items())
    typed = (replace(column, drift_type=type_of(monitor, column.column)) for column in result.columns)
    result = replace(result, columns=(*typed, *unknown), type=_overall(monitor, names))
    return SegmentDrift(
        segment=segment_text(said),
        result=result,
        n_reference=reference.n_rows,
        n_current=current.n_rows,
        missing=missing,
        samples={
            column.column: _traces(column, reference, current)
            for column in result.columns
            if column.status in ("drifted", "warning")
        },
    )


def _traces(column: ColumnDrift, reference: Frame, current: Frame) -> tuple[str, ...]:
    """Some of the traces behind a difference."""
    if column.drift_type is DriftType.CONCEPT:
        return wrong_traces(column, (reference, current))
    return traces_behind(column, reference, current)


def _detected(
    monitor: DriftMonitor, reference: Frame, current: Frame, names: list[str], *, now: datetime, alpha: float
) -> DriftResult:
    if empty := empty_samples(monitor, reference, current):
        if (told := _told(monitor, reference, current, names, now=now, alpha=alpha)) is not None:
            return told
        columns = tuple(_unknown(monitor, name, "no rows") for name in names)
        return _nothing(monitor, f"Nothing could be compared: {empty}", columns, now=now, alpha=alpha)
    if not names:
        said = "Nothing could be compared: no column has values that can be."
        return _nothing(monitor, said, (), now=now, alpha=alpha)
    return _computed(monitor, reference, current, names, now=now, alpha=alpha)


def _told(
    monitor: DriftMonitor, reference: Frame, current: Frame, names: list[str], *, now: datetime, alpha: float
) -> DriftResult | None:
    """What levels that were listed say, which need no reference: None where no current value is of another."""
    listed = [name for name in names if getattr(reference.columns[name], "known", None) is not None]
    if not listed or not current.n_rows:
        return None
    found = _computed(monitor, reference, current, listed, now=now, alpha=alpha)
    others = tuple(_unknown(monitor, name, "no rows") for name in names if name not in listed)
    return replace(found, columns=(*found.columns, *others)) if found.is_drifted else None


def _computed(
    monitor: DriftMonitor, reference: Frame, current: Frame, names: list[str], *, now: datetime, alpha: float
) -> DriftResult:
    detector = detector_of(monitor, names)
    try:
        detector.set_reference({name: reference.columns[name] for name in names})
        found: DriftResult = detector.compute({name: current.columns[name] for name in names}, now=now, alpha=alpha)
    except InsufficientDataError as error:
        columns = tuple(_unknown(monitor, name, str(error)) for name in names)
        return _nothing(monitor, f"Nothing could be compared: {error}", columns, now=now, alpha=alpha)
    return found


def _nothing(
    monitor: DriftMonitor, said: str, columns: tuple[ColumnDrift, ...], *, now: datetime, alpha: float
) -> DriftResult:
    """The result where nothing could be compared, and why."""
    return DriftResult(
        type=DriftType.FEATURE,
        score=0.0,
        threshold=monitor.threshold_of(),
        alpha=alpha,
        status="unknown",
        explanation=said,
        detected_at=now,
        columns=columns,
    )


def detector_of(monitor: DriftMonitor, names: list[str]) -> Any:
    """The registered detector that a monitor uses, configured as the monitor says."""
    kind = _overall(monitor, names).value
    detector = DETECTORS.get(kind if kind in DETECTORS.names() else "feature")
    known = {each.name for each in dataclasses.fields(detector) if each.init}
    given = {
        "alpha": monitor.alpha,
        "threshold": monitor.threshold_of(),
        "thresholds": {name: value for name, value in monitor.thresholds.items() if name in names},
        "correction": monitor.correction,
        "min_size": monitor.min_rows,
    }
    return detector(**{name: value for name, value in given.items() if name in known})


def type_of(monitor: DriftMonitor, column: str) -> DriftType:
    """What kind of drift a difference in a column would be."""
    if monitor.drift_type is not None:
        return DriftType(monitor.drift_type)
    if monitor.table == "embeddings":
        return DriftType.EMBEDDING
    return DriftType.PREDICTION if column.split(".", maxsplit=1)[0].startswith(_OUTPUTS) else DriftType.FEATURE


def _overall(monitor: DriftMonitor, names: list[str]) -> DriftType:
    kinds = {type_of(monitor, name) for name in names}
    return kinds.pop() if len(kinds) == 1 else DriftType.FEATURE


def _worth_comparing(monitor: DriftMonitor, missing: Mapping[str, tuple[float, float]]) -> list[str]:
    """All columns that were named; of those that were not, those that have any value."""
    is_named = bool(monitor.columns)
    return [name for name, of in missing.items() if is_named or name in monitor.known_levels or min(of) < 1]


def _not_compared(reference: Column, current: Column) -> str:
    """Why a column cannot be compared; empty where it can."""
    for column in (reference, current):
        if isinstance(column, Categories) and len(column.levels) > MAX_LEVELS:
            n_values = int(np.count_nonzero(column.codes != MISSING_CODE))
            if 2 * len(column.levels) > n_values:
                return "nearly every row has a value of its own"
    return ""


def _unknown(monitor: DriftMonitor, name: str, reason: str) -> ColumnDrift:
    return ColumnDrift(
        column=name,
        drift_type=type_of(monitor, name),
        test=None,
        p_adjusted=math.nan,
        threshold=monitor.threshold_of(name),
        status="unknown",
        reason=reason,
    )


def segment_text(said: Mapping[str, str | None]) -> str | None:
    """A segment in the filter language: `environment = production`; None for all rows."""
    return " and ".join(_clause(name, value) for name, value in said.items()) or None


def frames_of_segment(
    monitor: DriftMonitor, reference: Frame, current: Frame, segment: str | None
) -> tuple[Frame, Frame]:
    """Both samples of one segment, as results name it. Raises NotFoundError: there is no such segment."""
    for said, before, now in _segments(monitor, reference, current):
        if segment_text(said) == segment:
            return before, now
    raise NotFoundError(f"the drift monitor {monitor.name!r} has no rows in the segment {segment!r}.")


def _segments(
    monitor: DriftMonitor, reference: Frame, current: Frame
) -> Iterator[tuple[dict[str, str | None], Frame, Frame]]:
    """Both samples segment by segment, the reference with the levels that there may be."""
    known = monitor.known_levels
    before, now = knowing(as_levels(reference, known), known), as_levels(current, known)
    return segments(before, now, limit=monitor.max_segments)


def _clause(name: str, value: str | None) -> str:
    field_, _, key = name.partition(".")
    return clause_of(field_, value, key=key or None)
