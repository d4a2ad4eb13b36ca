"""`pyflare cost by`."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import msgspec
import typer

import pyflare
from pyflare.cli import console, options
from pyflare.workspace.render import grid


def by(
    dimension: Annotated[
        str,
        typer.Argument(
            help="model, provider, user, session, feature, environment, team, service, tenant, tag, …; "
            "attribute:NAME for any attribute."
        ),
    ] = "model",
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    since: options.Since = None,
    until: options.Until = None,
    where: options.Where = None,
    limit: options.Limit = 20,
    json: options.Json = False,
) -> None:
    """Say what was spent by model, user, feature, tag, or anything else that calls have in common."""
    with pyflare.open(path) as workspace, console.working("adding up"):
        found = workspace.costs.by(
            dimension, since=since, until=until, where=where or "", limit=options.rows_limit(limit)
        )
    if json:
        typer.echo(msgspec.json.format(msgspec.json.encode(dataclasses.asdict(found))))
        return
    out = console.stdout()
    if not len(found):
        out.print("no calls of models", style="dim")
        return
    shares = [found.share(line) for line in found]
    columns: dict[str, list[object]] = {
        dimension: ["(none)" if line.value is None else line.value for line in found],
        "cost_micros": [line.cost_micros for line in found],
        "share": ["–" if share is None else f"{share:.1%}" for share in shares],
        "calls_count": [line.calls for line in found],
        "unpriced_count": [line.unpriced_calls for line in found],
        "input_tokens": [line.input_tokens for line in found],
        "output_tokens": [line.output_tokens for line in found],
        "failed_cost_micros": [line.failed_cost_micros for line in found],
    }
    out.print(grid.as_rich(grid.columns(columns), width=out.width))
