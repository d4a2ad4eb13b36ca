"""`pyflare cost budgets`."""

from __future__ import annotations

from typing import Any

import msgspec
import typer

from pyflare.budgets import BudgetStanding, read_budgets
from pyflare.cli import console, options
from pyflare.errors import StoreNotFoundError
from pyflare.workspace.render import grid


def budgets(
    *, path: options.Folder = options.DEFAULT_FOLDER, limit: options.Limit = 20, json: options.Json = False
) -> None:
    """Show how the folder's budgets stand in the window of now, the most used accounts of each first."""
    if not path.is_dir():
        raise StoreNotFoundError(f"There is no PyFlare folder at {path}.")
    found = read_budgets(path)
    if json:
        typer.echo(msgspec.json.format(msgspec.json.encode([_row(each) for each in found])))
        return
    out = console.stdout()
    if not found:
        out.print("no budgets: give pyflare.init(budgets=[…]) some, or write [[pyflare.budgets]] into pyflare.toml")
        return
    shown = found[: options.rows_limit(limit)]
    columns: dict[str, list[object]] = {
        "budget": [each.budget.name for each in shown],
        "whose": [each.key if each.budget.by else "all" for each in shown],
        "spent": [each.budget.said(each.amount) for each in shown],
        "limit": [each.budget.said(each.budget.limit) for each in shown],
        "used": [f"{each.share:.0%}" for each in shown],
        "window": [each.budget.window for each in shown],
        "since": [f"{each.since:%Y-%m-%d %H:%M}" for each in shown],
        "then": [each.budget.on_exceeded for each in shown],
        "unpriced": [each.unpriced for each in shown],
    }
    out.print(grid.as_rich(grid.columns(columns), width=out.width))
    if len(shown) < len(found):
        out.print(f"and {len(found) - len(shown):,} more: --limit 0 shows all", style="dim")


def _row(each: BudgetStanding) -> dict[str, Any]:
    return {
        "name": each.budget.name,
        "key": each.key,
        "unit": each.budget.unit,
        "limit": each.budget.limit,
        "amount": each.amount,
        "reserved": each.reserved,
        "share": each.share,
        "calls": each.calls,
        "unpriced_calls": each.unpriced,
        "window": each.budget.window,
        "since": each.since,
        "until": each.until,
        "on_exceeded": each.budget.on_exceeded,
    }
