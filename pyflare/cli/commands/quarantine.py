"""`pyflare quarantine`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
import typer
from rich.markup import escape
from rich.table import Table

import pyflare
from pyflare.cli import console, options
from pyflare.errors import DataError
from pyflare.workspace.render import units

if TYPE_CHECKING:
    from pyflare.server.quarantine import Refused

_SHOWN_IDS: Final = 8
_NS: Final = 1_000_000_000


class Action(StrEnum):
    """What to do with refused records."""

    LIST = "list"
    SHOW = "show"
    RETRY = "retry"
    DISCARD = "discard"


def quarantine(
    action: Annotated[Action, typer.Argument(help="list, show ID, retry ID… or discard ID….")] = Action.LIST,
    ids: Annotated[list[str] | None, typer.Argument(help="Ids of refused records, or their beginnings.")] = None,
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    every: Annotated[bool, typer.Option("--all", help="Retry or discard all of them.")] = False,
    fields: Annotated[
        list[str] | None,
        typer.Option("--set", help='Set a field before a retry: "startTimeUnixNano=1700000000000000000".'),
    ] = None,
    json: options.Json = False,
) -> None:
    """Look at records that were refused, try them again, or discard them."""
    from pyflare.server import quarantine as kept

    if action in (Action.RETRY, Action.DISCARD) and bool(ids) == every:
        raise DataError(f"expected ids or --all: pyflare quarantine {action} ID…")
    if action is Action.SHOW and not ids:
        raise DataError("expected an id: pyflare quarantine show ID. Hint: pyflare quarantine list")
    with pyflare.open(path) as workspace, console.working("reading quarantine"):
        refused = kept.unresolved(workspace, ids or ())
    match action:
        case Action.LIST if not json:
            _list(refused)
        case Action.LIST | Action.SHOW:
            _show(refused, json=json)
        case Action.RETRY:
            _retry(path, refused, _fields(fields))
        case Action.DISCARD:
            kept.discard(path, refused)
            console.stdout().print(f"discarded {units.plural(len(refused), 'record')}")


def _list(refused: Sequence[Refused]) -> None:
    """By reason, the most frequent first."""
    out = console.stdout()
    if not refused:
        out.print("nothing is in quarantine", style="dim")
        return
    groups: dict[tuple[str, str, str], list[Refused]] = {}
    for one in refused:
        groups.setdefault((one.signal, one.source or "", one.reason), []).append(one)
    table = Table(
        "count", "signal", "source", "last", "an id", "reason", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    for (signal, source, reason), group in sorted(groups.items(), key=lambda item: -len(item[1])):
        last = group[-1]
        table.add_row(
            f"{len(group):,}", signal, source, _time(last.unix_ns), last.quarantine_id[:_SHOWN_IDS], escape(reason)
        )
    out.print(table)
    out.print(f"{units.plural(len(refused), 'record')}; pyflare quarantine show ID shows one", style="dim")


def _show(refused: Sequence[Refused], *, json: bool) -> None:
    for one in refused:
        if json:
            values: dict[str, Any] = {name: getattr(one, name) for name in one.__slots__}
            typer.echo(msgspec.json.encode(values).decode())
            continue
        out = console.stdout()
        out.print(f"[bold]{one.quarantine_id}[/]  {_time(one.unix_ns)}  {one.signal} from {one.source}")
        out.print(one.reason, style="red", markup=False)
        if one.record is None:
            out.print("the record was not kept", style="dim")
        else:
            typer.echo(msgspec.json.format(msgspec.json.encode(one.record)).decode())


def _retry(path: Path, refused: Sequence[Refused], fields: dict[str, Any]) -> None:
    from pyflare.server import quarantine as kept

    retried = kept.retry(path, refused, fields=fields)
    out = console.stdout()
    still = [one for one in retried if not one.accepted]
    for one in still:
        out.print(f"{one.quarantine_id[:_SHOWN_IDS]}  {one.reason}", markup=False)
    out.print(f"accepted {len(retried) - len(still):,} of {units.plural(len(retried), 'record')}")
    if still:
        raise typer.Exit(1)


def _fields(pairs: list[str] | None) -> dict[str, Any]:
    """`name=value` texts as fields; a value is JSON, or text where it is none."""
    found: dict[str, Any] = {}
    for name, text in (options.attributes(pairs) or {}).items():
        try:
            found[name] = msgspec.json.decode(text)
        except msgspec.DecodeError:
            found[name] = text
    return found


def _time(unix_ns: int) -> str:
    return datetime.fromtimestamp(unix_ns // _NS, UTC).strftime("%Y-%m-%d %H:%M:%S")
