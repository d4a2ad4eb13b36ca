"""`pyflare cost forecast`."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import msgspec
import typer

import pyflare
from pyflare.cli import console, options


def forecast(
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    days: Annotated[int, typer.Option("--days", help="Days, beginning with today.", min=1, max=365)] = 30,
    model: options.Model = None,
    where: options.Where = None,
    json: options.Json = False,
) -> None:
    """Forecast spend to the end of the month and for days to come, and say how wrong such forecasts were. Needs the extra `forecast`."""
    with pyflare.open(path) as workspace, console.working("looking ahead"):
        found = workspace.costs.forecast(days, models=model or (), where=where or "")
    if json:
        typer.echo(msgspec.json.format(msgspec.json.encode(dataclasses.asdict(found))))
        return
    out = console.stdout()
    for line in found.lines():
        out.print(line, markup=False)
