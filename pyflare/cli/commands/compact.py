"""`pyflare compact`."""

from __future__ import annotations

import pyflare
from pyflare.cli import console, options
from pyflare.workspace.render import units


def compact(*, path: options.Folder = options.DEFAULT_FOLDER) -> None:
    """Move what journals hold into compressed parts. Reading never needs it; it only saves space and time."""
    with pyflare.open(path) as workspace, console.working("compacting"):
        done = workspace.compact()
    out = console.stdout()
    if not done.done:
        out.print(f"nothing done: {done.reason}")
        return
    moved = ", ".join(f"{count:,} {table}" for table, count in done.rows.items() if count)
    segments = units.plural(done.segments, "segment")
    out.print(f"moved {moved} out of {segments}" if moved else "nothing to move")
    if done.merged_parts:
        out.print(f"merged {units.plural(done.merged_parts, 'small part')}")
