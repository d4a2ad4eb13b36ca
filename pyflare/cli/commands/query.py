"""`pyflare query`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

import pyflare
from pyflare.cli import console, options, results
from pyflare.interchange.tabular import Format
from pyflare.workspace import Rows


def query(
    sql: Annotated[
        str, typer.Argument(help='A SELECT, EXPLAIN, DESCRIBE, SHOW or SUMMARIZE statement; "-" reads it from stdin.')
    ],
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    format: Annotated[Format | None, typer.Option("--format", "-f", help="table where nothing is said.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to a file; its name says the format.")
    ] = None,
) -> None:
    """Ask the folder in SQL. The tables: spans, traces, scores, predictions, …; SHOW TABLES lists them."""
    chosen = results.chosen_format(format, output, default=Format.TABLE)
    with pyflare.open(path) as workspace:
        table = workspace.sql(sys.stdin.read() if sql == "-" else sql)
    if chosen is not Format.TABLE:
        results.save(table.to_batches(), table.schema, chosen, output)
    elif table.column_names == ["explain_key", "explain_value"]:
        console.stdout().print(*table["explain_value"].to_pylist(), markup=False)
    else:
        results.show(Rows(table))
