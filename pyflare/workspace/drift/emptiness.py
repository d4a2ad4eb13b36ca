"""What is said where a window holds no rows: which it was, and what helps."""

from __future__ import annotations

from pyflare.workspace.drift.frame import Frame
from pyflare.workspace.drift.monitor import DriftMonitor
from pyflare.workspace.drift.periods import period_text


def empty_samples(monitor: DriftMonitor, reference: Frame, current: Frame) -> str:
    """Which of two samples has no rows, what time it is of, and what to do about it; empty where both have some."""
    empty = [
        f"{name} holds no rows{period_text(frame.start_ns, frame.end_ns)}"
        for name, frame in (("the reference", reference), ("the current window", current))
        if not frame.n_rows
    ]
    if not empty:
        return ""
    return f"{', and '.join(empty)}. {_advice(monitor, reference, current)}"


def _advice(monitor: DriftMonitor, reference: Frame, current: Frame) -> str:
    selected = "that meet `where` " if monitor.where or monitor.filters else ""
    if reference.n_rows or not current.n_rows:
        return f"Choose windows with rows {selected}in them (reference, current), or another moment (now)."
    if not monitor.reference.moves:
        return "Choose a reference that has rows."
    return (
        f"Rows {selected}count for it once they are older than the current window, {monitor.current}; "
        'shorter windows have one sooner, such as reference = "6h" with current = "1h".'
    )
