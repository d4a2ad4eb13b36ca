"""`pyflare drift references`."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec
import typer

import pyflare
from pyflare.cli import console, options
from pyflare.cli.commands.drift import options as own
from pyflare.workspace.render import grid

references: Final = typer.Typer(no_args_is_help=False, help="What is normal: versioned references of monitors.")


@references.callback(invoke_without_command=True)
def show(ctx: typer.Context, *, path: options.Folder = options.DEFAULT_FOLDER, json: options.Json = False) -> None:
    """List the references that are kept."""
    if ctx.invoked_subcommand is not None:
        ctx.default_map = {ctx.invoked_subcommand: {"path": str(path)}}  # wherever --path stands it is the folder
        return
    with pyflare.open(path) as workspace:
        found = workspace.drift.references.list()
    if json:
        typer.echo(msgspec.json.format(msgspec.json.encode([dataclasses.asdict(each) for each in found])))
        return
    out = console.stdout()
    if not found:
        out.print("no reference is kept: pyflare drift references set MONITOR")
        return
    columns: dict[str, list[object]] = {
        "monitor": [each.monitor for each in found],
        "version": [each.version for each in found],
        "kept": [f"{each.created_at:%Y-%m-%d %H:%M}" for each in found],
        "rows_count": [each.n_rows for each in found],
        "columns_count": [len(each.columns) for each in found],
        "from": [_moment(each.start_ns) for each in found],
        "until": [_moment(each.end_ns) for each in found],
        "size_bytes": [each.size_bytes for each in found],
    }
    out.print(grid.as_rich(grid.columns(columns), width=out.width))


def _moment(unix_ns: int | None) -> str:
    return "" if unix_ns is None else f"{datetime.fromtimestamp(unix_ns / 1e9, UTC):%Y-%m-%d %H:%M}"


@references.command("set")
def keep(monitor: own.Monitor, *, path: options.Folder = options.DEFAULT_FOLDER, now: own.Now = None) -> None:
    """Keep the rows that a monitor compares with as the next version of its reference.

    Of a monitor that compares with a stored reference they are its current rows: what is now is the new normal.
    """
    with pyflare.open(path) as workspace, console.working("reading"):
        kept = workspace.drift.keep_reference(monitor, now=now)
    console.stdout().print(
        f"kept version {kept.version} of {monitor}: {kept.n_rows:,} rows, {len(kept.columns)} columns"
    )


@references.command("remove")
def remove(
    monitor: own.Monitor,
    version: Annotated[str, typer.Argument(help="The version.")],
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
) -> None:
    """Delete a reference that is kept."""
    with pyflare.open(path) as workspace:
        workspace.drift.references.remove(monitor, version)
    console.stdout().print(f"removed version {version} of {monitor}")
