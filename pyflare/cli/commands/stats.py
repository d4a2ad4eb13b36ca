"""`pyflare stats`."""

from __future__ import annotations

import dataclasses

import msgspec
import typer

import pyflare
from pyflare.cli import console, options
from pyflare.workspace.render import grid


def stats(*, path: options.Folder = options.DEFAULT_FOLDER, json: options.Json = False) -> None:
    """Say how much the folder holds, by table, and who writes to it."""
    with pyflare.open(path) as workspace:
        found = workspace.stats()
    if json:
        values = {**dataclasses.asdict(found), "path": str(found.path), "size_bytes": found.size_bytes}
        typer.echo(msgspec.json.format(msgspec.json.encode(values)))
        return
    out = console.stdout()
    out.print(str(found.path), style="bold", markup=False)
    out.print(grid.as_rich(found.columns(), width=out.width))
    for line in found.lines():
        out.print(line, markup=False)
