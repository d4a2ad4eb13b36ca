"""`pyflare cost prices`."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Annotated

import msgspec
import typer
from rich.table import Table

import pyflare
from pyflare.cli import console, options
from pyflare.pricing import Usage


def prices(
    model: Annotated[str | None, typer.Argument(help="A model, such as gpt-4o; without one your own prices.")] = None,
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    provider: Annotated[str | None, typer.Option("--provider", help="Who serves it, such as openai.")] = None,
    tier: Annotated[str | None, typer.Option("--tier", help="batch, flex, priority, ….")] = None,
    json: options.Json = False,
) -> None:
    """Show the prices that count now: a model's, or your own."""
    with pyflare.open(path, compact=False) as workspace:
        book = workspace.costs.prices()
    if model is None:
        _show_own([price.record() for price in book.own], book.version, json=json)
        return
    quote = book.quote(provider=provider, model=model, at_ns=time.time_ns(), service_tier=tier)
    said = None if quote is None else quote.usd_per_million()
    if json:
        named = None if quote is None else {"name": quote.name, "version": quote.version, "usd_per_million": said}
        typer.echo(msgspec.json.format(msgspec.json.encode(named)))
    elif quote is None or said is None:
        why = book.reason(provider=provider, model=model, at_ns=time.time_ns(), service_tier=tier, usage=Usage())
        console.stdout().print(f"{model} is unpriced: {why}", style="yellow", markup=False)
        raise typer.Exit(1)
    else:
        _show_rates(said, f"{quote.name}, by {quote.version}")


def _show_own(records: list[dict[str, object]], version: str, *, json: bool) -> None:
    if json:
        typer.echo(msgspec.json.format(msgspec.json.encode(records)))
        return
    out = console.stdout()
    out.print(f"prices: {version}", style="bold", markup=False)
    for record in records:
        out.print(", ".join(f"{name} = {value}" for name, value in record.items()), markup=False)
    if not records:
        out.print(
            "none of your own: write [[pyflare.prices]] into the pyflare.toml beside the folder",
            style="dim",
            markup=False,
        )


def _show_rates(bands: list[dict[str, Decimal | int | None]], title: str) -> None:
    table = Table(title=f"{title}; US dollars per million tokens", title_justify="left", box=None)
    table.add_column("input longer than", justify="right")
    names = [name for name in bands[-1] if name != "above_input_tokens"]
    for name in names:
        table.add_column(name.replace("_", " "), justify="right")
    for band in reversed(bands):
        table.add_row(f"{band['above_input_tokens']:,}", *(_said(band[name]) for name in names))
    console.stdout().print(table)


def _said(price: Decimal | int | None) -> str:
    return "–" if price is None else f"{price:f}"
