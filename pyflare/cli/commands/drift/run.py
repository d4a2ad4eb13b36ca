"""`pyflare drift run`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer

import pyflare
from pyflare.cli import console, options
from pyflare.cli.commands.drift import options as own
from pyflare.errors import ConfigError

if TYPE_CHECKING:  # the help page is shown without what monitors need
    from pyflare.workspace.drift.monitors import WorkspaceDrift
    from pyflare.workspace.drift.run import MonitorRun

_FOUND: Final = 3


def run(
    monitors: own.Monitors = None,
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    column: own.Column = None,
    table: own.Table = "spans",
    reference: own.Reference = "7d",
    current: own.Current = "1d",
    segment_by: own.Segment = None,
    where: options.Where = None,
    now: own.Now = None,
    fail: Annotated[
        bool, typer.Option("--fail", help="Exit with 3 where anything has drifted: for pipelines.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Compare the current rows with the reference, and write down what was found."""
    with pyflare.open(path) as workspace, console.working("comparing"):
        if column:
            found = [
                workspace.drift(
                    *column,
                    now=now,
                    table=table,
                    reference=reference,
                    current=current,
                    segment_by=tuple(segment_by or ()),
                    where=where or "",
                )
            ]
        else:
            found = [workspace.drift.run(name, now=now) for name in monitor_names(workspace.drift, monitors)]
    show(found, json=json)
    if fail and any(each.is_drifted for each in found):
        raise typer.Exit(_FOUND)


def monitor_names(drift: WorkspaceDrift, given: list[str] | None) -> list[str]:
    """The monitors that were named, or all. Raises ConfigError: there are none."""
    names = given or [monitor.name for monitor in drift.monitors()]
    if not names:
        raise ConfigError(
            "no drift monitor is declared: write [[pyflare.drift]] with a name into the pyflare.toml beside the folder, "
            "or say what to compare: pyflare drift run --column latency"
        )
    return names


def show(found: list[MonitorRun], *, json: bool) -> None:
    """Print runs, for people or as JSON."""
    from pyflare.cli.commands.drift.showing import run_value

    if json:
        typer.echo(msgspec.json.format(msgspec.json.encode([run_value(each) for each in found])))
        return
    out = console.stdout()
    for each in found:
        for report in each.reports:
            out.print(report)
