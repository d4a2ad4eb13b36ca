"""The queries behind `Workspace.traces`, `.spans`, `.predictions` and `.scores`."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pyflare.errors import QueryError
from pyflare.schema.sql import quote, view_sql
from pyflare.schema.tables import TABLES
from pyflare.store.filters import EVERYTHING, Condition, FindPayloads, column_names, no_payloads, order_by, where
from pyflare.store.hints import did_you_mean
from pyflare.store.overlay import TraceOverlay, traces_source
from pyflare.store.pinned import Build
from pyflare.store.session import Parameters
from pyflare.store.snapshot import Snapshot
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
    find_payloads: FindPayloads = no_payloads,
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
        find_payloads: Gives the ids of the payloads that hold a text, for filters that look for one.

    Raises:
        QueryError: There is no such filter or column, or a value it cannot take.
        DataError: A time is not one.
    """
    condition = where(table, filters, now_ns=time.time_ns(), find_payloads=find_payloads)
    time_column = TABLES[table].time_column
    return _Selection(
        root=root,
        table=table,
        condition=condition,
        selected=", ".join(map(quote, _checked_columns(table, columns))) if columns else "*",
        order="" if order is None else f" ORDER BY {order_by(table, order)}",
        limit=_checked_limit(limit),
        newest=order == f"-{time_column}" and condition is EVERYTHING,
    ).build


@dataclass(frozen=True, slots=True, kw_only=True)
class _Selection:
    """What was asked for, checked."""

    root: Path
    table: str
    condition: Condition
    selected: str
    order: str
    limit: int | None
    newest: bool
    """Whether the newest rows are asked for, whatever they are."""

    def build(self, snapshot: Snapshot, overlay: TraceOverlay | None) -> tuple[str, Parameters]:
        """The query over one snapshot, and its parameters."""
        cut = self.order if self.limit is None else f"{self.order} LIMIT {self.limit}"
        sources = [quote(self.table)] if self.limit is None else self._sources(snapshot, overlay, self.limit)
        selects = [f"SELECT {self.selected} FROM {source} WHERE {self.condition.sql}{cut}" for source in sources]
        if len(selects) == 1:
            return selects[0], self.condition.parameters
        wide = [f"(SELECT * FROM {source} WHERE {self.condition.sql}{cut})" for source in sources]
        joined = " UNION ALL ".join(wide)
        return f"SELECT {self.selected} FROM ({joined}){cut}", self.condition.parameters * len(sources)

    def _sources(self, snapshot: Snapshot, overlay: TraceOverlay | None, limit: int) -> list[str]:
        """The rows of parts and those of journals, each with the derived columns."""
        if self.table == "predictions":  # their view joins them with labels
            return [quote(self.table)]
        since_ns = self._newest_since_ns(snapshot, overlay, limit) if self.newest else None
        if self.table == "traces":
            stored, live = traces_source(self.root, snapshot, overlay, since_ns=since_ns)
        else:
            stored = parts_source(self.root, snapshot, self.table, since_ns=since_ns)
            live = live_source(snapshot, self.table)
        sources = [source for source in (stored, live) if source]
        return [f"({view_sql(TABLES[self.table], source)})" for source in sources] or [quote(self.table)]

    def _newest_since_ns(self, snapshot: Snapshot, overlay: TraceOverlay | None, limit: int) -> int | None:
        """A moment since which the parts have at least `limit` rows: older parts need not be looked at."""
        wanted = limit if overlay is None else limit + overlay.hidden.num_rows
        for part in sorted(snapshot.catalog.parts_of(self.table), key=lambda part: part.min_time_ns, reverse=True):
            wanted -= part.rows
            if wanted <= 0:
                return part.min_time_ns
        return None


def _checked_limit(limit: object) -> int | None:
    if limit is None:
        return None
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 0:
        raise QueryError(f"limit: expected a whole number of rows, or None for all; got {limit!r}.")
    return limit


def _checked_columns(table: str, columns: Sequence[str]) -> Sequence[str]:
    known = column_names(table)
    for column in columns:
        if column not in known:
            raise QueryError(f'{table} has no column "{column}".{did_you_mean(column, known)}')
    return columns
