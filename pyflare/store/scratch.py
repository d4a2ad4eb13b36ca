"""A DuckDB of its own for work on parts: in memory, one thread, bounded.

It is not the engine that answers users: that one may read the folder and
nothing else, and takes every core it gets.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from pyflare.schema.sql import DUCKDB_TYPES, parts_sql, quote
from pyflare.schema.tables import TABLES
from pyflare.store.catalog import Part
from pyflare.store.parts import PartWriter, conform_part, paths_by_version

_MEMORY_LIMIT: Final = "512MB"
_BATCH_ROWS: Final = 16_384


@contextmanager
def scratch() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for one piece of work; it spills to the system's temporary folder."""
    with tempfile.TemporaryDirectory(prefix="pyflare-") as folder:
        connection = duckdb.connect(
            ":memory:",
            config={
                "threads": 1,
                "memory_limit": _MEMORY_LIMIT,
                "temp_directory": folder,
                "autoload_known_extensions": "false",
                "python_enable_replacements": "false",
            },
        )
        try:
            yield connection
        finally:
            connection.close()


def fetch(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    parameters: Mapping[str, Any] | None = None,
    **tables: pa.Table,
) -> pa.Table:
    """The result of a query that may read the given tables by name, and need not use every parameter."""
    for name, table in tables.items():
        connection.register(name, table)
    try:
        result: pa.Table = connection.sql(query, params=_used(query, parameters)).to_arrow_table()
    finally:
        for name in tables:
            connection.unregister(name)
    return result


def _used(query: str, parameters: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The parameters that a query names; DuckDB refuses the others."""
    return {name: value for name, value in (parameters or {}).items() if f"${name}" in query} or None


def parts_source(root: Path, table: str, parts: tuple[Part, ...]) -> str:
    """A query over the stored columns of some parts of a table; an empty one where there are no parts."""
    return parts_sql(TABLES[table], paths_by_version(root, parts))


def rewrite_part(
    connection: duckdb.DuckDBPyConnection,
    root: Path,
    part: Part,
    keep: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    instead: Mapping[str, str] | None = None,
) -> Part | None:
    """A new part of the rows for which the condition `keep` is not false; None where there are none.

    Columns in `instead` get the value of an SQL expression. The old part stays: the catalogue that names the new one supersedes it. Raises OSError.
    """
    table = TABLES[part.table]
    younger = "".join(
        f", NULL::{DUCKDB_TYPES[column.type]} AS {quote(column.name)}"
        for column in table.columns
        if column.since > part.schema_version
    )
    replace = ", ".join(f"{expression} AS {quote(name)}" for name, expression in (instead or {}).items())
    chosen = f"* REPLACE ({replace})" if replace else "*"
    query = f"SELECT {chosen} FROM (SELECT *{younger} FROM read_parquet($_path)) WHERE coalesce({keep}, true)"
    rows = connection.sql(query, params=_used(query, {**(parameters or {}), "_path": str(part.path(root))}))
    with PartWriter(root, table, level=part.level) as writer:
        for batch in rows.to_arrow_reader(_BATCH_ROWS):
            writer.write(conform_part(pa.Table.from_batches([batch]), table))
        return writer.finish()
