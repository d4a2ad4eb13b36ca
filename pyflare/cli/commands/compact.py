"""`pyflare compact`."""

from __future__ import annotations

from typing import Annotated

import typer

import pyflare
from pyflare.cli import console, options
from pyflare.workspace.render import units


def compact(
    *,
    vectors: Annotated[
        bool, typer.Option("--vectors", help="Move all embeddings into LanceDB, too, and index large tables of them.")
    ] = False,
    path: options.Folder = options.DEFAULT_FOLDER,
) -> None:
    """Move what journals hold into compressed parts. Reading never needs it; it only saves space and time."""
    with pyflare.open(path) as workspace, console.working("compacting"):
        done = workspace.compact()
        indexed = workspace.index_vectors() if vectors else None
    out = console.stdout()
    if not done.done:
        out.print(f"nothing done: {done.reason}")
        return
    moved = ", ".join(units.plural(count, table.removesuffix("s")) for table, count in done.rows.items() if count)
    segments = units.plural(done.segments, "segment")
    out.print(f"moved {moved} out of {segments}" if moved else "nothing to move")
    if indexed is not None:
        out.print(f"moved {units.plural(indexed, 'embedding')} into LanceDB")
    if done.merged_parts:
        out.print(f"merged {units.plural(done.merged_parts, 'small part')}")
