"""`pyflare show`."""

from __future__ import annotations

import json as json_
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

import pyflare
from pyflare.cli import console, options
from pyflare.errors import NotFoundError
from pyflare.workspace import Trace, Workspace
from pyflare.workspace.render import grid, mapping_grid, tree, units


def show(
    trace: Annotated[
        str | None, typer.Argument(help="A trace's id, or its beginning; the newest trace without.")
    ] = None,
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    full: Annotated[bool, typer.Option("--full", help="Input and output of every span, and every span.")] = False,
    mapping: Annotated[
        bool, typer.Option("--mapping", help="For each span, which column came from which attribute of which dialect.")
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write it into a page to send to somebody: it needs no server."),
    ] = None,
    redact: Annotated[
        bool, typer.Option("--redact", help="With --html: hide what looks like a secret or a person's data.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Show one trace as a tree, or write it into a page of its own."""
    if redact and html is None:
        raise typer.BadParameter("it goes with --html FILE.", param_hint="--redact")
    with pyflare.open(path) as workspace:
        trace = trace or _newest(workspace)
        if html is not None:
            _write_page(workspace, trace, html, redact=redact)
            return
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


def _newest(workspace: Workspace) -> str:
    """The id of the trace that began last. Raises NotFoundError: there is none."""
    for row in workspace.traces(limit=1):
        return str(row["trace_id"])
    raise NotFoundError("there are no traces yet.")


def _write_page(workspace: Workspace, trace: str, file: Path, *, redact: bool) -> None:
    from pyflare.server.api.share_document import as_html
    from pyflare.workspace.share import read_shared

    shared = read_shared(workspace.engine, trace, redact=redact)
    file.write_bytes(as_html(workspace.engine, shared))
    left_out = [
        units.plural(count, noun)
        for count, noun in ((shared.left_out.spans, "span"), (shared.left_out.contents, "shortened content"))
        if count
    ]
    lacking = f", without the content of {' and '.join(left_out)}" if left_out else ""
    console.stdout().print(f"{file}: trace {shared.located.trace_id}{lacking}", highlight=False, markup=False)


def _mappings(trace: Trace) -> list[dict[str, Any]]:
    return [
        {"span_id": span.span_id, "name": span.name, "columns": [asdict(source) for source in span.mapping()]}
        for _, span in trace.walk()
    ]
