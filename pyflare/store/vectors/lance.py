"""The LanceDB tables of a folder: one for each name and size of embedding."""

from __future__ import annotations

import re
import warnings
import zlib
from collections.abc import Iterator
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from pyflare.errors import MissingExtraError
from pyflare.schema.arrow import arrow_schema
from pyflare.schema.tables import EMBEDDINGS

VECTORS_NAME: Final = "vectors"
_READ_ROWS: Final = 1024


def is_installed() -> bool:
    """Whether LanceDB can be imported."""
    return find_spec("lancedb") is not None


def has_vectors(root: Path) -> bool:
    """Whether embeddings have moved into LanceDB in this folder."""
    return (root / VECTORS_NAME).is_dir()


def connect(root: Path) -> Any:
    """The LanceDB database of a folder. Raises MissingExtraError where LanceDB is not installed."""
    if not is_installed():
        raise MissingExtraError(f"The vector store in {root / VECTORS_NAME}", "vectors")
    import lancedb

    return lancedb.connect(root / VECTORS_NAME)


def open_tables(root: Path) -> Iterator[Any]:
    """The LanceDB tables of a folder; none where nothing has moved yet. Raises MissingExtraError."""
    if has_vectors(root):
        database = connect(root)
        for name in table_names(database):
            yield database.open_table(name)


def moved_rows(root: Path) -> Iterator[pa.RecordBatch]:
    """All embeddings in LanceDB, piece by piece, with the columns of the table. Raises MissingExtraError."""
    schema = arrow_schema(EMBEDDINGS)
    for table in open_tables(root):
        for batch in table.search().to_batches(_READ_ROWS):
            yield from pa.Table.from_batches([batch]).select(schema.names).cast(schema).to_batches()


def count_moved(root: Path) -> int:
    """How many embeddings are in LanceDB. Raises MissingExtraError."""
    return sum(table.count_rows() for table in open_tables(root))


def table_names(database: Any) -> list[str]:
    """The names of a database's tables."""
    return list(database.list_tables().tables)


def table_name(name: str, dimensions: int) -> str:
    """What the LanceDB table is called that holds the embeddings of a name and size."""
    return f"{re.sub('[^A-Za-z0-9]+', '_', name)[:40]}-{zlib.crc32(name.encode()):08x}-{dimensions}"


def drop_versions(table: Any) -> None:
    """Free what older versions of a table hold. A search that reads one of them right now fails and runs again."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        table.optimize(cleanup_older_than=timedelta(0), delete_unverified=True)
