"""Deleting vectors from LanceDB."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.store.vectors.lance import connect, drop_versions, open_tables


def remove(root: Path, traces: pa.Table, predictions: pa.Table) -> int:
    """Delete the vectors of some traces and predictions, bytes and all. The caller holds the lock.

    Args:
        root: The folder.
        traces: A table with the column `trace_id`.
        predictions: A table with the column `prediction_id`.

    Returns:
        How many vectors went.

    Raises:
        MissingExtraError: There are vectors, and LanceDB is not installed.
    """
    trace_ids, prediction_ids = traces["trace_id"].combine_chunks(), predictions["prediction_id"].combine_chunks()

    def goes(rows: pa.Table) -> Any:
        return pc.or_(
            pc.is_in(rows["trace_id"], value_set=trace_ids, skip_nulls=True),
            pc.is_in(rows["prediction_id"], value_set=prediction_ids, skip_nulls=True),
        )

    removed = 0
    for table in open_tables(root):
        keys = table.search().select(["trace_id", "prediction_id"]).to_arrow()
        count = pc.sum(goes(keys)).as_py() or 0
        if count:
            _rewrite(root, table, goes)
            removed += count
    return removed


def _rewrite(root: Path, table: Any, goes: Callable[[pa.Table], pa.Array]) -> None:
    """Write a table anew without some rows: LanceDB marks deleted rows and may keep their bytes for long."""
    schema = table.schema

    def kept() -> Iterator[pa.RecordBatch]:
        for batch in table.search().to_batches():
            rows = pa.Table.from_batches([batch])
            yield from rows.filter(pc.invert(goes(rows))).to_batches()

    reader = pa.RecordBatchReader.from_batches(schema, kept())
    drop_versions(connect(root).create_table(table.name, data=reader, schema=schema, mode="overwrite"))


def expire(root: Path, *, before_ns: int) -> int:
    """Delete the vectors that were captured before a moment in unix nanoseconds. Returns how many went.

    Raises:
        MissingExtraError: There are vectors, and LanceDB is not installed.
    """
    removed = 0
    for table in open_tables(root):
        where = f"cast(timestamp AS bigint) < {before_ns}"
        count = table.count_rows(where)
        if count:
            table.delete(where)
            drop_versions(table)
            removed += count
    return removed
