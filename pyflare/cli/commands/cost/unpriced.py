"""`pyflare cost unpriced`."""

from __future__ import annotations

import dataclasses

import msgspec
import typer

import pyflare
from pyflare.cli import console, options
from pyflare.workspace.render import grid


def unpriced(
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    since: options.Since = None,
    until: options.Until = None,
    where: options.Where = None,
    json: options.Json = False,
) -> None:
    """List the models whose calls have tokens and no price, and why."""
    with pyflare.open(path) as workspace, console.working("looking"):
        found = workspace.costs.unpriced(since=since, until=until, where=where or "")
    if json:
        typer.echo(msgspec.json.format(msgspec.json.encode([dataclasses.asdict(each) for each in found])))
        return
    out = console.stdout()
    if not found:
        out.print("every call has a price", style="green")
        return
    columns: dict[str, list[object]] = {
        "provider": [each.provider for each in found],
        "model": [each.model_id for each in found],
        "calls_count": [each.calls for each in found],
        "input_tokens": [each.input_tokens for each in found],
        "output_tokens": [each.output_tokens for each in found],
        "last": [each.last for each in found],
        "why": [each.reason for each in found],
    }
    out.print(grid.as_rich(grid.columns(columns), width=out.width))
