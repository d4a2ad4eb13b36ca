"""Embeddings that have moved into the vector store, which no view shows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.errors import QueryError
from pyflare.schema.tables import EMBEDDINGS
from pyflare.store.vectors.lance import moved_rows

_COLUMNS: Final[Mapping[str, str]] = {"model": "model_id", "environment": "environment", "service": "service_name"}
"""Where a filter's column is called otherwise."""


def moved_embeddings(
    root: Path, *, start_ns: int | None, end_ns: int, filters: Mapping[str, Any], names: Mapping[str, str]
) -> pa.Table:
    """The embeddings of a range of time that have moved, piece by piece, so that only what is meant is held.

    Args:
        root: The folder.
        start_ns: From then on, in unix nanoseconds; from the beginning where it is None.
        end_ns: Before then.
        filters: Values by filter, or lists of values.
        names: The columns to give, by the name under which they are wanted.

    Raises:
        QueryError: They have no such column.
        MissingExtraError: LanceDB is not installed.
    """
    wanted = {_column(name): _listed(value) for name, value in filters.items()}
    columns = {name: _column(column) for name, column in names.items()}
    kept = []
    for batch in moved_rows(root):
        at_ns = batch["timestamp"].cast(pa.int64())
        mask = pc.less(at_ns, end_ns)
        if start_ns is not None:
            mask = pc.and_(mask, pc.greater_equal(at_ns, start_ns))
        for column, values in wanted.items():
            mask = pc.and_(mask, pc.is_in(batch[column], value_set=pa.array(values, pa.string())))
        rows = batch.filter(mask)
        kept.append(pa.table({name: rows[column] for name, column in columns.items()}))
    return pa.concat_tables(kept) if kept else pa.table({name: pa.nulls(0) for name in columns})


def _column(name: str) -> str:
    column = _COLUMNS.get(name, name)
    if column not in EMBEDDINGS.column_names:
        raise QueryError(f"embeddings have no column {name!r}; they have {', '.join(EMBEDDINGS.column_names)}.")
    return column


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [value]
