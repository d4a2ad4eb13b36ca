"""`pyflare drift report`."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Annotated

import msgspec
import typer
from rich.table import Table
from rich.text import Text

import pyflare
from pyflare.cli import console, options
from pyflare.workspace import Workspace
from pyflare.workspace.drift_history import DriftRun, MonitorOutline, read_monitors, read_run
from pyflare.workspace.scope import Scope


def report(
    monitor: Annotated[str | None, typer.Argument(help="A monitor, of which the latest run is shown in full.")] = None,
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    json: options.Json = False,
) -> None:
    """Show how the monitors stand, or the latest run of one, as it was written down: nothing is computed anew."""
    with pyflare.open(path) as workspace:
        outlines = read_monitors(workspace.engine, Scope(now_ns=time.time_ns()))
        runs = _runs(workspace, monitor, outlines) if monitor is not None else []
    if json:
        rows = [row for run in runs for row in (run.summary, *run.columns)] or [dict(each.latest) for each in outlines]
        typer.echo(msgspec.json.format(msgspec.json.encode(rows)))
        return
    if monitor is None:
        _show_outlines(outlines)
    for run in runs:
        _show(run)


def _runs(workspace: Workspace, monitor: str, outlines: tuple[MonitorOutline, ...]) -> list[DriftRun]:
    """The latest run in each segment, the worst first. Raises NotFoundError: it has not run."""
    segments = [each.latest["segment"] for each in outlines if each.latest["monitor"] == monitor]
    return [read_run(workspace.engine, monitor, segment) for segment in segments or [None]]


def _show(run: DriftRun) -> None:
    from pyflare.cli.commands.drift.showing import show_result
    from pyflare.workspace.drift.stored import result_of_run

    row = run.summary
    show_result(
        console.stdout(),
        row["monitor"],
        row["segment"],
        result_of_run(run),
        sizes=(row["n_reference"] or 0, row["n_current"] or 0),
        trends={column["column_name"]: column["trend"] or "" for column in run.columns},
    )


def _show_outlines(outlines: tuple[MonitorOutline, ...]) -> None:
    from pyflare.cli.commands.drift.showing import STYLES

    out = console.stdout()
    if not outlines:
        out.print("no drift monitor has run yet: pyflare drift run")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("monitor", "segment", "status", "trend", "effect", "last run (UTC)", "runs", ""):
        table.add_column(name, justify="right" if name in ("effect", "runs") else "left")
    for each in outlines:
        row = each.latest
        effect = "" if row["effect_size"] is None else f"{row['effect_size']:.3f}"
        at = f"{datetime.fromtimestamp(row['timestamp'] / 1e9, UTC):%Y-%m-%d %H:%M}"
        table.add_row(
            Text(row["monitor"]),
            Text(row["segment"] or ""),
            Text(row["status"], style=STYLES.get(row["status"], "")),
            Text(row["trend"] or ""),
            effect,
            at,
            str(each.runs),
            Text(row["explanation"] or "", overflow="ellipsis", no_wrap=True),
        )
    out.print(table)
