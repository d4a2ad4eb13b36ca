"""Arrow and DuckDB agree on every table."""

from __future__ import annotations

import duckdb
import pytest

from pyflare.schema.arrow import arrow_schema
from pyflare.schema.columns import Table
from pyflare.schema.sql import empty_sql, quote
from pyflare.schema.tables import TABLES


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_duckdb_reads_the_arrow_schema_as_its_own_types(table: Table) -> None:
    """A table's Arrow schema and its empty SQL source have the same columns of the same types."""
    connection = duckdb.connect()
    connection.register("rows", arrow_schema(table).empty_table())
    from_arrow = connection.execute("DESCRIBE rows").fetchall()
    from_sql = connection.execute(f"DESCRIBE {empty_sql(table)}").fetchall()
    assert [found[:2] for found in from_arrow] == [found[:2] for found in from_sql]
    assert tuple(found[0] for found in from_arrow) == table.column_names


def test_identifiers_are_quoted() -> None:
    """A name with a quote in it stays one identifier."""
    assert quote('a"b') == '"a""b"'
