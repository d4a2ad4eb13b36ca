"""`pyflare doctor`."""

from __future__ import annotations

import dataclasses

import msgspec
import typer
from rich.table import Table
from rich.text import Text

import pyflare
from pyflare.cli import console, options
from pyflare.workspace import DoctorReport

_STYLES = {"good": "green", "note": "yellow", "bad": "red"}
_MARKS = {"good": "✓", "note": "•", "bad": "✗"}


def doctor(*, path: options.Folder = options.DEFAULT_FOLDER, json: options.Json = False) -> None:
    """Say exactly what is missing and why. Exits with 1 where records were lost."""
    with pyflare.open(path) as workspace, console.working("reading journals and parts"):
        report = workspace.doctor()
    if json:
        values = {**dataclasses.asdict(report), "path": str(report.path), "lost": report.lost}
        typer.echo(msgspec.json.format(msgspec.json.encode(values)))
    else:
        _print(report)
    if report.lost:
        raise typer.Exit(1)


def _print(report: DoctorReport) -> None:
    out = console.stdout()
    out.print(
        Text.assemble((f"{report.path}  ", "bold"), (report.verdict, "bold red" if report.lost else "bold green"))
    )
    out.print()
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for finding in report.findings():
        style = _STYLES[finding.level]
        table.add_row(
            Text(_MARKS[finding.level], style=style),
            Text(finding.topic, style="bold"),
            Text(finding.text, style="dim" if finding.level == "good" else style),
        )
    out.print(table)
