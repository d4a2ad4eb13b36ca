"""What `pyflare export` wrote: Parquet, Arrow and DuckDB, straight to parts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from pyflare.errors import DataError
from pyflare.interchange.export import TABLE_KEY
from pyflare.interchange.intake import Intake
from pyflare.schema.tables import SCHEMA_VERSION, SPANS, TABLES, TRACES
from pyflare.store.database import open_database
from pyflare.store.parts import SCHEMA_VERSION_KEY

_BATCH_ROWS: Final = 16_384


def table_of(schema: pa.Schema, path: Path) -> str:
    """The table that a Parquet or Arrow file holds.

    Raises:
        DataError: It does not say so, or a newer PyFlare wrote it.
    """
    metadata = schema.metadata or {}
    table: str = metadata.get(TABLE_KEY, b"").decode(errors="replace")
    if table not in TABLES:
        raise DataError(
            f"{path.name}: expected rows of a table that `pyflare export` wrote, with all its columns; "
            f"got columns {', '.join(schema.names[:5])}, …. Hint: --format records --map … reads predictions."
        )
    version = int(metadata.get(SCHEMA_VERSION_KEY.encode(), b"1"))
    if version > SCHEMA_VERSION:
        raise DataError(
            f"{path.name}: expected schema version {SCHEMA_VERSION} or older, got {version}. Update PyFlare."
        )
    return table


def read_parquet(path: Path, intake: Intake) -> None:
    """Read a Parquet file of one table."""
    with pq.ParquetFile(path, pre_buffer=False) as file:
        table = table_of(file.schema_arrow, path)
        for batch in file.iter_batches(batch_size=_BATCH_ROWS):
            intake.table(table, pa.Table.from_batches([batch]))


def read_arrow(path: Path, intake: Intake) -> None:
    """Read an Arrow file of one table."""
    with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as file:
        table = table_of(file.schema, path)
        for index in range(file.num_record_batches):
            intake.table(table, pa.Table.from_batches([file.get_batch(index)]))


def read_database(path: Path, intake: Intake) -> None:
    """Read a DuckDB file of many tables; traces after the spans they sum up."""
    with open_database(path) as tables:
        for table, pieces in _traces_last(tables):
            for rows in pieces:
                intake.table(table, rows)


def _traces_last(tables: dict[str, Iterator[pa.Table]]) -> list[tuple[str, Iterator[pa.Table]]]:
    rank = {SPANS.name: 0, TRACES.name: 2}
    return sorted(tables.items(), key=lambda item: rank.get(item[0], 1))
