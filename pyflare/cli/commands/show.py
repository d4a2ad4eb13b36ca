"""`pyflare show`."""

from __future__ import annotations

import json as json_
from dataclasses import asdict
from typing import Annotated, Any

import typer

import pyflare
from pyflare.cli import console, options
from pyflare.workspace import Trace
from pyflare.workspace.render import grid, mapping_grid, tree


def show(
    trace: Annotated[str, typer.Argument(help="A trace's id, or its beginning.")],
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    full: Annotated[bool, typer.Option("--full", help="Input and output of every span, and every span.")] = False,
    mapping: Annotated[
        bool, typer.Option("--mapping", help="For each span, which column came from which attribute of which dialect.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Show one trace as a tree."""
    with pyflare.open(path) as workspace:
        found = workspace.trace(trace)
    if json:
        document = _mappings(found) if mapping else found.to_dict()
        typer.echo(json_.dumps(document, default=str, ensure_ascii=False, indent=2))
        return
    out = console.stdout()
    if mapping:
        for _, span in found.walk():
            out.print(f"{span.name}  {span.span_id}", style="bold", markup=False)
            out.print(grid.as_rich(mapping_grid.columns(span.mapping()), width=out.width))
        return
    most = len(found) if full else tree.MOST_SPANS
    out.print(tree.as_rich(found, width=out.width, content=full, most=most))


def _mappings(trace: Trace) -> list[dict[str, Any]]:
    return [
        {"span_id": span.span_id, "name": span.name, "columns": [asdict(source) for source in span.mapping()]}
        for _, span in trace.walk()
    ]
