"""Rows as a table: for a terminal, a pipe or a notebook."""

from __future__ import annotations

import html
import io
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from pyflare.workspace.render import units

_ID_DIGITS: Final = 12
"""Digits of an id that are shown: enough to find it again by."""
_CELL_CHARS: Final = 200
_LEAST_CELLS: Final = 16
"""Long text is cut to no less."""
_GAP: Final = 2
"""Cells between columns."""
_IDS: Final = ("trace_id", "span_id", "parent_span_id", "root_span_id", "score_id", "embedding_id", "evaluation_id")

_FORMATS: Final[tuple[tuple[tuple[str, ...], str, Callable[[Any], str]], ...]] = (
    (("_ns",), "right", units.duration),
    (("cost_micros",), "right", units.cost),
    (("_tokens", "_count"), "right", units.count),
    (("size_bytes",), "right", units.size),
    (_IDS, "left", lambda value: str(value)[:_ID_DIGITS]),
)
"""How a column is shown, by the end of its name, where the value's type does not say enough."""

_STYLES: Final = {"error": "red", "died": "red", "running": "yellow", "ok": "green"}
_MARK_STYLES: Final = {"✗ ": "red", "† ": "red", "▸ ": "yellow"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column, ready to be shown."""

    title: str
    cells: list[str]
    is_number: bool


def columns(values: Mapping[str, Sequence[Any]]) -> list[Column]:
    """Columns of Python values as columns of text."""
    return [_column(name, cells) for name, cells in values.items()]


def _column(name: str, values: Sequence[Any]) -> Column:
    title = name.removesuffix("_ns") if name.endswith("_ns") else name.removesuffix("_micros")
    for suffixes, side, form in _FORMATS:
        if name.endswith(suffixes) and all(value is None or isinstance(value, int | float | str) for value in values):
            cells = [units.ABSENT if value is None else form(value) for value in values]
            return Column(title, cells, side == "right")
    numbers = any(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    return Column(name, [_cell(value) for value in values], numbers)


def _cell(value: object) -> str:
    match value:
        case None:
            return units.ABSENT
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return f"{value:.6g}"
        case datetime():
            return units.moment(value)
        case str():
            return units.one_line(value, _CELL_CHARS)
        case list() if all(isinstance(item, str) for item in value):
            return units.one_line(", ".join(value), _CELL_CHARS)
        case _:
            return units.one_line(json.dumps(value, default=str, ensure_ascii=False), _CELL_CHARS)


def as_rich(shown: Sequence[Column], *, width: int) -> Table:
    """The columns that fit the width as a rich table; `footer` names those left out."""
    widths = _widths(shown, width)
    fitting = shown[: len(widths)]
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False, header_style="bold")
    for column, cells in zip(fitting, widths, strict=True):
        side: JustifyMethod = "right" if column.is_number else "left"
        table.add_column(column.title, justify=side, no_wrap=True, overflow="ellipsis", width=cells)
    for row in zip(*(column.cells for column in fitting), strict=True):
        table.add_row(*map(_styled, row))
    return table


def footer(shown: Sequence[Column], *, total: int, width: int) -> str:
    """One line: how many rows there are, and which columns did not fit."""
    rows = len(shown[0].cells) if shown else total
    counted = units.plural(total, "row") if rows == total else f"{rows:,} of {units.plural(total, 'row')}"
    left_out = [column.title for column in shown[len(_widths(shown, width)) :]]
    more = f" · {units.plural(len(left_out), 'more column')}: {', '.join(left_out)}" if left_out else ""
    return units.one_line(counted + more, width)


def _styled(cell: str) -> Text:
    style = _STYLES.get(cell) or _MARK_STYLES.get(cell[:2]) or ("dim" if cell == units.ABSENT else "")
    return Text(cell, style=style)


def _widths(shown: Sequence[Column], width: int) -> list[int]:
    """Cells for each column, for as many from the left as fit; long text is cut to what is left over."""
    natural = [max(map(cell_len, (column.title, *column.cells))) for column in shown]
    widths: list[int] = []
    left = width + _GAP
    for cells in natural:
        least = min(cells, _LEAST_CELLS)
        if left < least + _GAP:
            break
        widths.append(least)
        left -= least + _GAP
    for index, cells in enumerate(widths):
        more = min(natural[index] - cells, left)
        widths[index] += more
        left -= more
    return widths or [width]


def as_text(shown: Sequence[Column], *, total: int | None = None, width: int = 120) -> str:
    """The table as plain text, with a last line that says how many rows there are where a total is given."""
    if not shown or not shown[0].cells:
        return "no rows"
    console = Console(file=io.StringIO(), width=width, color_system=None, highlight=False, force_jupyter=False)
    with console.capture() as captured:
        console.print(as_rich(shown, width=width))
    lines = [line.rstrip() for line in captured.get().splitlines()]
    return "\n".join(lines if total is None else [*lines, footer(shown, total=total, width=width)])


def as_html(shown: Sequence[Column], *, total: int | None = None) -> str:
    """The table as HTML for a notebook, with a last line as `as_text` has."""
    if not shown or not shown[0].cells:
        return "<em>no rows</em>"
    head = "".join(f"<th style='text-align:left'>{html.escape(column.title)}</th>" for column in shown)
    rows = "".join(
        "<tr>" + "".join(_html_cell(column, index) for column in shown) + "</tr>"
        for index in range(len(shown[0].cells))
    )
    count = "" if total is None else html.escape(footer(shown, total=total, width=sys.maxsize))
    return (
        f"<div style='overflow-x:auto'><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        f"<div style='opacity:.6'>{count}</div></div>"
    )


def _html_cell(column: Column, index: int) -> str:
    side = "right" if column.is_number else "left"
    return f"<td style='text-align:{side};white-space:nowrap'>{html.escape(column.cells[index])}</td>"
