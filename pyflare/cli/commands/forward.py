"""`pyflare forward`."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from pyflare.cli import console, options
from pyflare.errors import QueryError
from pyflare.interchange.forward import forward as forward_folder
from pyflare.interchange.otlp import SIGNALS
from pyflare.store.times import unix_ns
from pyflare.tracing.shipping.destination import HTTP, Destination
from pyflare.workspace.render import units


def forward(
    endpoint: Annotated[str, typer.Argument(help="An OTLP collector, such as https://collector:4318.")],
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    protocol: Annotated[str, typer.Option(help="http/protobuf or grpc.")] = HTTP,
    header: Annotated[
        list[str] | None, typer.Option("--header", help="Sent with each request.", metavar="KEY=VALUE")
    ] = None,
    table: Annotated[
        list[str] | None, typer.Option("--table", help="spans, metrics or logs; all where it is left out.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--from", help='Leave out for good what is older: "7d" ago, or 2026-05-01T12:00 (UTC).'),
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with what is written, until Ctrl-C.")] = False,
    compression: Annotated[str, typer.Option(help="gzip or none.")] = "gzip",
    patience: Annotated[
        float, typer.Option(help="Give up after so many seconds of failures; --follow never does.", min=0.0)
    ] = 60.0,
) -> None:
    """Send spans, metrics and logs to any OTLP backend: each row once, going on where the last run ended."""
    destination = Destination(endpoint=endpoint, protocol=protocol, headers=_headers(header), compression=compression)
    shown = _Shown()
    with shown.progress, suppress(KeyboardInterrupt):
        result = forward_folder(
            path,
            destination,
            tables=_tables(table),
            since_ns=None if since is None else unix_ns(since, now_ns=time.time_ns(), argument="--from"),
            follow=follow,
            patience_s=patience,
            progress=shown.update,
            on_failure=shown.fail,
        )
        shown.rejected, shown.failure = result.rejected, result.failure
    console.stdout().print(f"sent {shown.summary()} to {destination.shown}", soft_wrap=True)
    if shown.failure is not None:
        console.stderr().print(
            f"[bold red]gave up:[/] {shown.failure}. The same command goes on from here.", soft_wrap=True
        )
        raise typer.Exit(1)


def _headers(pairs: list[str] | None) -> dict[str, str]:
    found = {}
    for pair in pairs or ():
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise QueryError("--header: expected KEY=VALUE, got something without a key or a value.")
        found[name.strip()] = value.strip()
    return found


def _tables(chosen: list[str] | None) -> list[str]:
    for table in chosen or ():
        if table not in SIGNALS:
            raise QueryError(f"--table: expected {', '.join(SIGNALS)}; got {table!r}.")
    return chosen or [*SIGNALS]


class _Shown:
    """What is shown while it goes on, and said at the end."""

    def __init__(self) -> None:
        self.rejected = 0
        self.failure: str | None = None
        out = console.stderr()
        self.progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TextColumn("{task.completed:,.0f} sent"),
            TextColumn("{task.fields[state]}", style="yellow"),
            TimeElapsedColumn(),
            console=out,
            transient=True,
            disable=not out.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._sent: dict[str, int] = {}

    def update(self, table: str, rows: int) -> None:
        """Show how many rows of a table have gone out."""
        if table not in self._tasks:
            self._tasks[table] = self.progress.add_task(table, total=None, state="")
        self._sent[table] = rows
        self.progress.update(self._tasks[table], completed=rows, state="")

    def fail(self, reason: str, wait_s: float) -> None:
        """Show why it does not go on at the moment."""
        for task in self._tasks.values():
            self.progress.update(task, state=f"{reason}; again in {wait_s:.1f} s")

    def summary(self) -> str:
        """What went out, in words."""
        counts = ", ".join(f"{units.plural(rows, 'row')} of {table}" for table, rows in self._sent.items() if rows)
        refused = f", {self.rejected:,} of them refused for good" if self.rejected else ""
        return f"{counts or 'nothing'}{refused}"
