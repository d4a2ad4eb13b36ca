"""`pyflare export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, TaskID

import pyflare
from pyflare.cli import console, options
from pyflare.interchange.export import ExportResult
from pyflare.interchange.export import export as export_tables
from pyflare.interchange.formats import ExportFormat
from pyflare.workspace.render import units


def export(
    tables: Annotated[
        list[str] | None,
        typer.Argument(
            help="spans, traces, scores, predictions, or any other table. All of them where the output can hold them.",
            metavar="[TABLE]…",
        ),
    ] = None,
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="A file, whose name says the format, or a directory for a file for each table."
        ),
    ] = None,
    format: Annotated[
        ExportFormat | None,
        typer.Option("--format", "-f", help="jsonl where nothing is said, parquet for a directory."),
    ] = None,
    columns: Annotated[
        str | None, typer.Option(help="Columns, with commas between them; all that are stored where it is left out.")
    ] = None,
    since: options.Since = None,
    until: options.Until = None,
    service: options.Service = None,
    name: options.Name = None,
    kind: options.Kind = None,
    model: options.Model = None,
    status: options.Status = None,
    user: options.User = None,
    session: options.Session = None,
    trace: Annotated[
        list[str] | None, typer.Option("--trace", help="A trace's whole id.", rich_help_panel="Filters")
    ] = None,
    text: options.Text = None,
    attr: options.Attribute = None,
    where: options.Where = None,
) -> None:
    """Take tables out, all of one moment: Parquet, Arrow, DuckDB, JSON lines, CSV, or OTLP."""
    filters = options.given(
        where=where,
        since=since,
        until=until,
        service=service,
        name=name,
        kind=kind,
        model=model,
        status=status,
        user=user,
        session=session,
        trace_id=trace,
        text=text,
        attributes=options.attributes(attr),
    )
    wanted = [column.strip() for column in columns.split(",")] if columns else None
    with pyflare.open(path) as workspace, console.progress("exporting") as progress:
        result = export_tables(
            workspace,
            output,
            format=format,
            tables=tables,
            columns=wanted,
            filters=filters,
            progress=_Shown(progress).update,
        )
    if output is not None:
        console.stderr().print(_summary(result, output), soft_wrap=True)


class _Shown:
    """Progress with a line for each table."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def update(self, table: str, rows: int, total: int | None) -> None:
        """Show how far a table is."""
        if table not in self._tasks:
            self._tasks[table] = self._progress.add_task(table, total=total)
        self._progress.update(self._tasks[table], completed=rows, total=total)


def _summary(result: ExportResult, output: Path) -> str:
    counts = ", ".join(f"{units.plural(rows, 'row')} of {table}" for table, rows in result.rows.items() if rows)
    return f"{counts or 'no rows'} in {output}"
