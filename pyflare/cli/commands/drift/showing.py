"""What runs of monitors look like in a terminal and as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from rich.table import Table
from rich.text import Text

from pyflare.analytics.drift.judging import effect_of
from pyflare.analytics.drift.result import ColumnDrift, DriftResult
from pyflare.workspace.drift.explain import DriftExplanation
from pyflare.workspace.drift.rows import rows_of, telling_part
from pyflare.workspace.drift.run import MonitorRun

if TYPE_CHECKING:
    from rich.console import Console

STYLES: Final = {"drifted": "bold red", "warning": "yellow", "unknown": "dim", "healthy": "green"}
_SHOWN: Final = 30
"""Columns that are listed; the worst come first."""


def show_run(out: Console, run: MonitorRun) -> None:
    """Print what a monitor found, segment by segment."""
    for found in run.segments:
        trends = {column.column: run.trend(found.segment, column.column) for column in found.result.columns}
        sizes = found.n_reference, found.n_current
        show_result(out, run.monitor.name, found.segment, found.result, sizes=sizes, trends=trends)


def show_result(
    out: Console,
    monitor: str,
    segment: str | None,
    result: DriftResult,
    *,
    sizes: tuple[int, int],
    trends: Mapping[str, str],
) -> None:
    """Print what was found in one segment."""
    where = f" · {segment}" if segment else ""
    counts = f"  {sizes[0]:,} → {sizes[1]:,} rows"
    out.print(Text.assemble((monitor, "bold"), where, "  ", (result.status, STYLES[result.status]), counts))
    shown = result.columns[:_SHOWN]
    if shown:
        out.print(_table(shown, trends))
    if len(result.columns) > len(shown):
        out.print(Text(f"and {len(result.columns) - len(shown)} more columns", style="dim"))
    out.print(Text(result.explanation, style="" if result.is_drifted else "dim"))
    out.print()


def _table(columns: Iterable[ColumnDrift], trends: Mapping[str, str]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("column", "status", "effect", "95 %", "p", "trend", "most"):
        table.add_column(name, justify="right" if name in ("effect", "95 %") else "left")
    for column in columns:
        status = Text(column.status, style=STYLES[column.status])
        table.add_row(Text(column.column), status, *_cells(column, trends.get(column.column, "")))
    return table


def _cells(column: ColumnDrift, trend: str) -> list[Text]:
    part = telling_part(column)
    if part is None:
        return [Text("–"), Text(""), Text(""), Text(""), Text(column.reason, style="dim")]
    most = part.contributions[0] if part.contributions else None
    moved = "" if most is None else f"{most.label}: {most.reference:.3g} → {most.current:.3g}"
    bounds = "" if math.isnan(part.effect.low) else f"{part.effect.low:.3f}–{part.effect.high:.3f}"
    p_value = "" if math.isnan(column.p_adjusted) else f"{column.p_adjusted:.2g}"
    return [Text(f"{effect_of(column):.3f}"), Text(bounds), Text(p_value), Text(trend), Text(moved)]


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
    for name in ("value", "reference", "current", "of the difference", f"{found.metric} carried", "traces"):
        table.add_column(name, justify="left" if name in ("value", "traces") else "right")
    for part in found.parts:
        carried = "" if math.isnan(part.carried) else f"{part.carried:+.4g}"
        table.add_row(
            Text(part.label),
            f"{part.reference:.1%}",
            f"{part.current:.1%}",
            f"{part.contribution:.0%}",
            carried,
            " ".join(part.trace_ids[:2]),
        )
    out.print(table)
    change = found.metric_change
    if change is None:
        out.print(Text(f"{found.metric}: {found.reason}", style="dim"))
        return
    share = (
        "" if math.isnan(found.carried_share) else f"; what moved here carries {found.carried_share:.0%} of the change"
    )
    out.print(Text(f"{found.metric}: {change.reference:.4g} → {change.current:.4g}{share}"))


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
