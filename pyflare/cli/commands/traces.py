"""`pyflare traces`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import pyflare
from pyflare.cli import options, results
from pyflare.cli.overview import overview
from pyflare.interchange.tabular import Format
from pyflare.store.migrate import MARKER_NAME


def traces(
    filter: Annotated[
        str | None, typer.Argument(help='A filter, such as "model = gpt-4o and latency > 2s".', metavar="FILTER")
    ] = None,
    *,
    path: options.Folder = options.DEFAULT_FOLDER,
    limit: options.Limit = 20,
    order_by: options.OrderBy = "-start_time",
    since: options.Since = None,
    until: options.Until = None,
    service: options.Service = None,
    name: options.Name = None,
    kind: options.Kind = None,
    model: options.Model = None,
    status: options.Status = None,
    state: options.State = None,
    user: options.User = None,
    session: options.Session = None,
    feature: options.Feature = None,
    text: options.Text = None,
    attr: options.Attribute = None,
    min_duration: options.MinDuration = None,
    json: options.JsonLines = False,
) -> None:
    """List the newest traces, one line each."""
    filters = options.given(
        where=filter,
        since=since,
        until=until,
        service=service,
        name=name,
        kind=kind,
        model=model,
        status=status,
        state=state,
        user=user,
        session=session,
        feature=feature,
        text=text,
        attributes=options.attributes(attr),
        min_duration_s=min_duration,
    )
    with pyflare.open(path) as workspace:
        rows = workspace.traces(limit=options.rows_limit(limit), order_by=order_by, **filters)
    if json:
        results.save(rows.arrow.to_batches(), rows.arrow.schema, Format.JSONL, None)
    else:
        results.show(rows, columns=overview, nothing=_nothing(filter) if filters else "no traces yet")


def _nothing(filter: str | None) -> str:
    """What is said where no trace meets the filters; a folder is easily taken for one of them."""
    if filter is not None and (Path(filter) / MARKER_NAME).is_file():
        return f"no traces with this text. A folder is named by an option: --path {filter}"
    return "no traces meet this"
