"""Options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from pyflare.errors import QueryError

_FILTERS: Final = "Filters"

Folder = Annotated[Path, typer.Option("--path", envvar="PYFLARE_PATH", help="The folder of traces.", show_default=True)]
Limit = Annotated[int, typer.Option("--limit", "-n", help="Rows at most; 0 for all.", min=0)]
OrderBy = Annotated[str, typer.Option("--order-by", help='A column; with "-" before it in descending order.')]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
JsonLines = Annotated[bool, typer.Option("--json", help="Print JSON, one object to a line.")]

Since = Annotated[
    str | None,
    typer.Option(
        "--since", help='Then or later: "15m", "2h", "7d" ago, or 2026-05-01T12:00 (UTC).', rich_help_panel=_FILTERS
    ),
]
Until = Annotated[str | None, typer.Option("--until", help="Before then.", rich_help_panel=_FILTERS)]
Service = Annotated[list[str] | None, typer.Option("--service", help="Service name.", rich_help_panel=_FILTERS)]
Name = Annotated[
    list[str] | None, typer.Option("--name", help="Name of the span; of a trace its root's.", rich_help_panel=_FILTERS)
]
Kind = Annotated[list[str] | None, typer.Option("--kind", help="llm, retriever, tool, ….", rich_help_panel=_FILTERS)]
Model = Annotated[list[str] | None, typer.Option("--model", help="Model called.", rich_help_panel=_FILTERS)]
Status = Annotated[list[str] | None, typer.Option("--status", help="ok, error or unset.", rich_help_panel=_FILTERS)]
State = Annotated[list[str] | None, typer.Option("--state", help="ended, running or died.", rich_help_panel=_FILTERS)]
User = Annotated[list[str] | None, typer.Option("--user", help="User.", rich_help_panel=_FILTERS)]
Session = Annotated[list[str] | None, typer.Option("--session", help="Session.", rich_help_panel=_FILTERS)]
Feature = Annotated[list[str] | None, typer.Option("--feature", help="Product feature.", rich_help_panel=_FILTERS)]
Text = Annotated[
    str | None, typer.Option("--text", help="Text in input or output, in whatever case.", rich_help_panel=_FILTERS)
]
Attribute = Annotated[
    list[str] | None,
    typer.Option("--attr", help="An attribute as key=value.", metavar="KEY=VALUE", rich_help_panel=_FILTERS),
]
Where = Annotated[
    str | None,
    typer.Option(
        "--where",
        help='A filter, such as "latency > 2s and not tag = beta".',
        metavar="FILTER",
        rich_help_panel=_FILTERS,
    ),
]
MinDuration = Annotated[
    float | None,
    typer.Option("--min-duration", help="Took so many seconds or more.", metavar="SECONDS", rich_help_panel=_FILTERS),
]

DEFAULT_FOLDER: Final = Path(".pyflare")


def rows_limit(limit: int) -> int | None:
    """The limit as the workspace takes it."""
    return limit or None


def attributes(pairs: list[str] | None) -> dict[str, str] | None:
    """`key=value` texts as a mapping.

    Raises:
        QueryError: One of them has no "=".
    """
    if not pairs:
        return None
    found = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise QueryError(f"--attr: expected key=value, got {pair!r}.")
        found[key] = value
    return found


def given(**filters: Any) -> dict[str, Any]:
    """The filters that were given."""
    return {name: value for name, value in filters.items() if value is not None and value != []}
