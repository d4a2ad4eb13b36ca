"""The views, over sources written out by hand."""

from __future__ import annotations

import duckdb
import pytest

from pyflare.schema.sql import VIEW_NAMES, empty_sql, parts_sql, view_sql, views_sql
from pyflare.schema.tables import SCHEMA_VERSION, SPANS, TABLES


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def _source(table: str, rows: str) -> dict[str, str]:
    """A source of the table's columns, null but for those that `rows` has."""
    return {table: f"({empty_sql(TABLES[table])}) UNION ALL BY NAME (FROM ({rows}))"}


def test_a_folder_without_parts_has_every_view(connection: duckdb.DuckDBPyConnection) -> None:
    """Tables that hold nothing yet are empty, typed views."""
    connection.execute(views_sql({}))
    for name in VIEW_NAMES:
        assert connection.execute(f"SELECT count(*) FROM {name}").fetchall() == [(0,)]


def test_derived_columns_are_computed(connection: duckdb.DuckDBPyConnection) -> None:
    """End time, total tokens, previews and the hash of the input come from the stored columns."""
    spans = """SELECT make_timestamp_ns(1000) AS start_time, 500 AS duration_ns, 3 AS input_tokens, 4 AS output_tokens,
        repeat('x', 2000) AS input, 'abc' AS input_ref"""
    connection.execute(views_sql(_source("spans", spans)))
    found = connection.execute(
        "SELECT epoch_ns(end_time), total_tokens, length(input_preview), output_preview, input_hash FROM spans"
    ).fetchall()
    assert found == [(1500, 7, 1000, None, "abc")]


def test_events_are_one_row_each(connection: duckdb.DuckDBPyConnection) -> None:
    """The view `events` unnests the events of spans and leaves out spans without any."""
    spans = """SELECT 't' AS trace_id, 's' AS span_id,
        [{'time': make_timestamp_ns(1), 'name': 'a', 'attributes': '{}'},
         {'time': make_timestamp_ns(2), 'name': 'b', 'attributes': NULL}] AS events
        UNION ALL SELECT 't', 'none', NULL"""
    connection.execute(views_sql(_source("spans", spans)))
    found = connection.execute('SELECT span_id, epoch_ns("time"), name, attributes FROM events ORDER BY 2').fetchall()
    assert found == [("s", 1, "a", "{}"), ("s", 2, "b", None)]


def test_costs_are_the_priced_spans(connection: duckdb.DuckDBPyConnection) -> None:
    """A span without a known price is in `spans` and not in `costs`: unpriced is not free."""
    spans = "SELECT 'a' AS span_id, 5 AS cost_micros, 'm' AS model_id UNION ALL SELECT 'b', NULL, 'm'"
    connection.execute(views_sql(_source("spans", spans)))
    assert connection.execute("SELECT span_id, model_id, total_cost_micros FROM costs").fetchall() == [("a", "m", 5)]


def test_a_prediction_shows_its_latest_label(connection: duckdb.DuckDBPyConnection) -> None:
    """Of several labels the last counts; one known at prediction time stands until another comes."""
    predictions = """SELECT 'p1' AS prediction_id, make_timestamp_ns(1) AS timestamp, NULL AS label
        UNION ALL SELECT 'p2', make_timestamp_ns(1), '0.5' UNION ALL SELECT 'p3', make_timestamp_ns(1), NULL"""
    labels = """SELECT 'p1' AS prediction_id, make_timestamp_ns(5) AS timestamp, '1' AS label
        UNION ALL SELECT 'p1', make_timestamp_ns(9), '"cat"'"""
    connection.execute(views_sql({**_source("predictions", predictions), **_source("labels", labels)}))
    found = connection.execute(
        "SELECT prediction_id, label, epoch_ns(label_time), label_value FROM predictions ORDER BY 1"
    ).fetchall()
    assert found == [("p1", '"cat"', 9, None), ("p2", "0.5", 1, 0.5), ("p3", None, None, None)]


def test_columns_younger_than_a_part_are_null() -> None:
    """The source names only the columns that a part of its version has, and null for the others."""
    sql = parts_sql(SPANS, {0: ["old.parquet"], SCHEMA_VERSION: ["it's.parquet"]})
    old, new = sql.split("\nUNION ALL ")
    assert "NULL::VARCHAR AS" in old
    assert "NULL" not in new
    assert "it''s.parquet" in new


def test_a_view_keeps_the_stored_columns_first() -> None:
    """Derived columns come after the stored ones, so the order of a table is stable."""
    assert view_sql(SPANS, "FROM x").startswith("SELECT *, ")
