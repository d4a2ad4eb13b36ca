"""The queries behind `Workspace.traces`, `.spans`, `.predictions` and `.scores`."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pyflare.errors import QueryError
from pyflare.schema.sql import quote, view_sql
from pyflare.schema.tables import TABLES
from pyflare.store.engine import Build
from pyflare.store.filters import column_names, order_by, where
from pyflare.store.hints import did_you_mean
from pyflare.store.live import Snapshot
from pyflare.store.overlay import TraceOverlay, traces_source
from pyflare.store.session import Parameters
from pyflare.store.sources import live_source, parts_source

SHOWN: Final = {
    "traces": (
        "start_time",
        "trace_id",
        "operation_name",
        "duration_ns",
        "status_code",
        "span_count",
        "cost_micros",
        "user_id",
        "input_preview",
        "output_preview",
        "state",
        "error_count",
        "input_tokens",
        "output_tokens",
        "session_id",
        "model_ids",
    ),
    "spans": (
        "start_time",
        "trace_id",
        "span_id",
        "operation_name",
        "inference_type",
        "duration_ns",
        "status_code",
        "model_id",
        "input",
        "output",
        "state",
        "input_tokens",
        "output_tokens",
        "cost_micros",
    ),
    "predictions": (
        "prediction_id",
        "timestamp",
        "model_id",
        "model_version",
        "prediction",
        "prediction_score",
        "label",
        "features",
        "user_id",
    ),
    "scores": ("timestamp", "name", "value", "label", "source", "trace_id", "span_id", "comment"),
}
"""The columns of each table that are printed, the most telling first."""


def selection(
    root: Path,
    table: str,
    filters: Mapping[str, Any],
    *,
    order: str | None,
    limit: int | None,
    columns: Sequence[str] | None = None,
    content_ids: Mapping[str, Sequence[str]] | None = None,
) -> Build:
    """A query for the rows of a table that meet the filters.

    Where there is a limit, parts and journals are each cut to it before they are
    joined: over the parts alone DuckDB finds the rows by their sort key and reads
    the wide columns of those rows only.

    Args:
        root: The folder.
        table: A table that has filters.
        filters: Values by filter name.
        order: A column, with "-" before it for descending; None for the order in which they are stored.
        limit: Rows at most; None for all.
        columns: The columns to read; all where it is None.
        content_ids: By filter, the payloads that hold the text it looks for.

    Raises:
        QueryError: There is no such filter or column, or a value it cannot take.
        DataError: A time is not one.
    """
    condition = where(table, filters, now_ns=time.time_ns(), content_ids=content_ids)
    cut = "" if order is None else f" ORDER BY {order_by(table, order)}"
    if limit is not None:
        cut += f" LIMIT {_checked_limit(limit)}"
    selected = ", ".join(map(quote, _checked_columns(table, columns))) if columns else "*"

    def build(snapshot: Snapshot, overlay: TraceOverlay | None) -> tuple[str, Parameters]:
        sources = [quote(table)] if limit is None else _sources(root, snapshot, overlay, table)
        selects = [f"SELECT {selected} FROM {source} WHERE {condition.sql}" for source in sources]
        if len(selects) == 1:
            return f"{selects[0]}{cut}", condition.parameters
        joined = " UNION ALL ".join(f"(SELECT * FROM {source} WHERE {condition.sql}{cut})" for source in sources)
        return f"SELECT {selected} FROM ({joined}){cut}", condition.parameters * len(selects)

    return build


def _sources(root: Path, snapshot: Snapshot, overlay: TraceOverlay | None, table: str) -> list[str]:
    """The rows of parts and those of journals, each with the derived columns; the view where there is only one."""
    if table == "traces":
        sources = traces_source(root, snapshot, overlay)
    else:
        sources = (parts_source(root, snapshot, table), live_source(snapshot, table))
    if not all(sources) or table == "predictions":  # predictions are joined with labels by their view
        return [quote(table)]
    return [f"({view_sql(TABLES[table], source)})" for source in sources]


def _checked_limit(limit: object) -> int:
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 0:
        raise QueryError(f"limit: expected a whole number of rows, or None for all; got {limit!r}.")
    return limit


def _checked_columns(table: str, columns: Sequence[str]) -> Sequence[str]:
    known = column_names(table)
    for column in columns:
        if column not in known:
            raise QueryError(f'{table} has no column "{column}".{did_you_mean(column, known)}')
    return columns
