"""The tables as DuckDB views.

A view is the stored columns of one source (the parts, the live journals, or
both joined) and the columns that are computed from them. The SQL here names no
file of its own and runs in any DuckDB.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from pyflare.schema.columns import ColumnType, Table
from pyflare.schema.tables import SCHEMA_VERSION, TABLES

DUCKDB_TYPES: Final[dict[ColumnType, str]] = {
    ColumnType.STRING: "VARCHAR",
    ColumnType.JSON: "VARCHAR",
    ColumnType.BOOL: "BOOLEAN",
    ColumnType.INT64: "BIGINT",
    ColumnType.FLOAT64: "DOUBLE",
    ColumnType.TIMESTAMP_NS: "TIMESTAMP_NS",
    ColumnType.BINARY: "BLOB",
    ColumnType.STRINGS: "VARCHAR[]",
    ColumnType.FLOATS: "FLOAT[]",
    ColumnType.MAP: "MAP(VARCHAR, VARCHAR)",
    ColumnType.EVENTS: 'STRUCT("time" TIMESTAMP_NS, "name" VARCHAR, attributes VARCHAR)[]',
    ColumnType.LINKS: "STRUCT(trace_id VARCHAR, span_id VARCHAR, trace_state VARCHAR, attributes VARCHAR)[]",
    ColumnType.BUCKETS: 'STRUCT(upper_bound DOUBLE, "count" BIGINT)[]',
}
"""The DuckDB type of each column type, as DuckDB reads it from Parquet and Arrow."""

EVENTS_SQL: Final = """\
SELECT trace_id, span_id, event."time" AS "time", event.name AS name, event.attributes AS attributes
FROM (SELECT trace_id, span_id, unnest(events) AS event FROM spans WHERE len(events) > 0)"""

COSTS_SQL: Final = """\
SELECT project, trace_id, span_id, start_time AS timestamp, service_name, provider, model_id, model_version,
    input_tokens, output_tokens, total_tokens, cost_micros AS total_cost_micros, price_version,
    user_id, session_id, feature_id, environment, team, attributes AS dimensions
FROM spans WHERE cost_micros IS NOT NULL AND usage_repeated IS NOT TRUE"""

CONTENTS_SQL: Final = """\
SELECT trace_id, span_id, timestamp AS "time", event_name AS name,
    attributes['gen_ai.system_instructions'] AS instructions,
    attributes['gen_ai.input.messages'] AS input, attributes['gen_ai.output.messages'] AS output, body
FROM logs WHERE span_id IS NOT NULL AND starts_with(event_name, 'gen_ai.')"""

_LABELLED_SQL: Final = """\
SELECT prediction.* REPLACE (coalesce(given.label, prediction.label) AS label),
    CASE WHEN given.label IS NOT NULL THEN given.label_time
        WHEN prediction.label IS NOT NULL THEN prediction.timestamp END AS label_time,
    try_cast(coalesce(given.label, prediction.label) AS DOUBLE) AS label_value
FROM ({predictions}) AS prediction
LEFT JOIN (
    SELECT prediction_id, arg_max(label, timestamp) AS label, max(timestamp) AS label_time
    FROM labels GROUP BY prediction_id
) AS given USING (prediction_id)"""

RELATIONS: Final[dict[str, str]] = {"events": EVENTS_SQL, "costs": COSTS_SQL, "contents": CONTENTS_SQL}
"""Views made of other views, by name: span events one per row, what was paid for, content that came as log records."""

VIEW_NAMES: Final = (*sorted(TABLES, key=lambda name: name == "predictions"), *RELATIONS)
"""Every view, in an order in which each comes after those it reads."""


def view_sql(table: Table, source_sql: str) -> str:
    """The query behind a table's view: the stored columns of `source_sql`, and the derived ones.

    That of `predictions` joins each with its latest label, from the view `labels`.
    """
    derived = "".join(f", {column.sql} AS {column.name}" for column in table.derived)
    query = f"SELECT *{derived} FROM ({source_sql})"
    return _LABELLED_SQL.format(predictions=query) if table.name == "predictions" else query


def empty_sql(table: Table) -> str:
    """A source with the table's stored columns and no rows."""
    columns = ", ".join(f"NULL::{DUCKDB_TYPES[column.type]} AS {quote(column.name)}" for column in table.columns)
    return f"SELECT {columns} WHERE false"


def parts_sql(table: Table, files: Mapping[int, Iterable[str]]) -> str:
    """A source that reads the stored columns from Parquet parts.

    Args:
        table: The table that the parts belong to.
        files: Paths of the parts, by the schema version they were written with.
            Columns that are younger than a part read as null.
    """
    selects = [_parquet_sql(table, paths, version) for version, names in sorted(files.items()) if (paths := [*names])]
    return "\nUNION ALL ".join(selects) or empty_sql(table)


def _parquet_sql(table: Table, paths: list[str], schema_version: int) -> str:
    columns = ", ".join(
        quote(column.name)
        if column.since <= schema_version
        else f"NULL::{DUCKDB_TYPES[column.type]} AS {quote(column.name)}"
        for column in table.columns
    )
    literals = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    return f"SELECT {columns} FROM read_parquet([{literals}])"


def views_sql(sources: Mapping[str, str]) -> str:
    """A script that makes every view over the given sources; tables without one are empty.

    Args:
        sources: A query over the stored columns, by table name.
    """
    header = f"-- PyFlare views, schema {SCHEMA_VERSION}. Made anew whenever the folder changes."
    statements = [create_view_sql(name, sources) for name in VIEW_NAMES]
    return "\n".join([header, *statements, ""])


def create_view_sql(name: str, sources: Mapping[str, str]) -> str:
    """The statement that makes one view."""
    query = RELATIONS.get(name)
    if query is None:
        table = TABLES[name]
        query = view_sql(table, sources.get(name) or empty_sql(table))
    return f"CREATE OR REPLACE VIEW {quote(name)} AS\n{query};"


def quote(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
