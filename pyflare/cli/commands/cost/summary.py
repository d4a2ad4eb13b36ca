"""`pyflare cost`."""

from __future__ import annotations

import dataclasses

import msgspec
import typer
from rich.table import Table
from rich.text import Text

import pyflare
from pyflare.cli import console, options


def summary(
    ctx: typer.Context,
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    since: options.Since = None,
    until: options.Until = None,
    where: options.Where = None,
    json: options.Json = False,
) -> None:
    """Say what was spent, and what of it was lost on failures and retries."""
    if ctx.invoked_subcommand is not None:
        ctx.default_map = {ctx.invoked_subcommand: {"path": str(path)}}  # wherever --path stands it is the folder
        return
    with pyflare.open(path) as workspace, console.working("adding up"):
        costs = workspace.costs
        found = costs.summary(since=since, until=until, where=where or "")
        advice = costs.advice(found)
    if json:
        typer.echo(msgspec.json.format(msgspec.json.encode(dataclasses.asdict(found))))
        return
    out = console.stdout()
    if not found.calls:
        is_filtered = since or until or where
        out.print(
            f"no calls of models{' meet this' if is_filtered else ': spans with a model and its tokens'}", style="dim"
        )
        return
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for name, text in found.lines():
        table.add_row(Text(name, style="bold"), Text(text))
    out.print(table)
    if advice:
        out.print(Text(advice, style="yellow"))
