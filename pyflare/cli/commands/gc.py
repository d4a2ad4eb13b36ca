"""`pyflare gc`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

import pyflare
from pyflare.cli import console, options
from pyflare.errors import DataError
from pyflare.store.deletion import HeldBack
from pyflare.workspace.render import units


def gc(
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    keep: Annotated[str | None, typer.Option("--keep", help='Delete what is older: "30d", "12h", "4w".')] = None,
    delete_trace: Annotated[str | None, typer.Option(help="Delete one trace: its id, or its beginning.")] = None,
    delete_session: Annotated[str | None, typer.Option(help="Delete all traces of a session.")] = None,
    delete_user: Annotated[str | None, typer.Option(help="Delete all traces of a user.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")] = False,
) -> None:
    """Delete what is old, or one trace, session or user, for good: the bytes are given back."""
    asked = {"trace_id": delete_trace, "session": delete_session, "user": delete_user}
    wanted = {name: value for name, value in asked.items() if value is not None}
    if not wanted and keep is None:
        raise DataError("expected what to delete: --keep 30d, --delete-trace, --delete-session or --delete-user.")
    with pyflare.open(path) as workspace, console.working("looking" if dry_run else "deleting"):
        for name, value in wanted.items():
            deleted = workspace.delete(**{name: value}, dry_run=dry_run)
            _say(deleted.rows, deleted.freed_bytes, dry_run=dry_run)
            _say_held_back(deleted.held_back)
        if keep is not None:
            expired = workspace.gc(keep, dry_run=dry_run)
            _say(expired.rows, expired.freed_bytes, dry_run=dry_run)


def _say(rows: dict[str, int], freed_bytes: int, *, dry_run: bool) -> None:
    counted = ", ".join(f"{count:,} {table}" for table, count in rows.items()) or "nothing"
    freed = f"; the parts shrank by {units.size(freed_bytes)}" if rows and not dry_run else ""
    console.stdout().print(f"{'would delete' if dry_run else 'deleted'} {counted}{freed}")


def _say_held_back(held_back: Sequence[HeldBack]) -> None:
    if held_back:
        writers = len({held.writer_id for held in held_back})
        console.stdout().print(f"the rest goes when {units.plural(writers, 'process')} that hold it have gone on")
