"""What a drift may have done: a metric of the whole trace that a row belongs to."""

from __future__ import annotations

from typing import Final

from pyflare.errors import QueryError
from pyflare.schema.tables import TABLES
from pyflare.workspace.drift.monitor import MonitoredTable
from pyflare.workspace.drift.sources import Source, source_of

DEFAULT: Final = "error"
COLUMN: Final = "pyflare metric"
_OF_TRACE: Final = {
    "error": "CASE WHEN status_code = 'error' OR error_count > 0 THEN 1.0 ELSE 0.0 END",
    "latency": "duration_ns / 1e6",
    "cost": "cost_micros / 1e6",
    "tokens": "coalesce(input_tokens, 0) + coalesce(output_tokens, 0)",
}
"""Metrics of traces: whether anything failed, milliseconds, dollars, tokens."""


def metric_source(table: MonitoredTable, name: str) -> Source:
    """Where the values of a metric come from.

    Args:
        table: The table whose rows are compared.
        name: `error`, `latency`, `cost` or `tokens` of the row's trace, `score.NAME` as given to it or a span of it, or
            a column of numbers of the table itself.

    Raises:
        QueryError: There is no such metric.
    """
    head, _, key = name.partition(".")
    has_trace = "trace_id" in TABLES[table].column_names
    if head in ("score", "scores") and key and has_trace:
        sql = f"SELECT arg_max(value, timestamp) FROM scores WHERE name = ? AND scores.trace_id = {table}.trace_id"
        return Source(name=COLUMN, sql=f"({sql})", parameters=(key,), kind="number")
    if table == "traces" and name in _OF_TRACE:
        return Source(name=COLUMN, sql=f"({_OF_TRACE[name]})::DOUBLE", kind="number")
    if name in _OF_TRACE and has_trace:
        sql = f"SELECT max({_OF_TRACE[name]}) FROM traces WHERE traces.trace_id = {table}.trace_id"
        return Source(name=COLUMN, sql=f"({sql})::DOUBLE", kind="number")
    source = source_of(table, name)
    if source.kind in ("category", "vector"):
        raise QueryError(
            f"{name}: expected a metric with numbers: {', '.join(_OF_TRACE)}, score.NAME, or a column of numbers."
        )
    number = source.of_kind("number") if source.kind is None else source
    return Source(name=COLUMN, sql=number.sql, parameters=number.parameters, kind="number")
