"""`pyflare cost what-if`."""

from __future__ import annotations

import dataclasses
import time
from typing import Annotated

import msgspec
import typer

import pyflare
from pyflare.cli import console, options
from pyflare.pricing import Prices
from pyflare.store.times import unix_ns
from pyflare.workspace.scope import Scope
from pyflare.workspace.what_if import Change, read_what_if


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
    now_ns = time.time_ns()
    scope = Scope(
        now_ns=now_ns,
        since_ns=None if since is None else unix_ns(since, now_ns=now_ns, argument="--since"),
        until_ns=None if until is None else unix_ns(until, now_ns=now_ns, argument="--until"),
        filter=where or "",
    )
    change = Change(model=model, provider=provider, instead_of=instead_of, cache_rate=cache_rate, traffic=traffic)
    with pyflare.open(path) as workspace, console.working("adding up"):
        found = read_what_if(workspace.engine, scope, change, Prices.load(path))
    if json:
        assumed = {"ratio": found.ratio, "assumptions": change.assumptions}
        typer.echo(msgspec.json.format(msgspec.json.encode({**dataclasses.asdict(found), **assumed})))
        return
    out = console.stdout()
    for line in found.lines():
        out.print(line, markup=False)
