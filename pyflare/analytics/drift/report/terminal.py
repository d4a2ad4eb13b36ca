"""A report as a table for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyflare.analytics.drift.report import words
from pyflare.analytics.drift.result import ColumnDrift

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from pyflare.analytics.drift.report.report import DriftReport

_WRAPPED: Final = {"Column": 36, "What moved most": 60}
"""Columns whose text takes several lines where it is long, and how wide they are at most."""
_STYLES: Final = {"drifted": "bold red", "warning": "yellow", "unknown": "dim", "healthy": "green"}


def table(report: DriftReport) -> RenderableType:
    """A line of what was found in all, and one for each column, the worst first."""
    from rich.console import Group
    from rich.text import Text

    result = report.result
    head = Text.assemble(
        (report.title, "bold"), "  ", (result.status, _STYLES[result.status]), f"  {words.tally(result.columns)}"
    )
    facts = f"{report.reference} against {report.current}; {result.detected_at:%Y-%m-%d %H:%M} UTC; alpha {result.alpha:.3g}"
    return Group(head, Text(facts, style="dim"), _columns(report), Text(result.explanation))


def _columns(report: DriftReport) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    shown = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for heading in ("Column", "Status", "Effect", "Interval", "From", "p adjusted", "What moved most"):
        is_number = heading in ("Effect", "From", "p adjusted")
        shown.add_column(
            heading,
            justify="right" if is_number else "left",
            no_wrap=heading not in _WRAPPED,
            overflow="fold",
            max_width=_WRAPPED.get(heading),
        )
    for column in report.result.columns:
        shown.add_row(*_cells(column))
    return shown


def _cells(column: ColumnDrift) -> tuple[RenderableType, ...]:
    from rich.text import Text

    found = words.deciding(column)
    return (
        Text(column.column),
        Text(column.status, style=_STYLES[column.status]),
        words.effect(found.effect.value) if found else words.ABSENT,
        words.interval(found) if found else "",
        words.effect(column.threshold),
        words.p_value(column.p_adjusted) if found else words.ABSENT,
        Text(column.reason if column.status == "unknown" else words.moved_most(column)),
    )
