"""`pyflare export`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import typer
from rich.progress import Progress, TaskID

import pyflare
from pyflare.cli import console, options, results
from pyflare.cli.output import Format
from pyflare.workspace import Workspace
from pyflare.workspace.render import units


def export(
    table: Annotated[str, typer.Argument(help="spans, traces, scores, predictions, or any other table.")] = "spans",
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; its name says the format.")] = None,
    format: Annotated[Format | None, typer.Option("--format", "-f", help="jsonl where nothing is said.")] = None,
    columns: Annotated[
        str | None, typer.Option(help="Columns, with commas between them; all where it is left out.")
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
    text: options.Text = None,
    attr: options.Attribute = None,
) -> None:
    """Take the rows of a table out, as JSON lines, CSV, Parquet or Arrow."""
    filters = options.given(
        since=since,
        until=until,
        service=service,
        name=name,
        kind=kind,
        model=model,
        status=status,
        user=user,
        session=session,
        text=text,
        attributes=options.attributes(attr),
    )
    chosen = results.chosen_format(format, output, default=Format.JSONL)
    wanted = [column.strip() for column in columns.split(",")] if columns else None
    with pyflare.open(path) as workspace, console.progress(f"exporting {table}") as progress:
        rows = _export(workspace, table, filters, wanted, chosen, output, progress)
    if output is not None:
        console.stderr().print(f"{units.plural(rows, 'row')} of {table} in {output}")


def _export(
    workspace: Workspace,
    table: str,
    filters: dict[str, Any],
    columns: list[str] | None,
    format: Format,
    path: Path | None,
    progress: Progress,
) -> int:
    """Write the rows; returns how many there were."""
    task = progress.add_task(table, total=None)
    with workspace.stream(table, columns=columns, **filters) as reader:
        results.save(_counted(reader, progress, task), reader.schema, format, path)
    return int(progress.tasks[task].completed)


def _counted(reader: pa.RecordBatchReader, progress: Progress, task: TaskID) -> Iterator[pa.RecordBatch]:
    for batch in reader:
        yield batch
        progress.advance(task, batch.num_rows)
