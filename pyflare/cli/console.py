"""Where the commands write: colour for people, plain text for pipes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # loaded by whoever writes something
    from rich.console import Console
    from rich.progress import Progress

_PIPE_WIDTH: Final = 120


def stdout() -> Console:
    """The console for results. A pipe gets lines of 120 characters, or of $COLUMNS."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else int(os.environ.get("COLUMNS") or _PIPE_WIDTH)
    return Console(width=width, highlight=False, soft_wrap=False)


def stderr() -> Console:
    """The console for everything that is no result."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def fail(error: Exception) -> None:
    """Say what went wrong."""
    from rich.markup import escape

    stderr().print(f"[bold red]error:[/] {escape(str(error))}", soft_wrap=True)


def note(text: str) -> None:
    """Say what is going on, to people only."""
    if sys.stderr.isatty():
        stderr().print(text, style="dim", markup=False)


@contextmanager
def progress(what: str) -> Iterator[Progress]:
    """Shows that something takes its time, to people only, and leaves nothing behind."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    with Progress(
        SpinnerColumn(),
        TextColumn(what),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=stderr(),
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as shown:
        yield shown


@contextmanager
def working(what: str) -> Iterator[None]:
    """Shows that something without a known end is being done, to people only."""
    if not sys.stderr.isatty():
        yield
        return
    with stderr().status(f"{what} …"):
        yield
