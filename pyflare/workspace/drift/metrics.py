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
        given = "SELECT trace_id, arg_max(value, timestamp) AS value FROM scores WHERE name = ? GROUP BY trace_id"
        return _of_trace(table, given, key)
    if table == "traces" and name in _OF_TRACE:
        return Source(name=COLUMN, sql=f"({_OF_TRACE[name]})::DOUBLE", kind="number")
    if name in _OF_TRACE and has_trace:
        return _of_trace(table, f"SELECT trace_id, ({_OF_TRACE[name]})::DOUBLE AS value FROM traces")
    source = source_of(table, name)
    if source.kind in ("category", "vector"):
        raise QueryError(
            f"{name}: expected a metric with numbers: {', '.join(_OF_TRACE)}, score.NAME, or a column of numbers."
        )
    number = source.of_kind("number") if source.kind is None else source
    return Source(name=COLUMN, sql=number.sql, parameters=number.parameters, kind="number")


def _of_trace(table: MonitoredTable, values: str, *parameters: str) -> Source:
    """A value of each trace, given to all of its rows. What is joined has names of its own, for filters to be clear."""
    named = f"SELECT trace_id AS metric_trace_id, value AS metric_value FROM ({values})"
    joined = f"LEFT JOIN ({named}) ON metric_trace_id = {table}.trace_id"
    return Source(name=COLUMN, sql="metric_value", kind="number", joined=joined, joined_parameters=parameters)
