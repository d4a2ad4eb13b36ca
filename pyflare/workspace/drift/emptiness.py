"""What is said where samples hold no rows, or too few to compare: which it was, how many are needed, and what helps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pyflare.workspace.drift.frame import Frame
from pyflare.workspace.drift.monitor import DriftMonitor
from pyflare.workspace.drift.periods import period_text

if TYPE_CHECKING:
    from pyflare.workspace.drift.comparing import SegmentDrift
    from pyflare.workspace.drift.run import MonitorRun
    from pyflare.workspace.drift.units import Units

_NAMES: Final = ("the reference", "the current window")


def empty_samples(monitor: DriftMonitor, reference: Frame, current: Frame) -> str:
    """Which of two samples has no rows, what time it is of, and what to do about it; empty where both have some."""
    empty = [
        f"{name} holds no rows{period_text(frame.start_ns, frame.end_ns)}"
        for name, frame in zip(_NAMES, (reference, current), strict=True)
        if not frame.n_rows
    ]
    if not empty:
        return ""
    return f"{', and '.join(empty)}. {_advice(monitor, reference, current)}"


def _advice(monitor: DriftMonitor, reference: Frame, current: Frame) -> str:
    selected = f"{_selected(monitor)} " if _selected(monitor) else ""
    if reference.n_rows or not current.n_rows:
        return f"Choose windows with rows {selected}in them (reference, current), or another moment (now)."
    if not monitor.reference.moves:
        return "Choose a reference that has rows."
    return (
        f"Rows {selected}count for it once they are older than the current window, {monitor.current}; "
        'shorter windows have one sooner, such as reference = "6h" with current = "1h".'
    )


def _selected(monitor: DriftMonitor) -> str:
    return "that meet `where`" if monitor.where or monitor.filters else ""


def said_once(run: MonitorRun, too_few: Units | None) -> MonitorRun:
    """The run, with one sentence in place of columns that are all unknown, wherever there are too few rows for any.

    Args:
        run: What was found.
        too_few: All observations that there are, where these are too few for any windows.
    """
    if too_few is None or run.status != "unknown":
        return replace(run, segments=tuple(_of_few(run.monitor, found) for found in run.segments))
    first = _silenced(run.segments[0], _too_few_in_all(run.monitor, too_few))
    return replace(run, segments=(replace(first, segment=None),))


def _of_few(monitor: DriftMonitor, found: SegmentDrift) -> SegmentDrift:
    sizes = found.n_reference, found.n_current
    if found.result.status != "unknown" or min(sizes) >= monitor.min_rows:
        return found
    return _silenced(found, _too_few(monitor, *sizes) if min(sizes) else found.result.explanation)


def _silenced(found: SegmentDrift, said: str) -> SegmentDrift:
    return replace(found, result=replace(found.result, columns=(), explanation=said))


def _too_few(monitor: DriftMonitor, reference: int, current: int) -> str:
    return (
        f"There is too little to compare: {_counted(monitor, reference)} in the reference and {current:,} in the "
        f"current window, and each needs {monitor.min_rows} (min_rows)."
    )


def _too_few_in_all(monitor: DriftMonitor, found: Units) -> str:
    n_found, selected = found.last.size, _selected(monitor)
    if not n_found:
        return f"There is nothing to compare: no {monitor.table} {selected or 'yet'}."
    valued = f", {found.most:,} of them with a value to compare" if found.most < n_found else ""
    return (
        f"There is too little to compare: {_counted(monitor, n_found)}{f' {selected}' if selected else ''}{valued}. "
        f"The reference needs {monitor.min_rows} and the current window as many (min_rows)."
    )


def _counted(monitor: DriftMonitor, count: int) -> str:
    """So many observations, by the name of what counts as one."""
    unit = monitor.table[:-1] if monitor.counted_by == "row" else monitor.counted_by
    return f"{count:,} {unit}{'' if count == 1 else 's'}"
