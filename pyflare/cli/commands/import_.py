"""`pyflare import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pyflare.cli import console, options
from pyflare.errors import QueryError
from pyflare.interchange.importing import ImportResult, import_files
from pyflare.interchange.readers import ReadOptions
from pyflare.interchange.sniff import ImportFormat
from pyflare.workspace.render import units

_REASONS_SHOWN = 5


def import_(
    files: Annotated[
        list[Path],
        typer.Argument(help="Files or directories of them; gzip and zstd too.", metavar="FILE…", exists=True),
    ],
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    format: Annotated[
        ImportFormat | None, typer.Option("--format", "-f", help="Told from the content where it is left out.")
    ] = None,
    map: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            help="For plain records: a column of predictions, features.NAME or attributes.NAME, and the field it is.",
            metavar="COLUMN=FIELD",
        ),
    ] = None,
    model: Annotated[str | None, typer.Option(help="For plain records: their model, where they name none.")] = None,
    project: Annotated[str, typer.Option(help="The project of records that name none.")] = "default",
) -> None:
    """Bring files in: OTLP, what `export` wrote, Phoenix, Langfuse, or predictions as JSON lines or CSV."""
    chosen = ReadOptions(columns=_columns(map), model=model)
    with console.progress("importing") as progress:
        task = progress.add_task("rows", total=None)
        result = import_files(
            path,
            files,
            format=format or (ImportFormat.RECORDS if map else None),
            options=chosen,
            project=project,
            progress=lambda _, rows: progress.update(task, completed=rows),
        )
    _say(result, path)


def _columns(pairs: list[str] | None) -> dict[str, str]:
    """`column=field` texts as columns by field. Raises QueryError where one has no "="."""
    found = {}
    for pair in pairs or ():
        column, equals, field = pair.partition("=")
        if not equals or not column or not field:
            raise QueryError(f"--map: expected COLUMN=FIELD, got {pair!r}.")
        found[field] = column
    return found


def _say(result: ImportResult, path: Path) -> None:
    out = console.stdout()
    added = ", ".join(f"{units.plural(rows, 'row')} of {table}" for table, rows in result.added.items())
    out.print(f"added {added or 'nothing'} to {path} from {units.plural(result.files, 'file')}", soft_wrap=True)
    if result.known:
        out.print(f"{units.plural(result.known, 'row')} there already", style="dim")
    if result.running:
        out.print(f"{units.plural(result.running, 'span')} left out that had not ended", style="dim")
    refused = sorted(result.refused.items(), key=lambda item: -item[1])
    for reason, count in refused[:_REASONS_SHOWN]:
        out.print(f"{count:,} refused: {reason}", style="yellow", markup=False, soft_wrap=True)
    if len(refused) > _REASONS_SHOWN:
        out.print(f"… and for {len(refused) - _REASONS_SHOWN} more reasons; see the table quarantine", style="yellow")
