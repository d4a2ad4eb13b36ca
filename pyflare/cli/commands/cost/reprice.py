"""`pyflare cost reprice`."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import msgspec
import typer

import pyflare
from pyflare.cli import console, options
from pyflare.workspace.render import grid


def reprice(
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    json: options.Json = False,
) -> None:
    """Price stored calls anew by the prices that count now; those that reported their cost themselves keep it."""
    with pyflare.open(path) as workspace, console.progress("pricing") as progress:
        task = progress.add_task("pricing", total=None)
        found = workspace.costs.reprice(
            dry_run=dry_run, on_part=lambda done, whole: progress.update(task, completed=done, total=whole)
        )
    if json:
        values = {**dataclasses.asdict(found), "difference_micros": found.difference_micros}
        typer.echo(msgspec.json.format(msgspec.json.encode(values)))
        return
    out = console.stdout()
    if found.models:
        models = found.models.values()
        columns: dict[str, list[object]] = {
            "model": [*found.models],
            "calls_count": [model.calls for model in models],
            "newly_priced_count": [model.newly_priced for model in models],
            "before_cost_micros": [model.before_micros for model in models],
            "after_cost_micros": [model.after_micros for model in models],
        }
        out.print(grid.as_rich(grid.columns(columns), width=out.width))
    out.print(found.said(), markup=False)
