"""`pyflare drift report`."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.table import Table
from rich.text import Text

import pyflare
from pyflare.cli import console, options
from pyflare.cli.commands.drift.advice import FIRST_LOOK
from pyflare.workspace.drift_history import MonitorOutline, read_monitors, read_run
from pyflare.workspace.scope import Scope


def report(
    monitor: Annotated[str | None, typer.Argument(help="A monitor, of which a run is shown in full.")] = None,
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    segment: Annotated[str | None, typer.Option("--segment", help="Only this segment, as results name it.")] = None,
    run: Annotated[str | None, typer.Option("--run", help="This run, by its id, in place of the latest.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write a page that needs nothing else.")] = None,
    json: options.Json = False,
) -> None:
    """Show how the monitors stand, or the latest run of one, as it was written down: nothing is computed anew."""
    from pyflare.workspace.drift.stored import stored_report

    with pyflare.open(path) as workspace:
        outlines = read_monitors(workspace.engine, Scope(now_ns=time.time_ns()))
        if monitor is None:
            _show_outlines(outlines, has_monitors=bool(workspace.drift.monitors()), json=json)
            return
        segments = _segments(outlines, monitor, segment)
        if json:
            runs = [read_run(workspace.engine, monitor, each, run_id=run) for each in segments]
            rows = [row for each in runs for row in (each.summary, *each.columns)]
            typer.echo(msgspec.json.format(msgspec.json.encode(rows)))
            return
        reports = [stored_report(workspace.engine, monitor, each, run_id=run) for each in segments]
    for number, each in enumerate(reports):
        if html is None:
            console.stdout().print(each)
        else:
            written = each.save(html if number == 0 else html.with_stem(f"{html.stem}-{number + 1}"))
            console.stdout().print(f"wrote {written}")


def _segments(outlines: tuple[MonitorOutline, ...], monitor: str, wanted: str | None) -> list[str | None]:
    """The segments that a monitor looks at, the worst first; the one that is wanted alone."""
    found = [each.latest["segment"] for each in outlines if each.latest["monitor"] == monitor]
    return [wanted] if wanted is not None or not found else found


def _show_outlines(outlines: tuple[MonitorOutline, ...], *, has_monitors: bool, json: bool) -> None:
    if json:
        typer.echo(msgspec.json.format(msgspec.json.encode([dict(each.latest) for each in outlines])))
        return
    from pyflare.cli.commands.drift.showing import STYLES

    out = console.stdout()
    if not outlines:
        said = "no drift monitor has run yet: pyflare drift run"
        out.print(
            said if has_monitors else f"no drift monitor has run yet, and none is declared. {FIRST_LOOK}", markup=False
        )
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
