"""What runs of monitors look like in a terminal and as JSON."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from rich.table import Table
from rich.text import Text

from pyflare.workspace.drift.explanation import DriftExplanation
from pyflare.workspace.drift.rows import rows_of
from pyflare.workspace.drift.run import MonitorRun

if TYPE_CHECKING:
    from rich.console import Console

STYLES: Final = {"drifted": "bold red", "warning": "yellow", "unknown": "dim", "healthy": "green"}
_SHOWN: Final = 8
"""So much of a trace's id is shown: commands find it by that."""


def run_value(run: MonitorRun) -> dict[str, Any]:
    """A run as JSON has it: what is known of it in all, and the rows that it wrote."""
    rows = [{name: _plain(value) for name, value in row.items() if name != "drift_id"} for row in rows_of(run)]
    return {
        "monitor": run.monitor.name,
        "run_id": run.run_id,
        "status": run.status,
        "look": run.look,
        "alpha": run.alpha,
        "timestamp": run.at.isoformat(),
        "rows": rows,
    }


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        import msgspec

        return msgspec.json.decode(value)
    return value


def show_explanation(out: Console, found: DriftExplanation) -> None:
    """Print which values moved, their traces, and what of the metric's change they carry."""
    where = f" · {found.segment}" if found.segment else ""
    out.print(
        Text.assemble((f"{found.drift.column}{where}", "bold"), "  ", (found.drift.status, STYLES[found.drift.status]))
    )
    out.print(Text(found.drift.reason))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("value", "reference", "current", "of the difference", found.metric, "by share", "within", "traces"):
        table.add_column(name, justify="left" if name in ("value", "traces") else "right")
    for part in found.parts:
        table.add_row(
            Text(part.label),
            f"{part.reference:.1%}",
            f"{part.current:.1%}",
            f"{part.contribution:.0%}",
            "" if found.metric_change is None else f"{part.metric_reference:.3g} → {part.metric_current:.3g}",
            "" if math.isnan(part.carried) else f"{part.carried:+.3g}",
            "" if math.isnan(part.within) else f"{part.within:+.3g}",
            " ".join(trace_id[:_SHOWN] for trace_id in part.trace_ids[:2]),
        )
    out.print(table)
    change = found.metric_change
    if change is not None:
        share = (
            "" if math.isnan(found.carried_share) else f"; moved shares carry {found.carried_share:.0%} of the change"
        )
        out.print(Text(f"{found.metric}: {change.reference:.4g} → {change.current:.4g}{share}"))
    if found.reason:
        out.print(
            Text(
                found.reason if change is not None else f"The change of {found.metric} cannot be told: {found.reason}",
                style="dim",
            )
        )


def explanation_value(found: DriftExplanation) -> dict[str, Any]:
    """An explanation as JSON has it."""
    change = found.metric_change
    return {
        "monitor": found.monitor,
        "segment": found.segment,
        "column": found.drift.column,
        "status": found.drift.status,
        "reason": found.drift.reason,
        "parts": [{name: _known(getattr(part, name)) for name in part.__slots__} for part in found.parts],
        "metric": {
            "name": found.metric,
            "reference": None if change is None else change.reference,
            "current": None if change is None else change.current,
            "carried": None if change is None else change.carried,
            "carried_share": _known(found.carried_share),
            "reason": found.reason,
        },
        "trace_ids": found.trace_ids,
    }


def _known(value: object) -> object:
    return None if isinstance(value, float) and math.isnan(value) else value
