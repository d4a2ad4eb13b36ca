"""`pyflare cost what-if`."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import msgspec
import typer

import pyflare
from pyflare.cli import console, options
from pyflare.workspace.what_if import Change


def what_if(
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    model: Annotated[str | None, typer.Option("--model", help="The model that would be called.")] = None,
    provider: Annotated[str | None, typer.Option("--provider", help="Who would serve it, such as openai.")] = None,
    instead_of: Annotated[str | None, typer.Option("--instead-of", help="Only calls of this model change.")] = None,
    cache_rate: Annotated[
        float | None, typer.Option("--cache-rate", help="Share of plain input read from a cache, 0 to 1.")
    ] = None,
    traffic: Annotated[float, typer.Option("--traffic", help="How many times as many calls.")] = 1.0,
    since: options.Since = "30d",
    until: options.Until = None,
    where: options.Where = None,
    json: options.Json = False,
) -> None:
    """Say what the same calls would have cost with another model, another cache rate, or more traffic."""
    change = Change(model=model, provider=provider, instead_of=instead_of, cache_rate=cache_rate, traffic=traffic)
    with pyflare.open(path) as workspace, console.working("adding up"):
        found = workspace.costs.what_if(change, since=since, until=until, where=where or "")
    if json:
        assumed = {"ratio": found.ratio, "assumptions": change.assumptions}
        typer.echo(msgspec.json.format(msgspec.json.encode({**dataclasses.asdict(found), **assumed})))
        return
    out = console.stdout()
    for line in found.lines():
        out.print(line, markup=False)
