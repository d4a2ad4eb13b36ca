"""`pyflare drift run`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer

import pyflare
from pyflare.cli import console, options
from pyflare.cli.commands.drift import options as own
from pyflare.cli.commands.drift.advice import FIRST_LOOK
from pyflare.errors import ConfigError, PyFlareError

if TYPE_CHECKING:  # the help page is shown without what monitors need
    from pyflare.store.times import Moment
    from pyflare.workspace.drift.monitors import WorkspaceDrift
    from pyflare.workspace.drift.run import MonitorRun

_FOUND: Final = 3
_FITTED: Final = (
    "The last day and the week before it do not both hold enough, so the newest part of what there is was compared with "
    "the rest. The same again: {}"
)


def run(
    monitors: own.Monitors = None,
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    column: own.Column = None,
    table: own.Table = "spans",
    reference: own.Reference = None,
    current: own.Current = None,
    known: own.Known = None,
    segment_by: own.Segment = None,
    where: options.Where = None,
    now: own.Now = None,
    fail: Annotated[
        bool, typer.Option("--fail", help="Exit with 3 where anything has drifted: for pipelines.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Compare the current rows with the reference, and write down what was found."""
    from pyflare.workspace.drift.periods import CURRENT_WINDOW

    windows = {name: given for name, given in (("reference", reference), ("current", current)) if given}
    failed: list[PyFlareError] = []
    with pyflare.open(path) as workspace, console.working("comparing"):
        if column:
            once = workspace.drift(
                *column,
                now=now,
                table=table,
                known_levels=dict.fromkeys(known or (), "reference"),
                segment_by=tuple(segment_by or ()),
                where=where or "",
                **windows,
            )
            found = [once]
        else:
            found, failed = look_at(workspace.drift, monitor_names(workspace.drift, monitors), now=now)
    show(found, failed, json=json)
    if column and not (windows or json) and found[0].monitor.current != CURRENT_WINDOW:
        console.stdout().print(_FITTED.format(_windows(found[0])), style="dim", highlight=False, soft_wrap=True)
    if fail and any(each.is_drifted for each in found):
        raise typer.Exit(_FOUND)
    if failed:
        raise typer.Exit(1)


def _windows(run: MonitorRun) -> str:
    """The options that name the windows of a run."""
    monitor, now = run.monitor, datetime.fromtimestamp(run.current_end_ns // 10**9, UTC)
    now = now.replace(tzinfo=None, microsecond=run.current_end_ns // 1000 % 10**6)
    return f"--reference {monitor.reference.window} --current {monitor.current} --now {now.isoformat()}"


def monitor_names(drift: WorkspaceDrift, given: list[str] | None) -> list[str]:
    """The monitors that were named, or all. Raises ConfigError: there are none."""
    names = given or [monitor.name for monitor in drift.monitors()]
    if not names:
        raise ConfigError(f"no drift monitor is declared. {FIRST_LOOK}")
    return names


def look_at(
    drift: WorkspaceDrift, names: list[str], *, now: Moment | None = None
) -> tuple[list[MonitorRun], list[PyFlareError]]:
    """Let each monitor look: what they found, and why some could not, which does not keep others from looking."""
    found: list[MonitorRun] = []
    failed: list[PyFlareError] = []
    for name in names:
        try:
            found.append(drift.run(name, now=now))
        except PyFlareError as error:
            failed.append(error)
    return found, failed


def show(found: list[MonitorRun], failed: list[PyFlareError], *, json: bool) -> None:
    """Print runs, for people or as JSON, and on standard error why there are no others."""
    for error in failed:
        console.fail(error)
    if found or not failed:
        _print(found, json=json)


def _print(found: list[MonitorRun], *, json: bool) -> None:
    from pyflare.cli.commands.drift.showing import run_value

    if json:
        typer.echo(msgspec.json.format(msgspec.json.encode([run_value(each) for each in found])))
        return
    out = console.stdout()
    for each in found:
        for report in each.reports:
            said = f"{report.title}: {report.result.explanation}"
            out.print(report if report.result.columns else said, markup=False)
