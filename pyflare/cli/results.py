"""Showing rows to people, and writing them where they were asked to go."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from pyflare.cli import console
from pyflare.errors import DataError
from pyflare.interchange import tabular
from pyflare.interchange.tabular import Format
from pyflare.interchange.targets import writing
from pyflare.workspace import Rows
from pyflare.workspace.render import grid

_MOST_ROWS = 1000
"""Rows that a table shows; other formats have all of them."""


def show(rows: Rows, *, columns: Callable[[Rows], list[grid.Column]] | None = None, nothing: str = "no rows") -> None:
    """Print rows as a table.

    Args:
        rows: The rows.
        columns: Makes the columns to show of the first rows; all of theirs where it is None.
        nothing: What is said where there are none.
    """
    out = console.stdout()
    if not len(rows):
        out.print(nothing, style="dim", markup=False)
        return
    shown = rows.head(_MOST_ROWS) if columns is None else columns(rows[:_MOST_ROWS])
    out.print(grid.as_rich(shown, width=out.width))
    out.print(grid.footer(shown, total=len(rows), width=out.width), style="dim", markup=False)


def chosen_format(format: Format | None, path: Path | None, *, default: Format) -> Format:
    """The format to write: the one asked for, else the one the file's name says, else the default.

    Raises:
        DataError: The file's name says none, a file cannot hold a drawn table, or a terminal cannot show the format.
    """
    chosen = format or (default if path is None else tabular.format_of(path))
    if path is None and chosen in tabular.BINARY and sys.stdout.isatty():
        raise DataError(f"expected a file or a pipe for {chosen}, got a terminal. Hint: -o rows.{chosen}")
    if chosen is Format.TABLE and (path is not None or default is not Format.TABLE):
        raise DataError("expected csv, json, jsonl, arrow or parquet, got table, which is only for looking at.")
    return chosen


def save(batches: tabular.Batches, schema: pa.Schema, format: Format, path: Path | None) -> None:
    """Write rows to a file, which appears when it is whole, or to standard output."""
    if path is None:
        tabular.write(batches, schema, format, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    with writing(path) as file:
        tabular.write(batches, schema, format, file)
