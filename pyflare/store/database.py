"""All tables in one DuckDB file, for those who want to take it along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import duckdb
import pyarrow as pa

from pyflare.errors import CorruptError, DataError
from pyflare.schema.columns import Table
from pyflare.schema.sql import DUCKDB_TYPES, quote
from pyflare.schema.tables import SCHEMA_VERSION, TABLES

_MARK: Final = "pyflare_export"
"""A table of one row that says which schema the others have."""
_BATCH_ROWS: Final = 16_384


class DatabaseWriter:
    """A DuckDB file in the making. A context manager; the file is whole when it has been closed."""

    def __init__(self, path: Path) -> None:
        self._connection = duckdb.connect(str(path), config={"python_enable_replacements": "false"})
        self._connection.execute(f"CREATE TABLE {_MARK} AS SELECT {SCHEMA_VERSION} AS schema_version")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def add(self, table: Table, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> None:
        """Write the rows of a table. Raises OSError."""
        columns = ", ".join(f"{quote(column.name)} {DUCKDB_TYPES[column.type]}" for column in table.columns)
        self._connection.execute(f"CREATE TABLE {quote(table.name)} ({columns})")
        reader = pa.RecordBatchReader.from_batches(schema, batches)
        self._connection.register("_rows", reader)
        self._connection.execute(f"INSERT INTO {quote(table.name)} BY NAME SELECT * FROM _rows")
        self._connection.unregister("_rows")


@contextmanager
def open_database(path: Path) -> Iterator[dict[str, Iterator[pa.Table]]]:
    """The tables of a file that `DatabaseWriter` made, each as pieces, to be read one after the other.

    Raises:
        CorruptError: It is no DuckDB file.
        DataError: It is a DuckDB file of something else, or of a newer PyFlare.
    """
    try:
        connection = duckdb.connect(str(path), read_only=True, config={"enable_external_access": "false"})
    except duckdb.Error as error:
        raise CorruptError(f"{path}: expected a DuckDB file; {error}") from error
    try:
        names = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        if _MARK not in names:
            raise DataError(f"{path}: expected a DuckDB file that `pyflare export` wrote; it has no table {_MARK}.")
        _check_version(connection, path)
        yield {name: _pieces(connection, name) for name in TABLES if name in names}
    finally:
        connection.close()


def _check_version(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    row = connection.execute(f"SELECT max(schema_version) FROM {_MARK}").fetchall()
    if row[0][0] is None or row[0][0] > SCHEMA_VERSION:
        raise DataError(f"{path}: expected schema version {SCHEMA_VERSION} or older, got {row[0][0]}. Update PyFlare.")


def _pieces(connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[pa.Table]:
    for batch in connection.sql(f"SELECT * FROM {quote(table)}").to_arrow_reader(_BATCH_ROWS):
        yield pa.Table.from_batches([batch])
