"""`pyflare tail`."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

import typer
from rich.text import Text

import pyflare
from pyflare.cli import console, options
from pyflare.workspace import TraceSpan
from pyflare.workspace.render import tree, units

_INTERVAL_S = 0.2
_SHORT_ID = 8
_NAME_CELLS = 24
_MARKS = {"running": ("▸", "yellow"), "died": ("✗", "red")}


def tail(
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    ended: Annotated[
        bool, typer.Option("--ended", help="Leave out spans that begin; show them when they end.")
    ] = False,
    count: Annotated[int | None, typer.Option("--count", "-n", help="Stop after so many lines.", min=1)] = None,
    service: options.Service = None,
    name: options.Name = None,
    kind: options.Kind = None,
    model: options.Model = None,
    status: options.Status = None,
    user: options.User = None,
    session: options.Session = None,
    text: options.Text = None,
    attr: options.Attribute = None,
    min_duration: options.MinDuration = None,
    where: options.Where = None,
    json: options.JsonLines = False,
) -> None:
    """Follow spans as they begin and end, until Ctrl-C."""
    filters = options.given(
        where=where,
        service=service,
        name=name,
        kind=kind,
        model=model,
        status=status,
        user=user,
        session=session,
        text=text,
        attributes=options.attributes(attr),
        min_duration_s=min_duration,
        state=["ended", "died"] if ended else None,
    )
    out = console.stdout()
    with pyflare.open(path) as workspace:
        console.note(f"waiting for spans in {path}; Ctrl-C ends")
        for span in islice(workspace.watch(interval_s=_INTERVAL_S, **filters), count):
            if json:
                typer.echo(span.to_json())
            else:
                out.print(_line(span), no_wrap=True, overflow="ellipsis", crop=True)


def _line(span: TraceSpan) -> Text:
    mark, style = _MARKS.get(span.state, ("✗", "red") if span.status == "error" else ("✓", "green"))
    name = units.one_line(span.name, _NAME_CELLS)
    wrong = f" · {span.error}" if span.error else ""
    return Text.assemble(
        (f"{span.start:%H:%M:%S.%f}"[:-3] + "  ", "dim"),
        (span.trace_id[:_SHORT_ID] + "  ", "dim"),
        (f"{mark} ", style),
        (f"{name:<{_NAME_CELLS}}", "bold"),
        (f"{tree.ended(span.duration_ns, span.state):>9}  ", "yellow" if span.state == "running" else ""),
        (tree.facts(span), "dim"),
        (wrong, "red"),
    )
