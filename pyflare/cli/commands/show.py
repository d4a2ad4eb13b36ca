"""`pyflare show`."""

from __future__ import annotations

import json as json_
from typing import Annotated

import typer

import pyflare
from pyflare.cli import console, options
from pyflare.workspace.render import tree


def show(
    trace: Annotated[str, typer.Argument(help="A trace's id, or its beginning.")],
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    full: Annotated[bool, typer.Option("--full", help="Input and output of every span, and every span.")] = False,
    json: options.Json = False,
) -> None:
    """Show one trace as a tree."""
    with pyflare.open(path) as workspace:
        found = workspace.trace(trace)
    if json:
        typer.echo(json_.dumps(found.to_dict(), default=str, ensure_ascii=False, indent=2))
        return
    out = console.stdout()
    most = len(found) if full else tree.MOST_SPANS
    out.print(tree.as_rich(found, width=out.width, content=full, most=most))
