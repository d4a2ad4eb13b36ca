"""`pyflare drift explain`."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

import pyflare
from pyflare.cli import console, options
from pyflare.cli.commands.drift import options as own


def explain(
    monitor: own.Monitor,
    column: Annotated[
        str | None, typer.Argument(help="One of its columns; the worst of its latest run without.")
    ] = None,
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    segment: Annotated[str | None, typer.Option("--segment", help="The segment, as results name it.")] = None,
    metric: Annotated[
        str,
        typer.Option("--metric", help="error, latency, cost or tokens of the traces; score.NAME; a column of numbers."),
    ] = "error",
    json: options.Json = False,
) -> None:
    """Say which values moved in the latest run, in which traces, and what of a metric's change they carry."""
    from pyflare.cli.commands.drift.showing import explanation_value, show_explanation

    with pyflare.open(path) as workspace, console.working("comparing"):
        found = workspace.drift.explain(monitor, column, segment=segment, metric=metric)
    if json:
        typer.echo(msgspec.json.format(msgspec.json.encode(explanation_value(found))))
        return
    show_explanation(console.stdout(), found)
