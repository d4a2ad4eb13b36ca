"""Records that are not spans into the columns of their tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.schema.arrow import arrow_schema
from pyflare.schema.columns import Column, ColumnType, Table
from pyflare.schema.records import Payload, WriterInfo
from pyflare.schema.tables import PAYLOADS, TABLES
from pyflare.store.decode import arrays
from pyflare.store.decode.journal import Batch
from pyflare.store.decode.typed import json_text

ROW_TABLES: Final = {name: table for name, table in TABLES.items() if name not in {"spans", "traces", "payloads"}}
"""Tables whose rows are written as they are. The others are made from records of their own."""

_Values = dict[str, Any]


def row_tables(batches: Sequence[Batch]) -> dict[str, pa.Table]:
    """The rows of several journals, one table per table name, sorted by time.

    Rows of a table that this PyFlare does not know are left out: see `unknown_rows`.
    """
    by_table: dict[str, list[_Values]] = {}
    for batch in batches:
        for row in batch.rows:
            table = ROW_TABLES.get(row.table)
            if table is not None:
                by_table.setdefault(table.name, []).append({**_of_journal(batch.info, table), **row.values})
    return {name: _row_table(ROW_TABLES[name], rows) for name, rows in by_table.items()}


def unknown_rows(batches: Iterable[Batch]) -> int:
    """How many rows belong to no table that rows are written to; a newer PyFlare may have more of them."""
    return sum(row.table not in ROW_TABLES for batch in batches for row in batch.rows)


def _of_journal(info: WriterInfo, table: Table) -> _Values:
    """What a row inherits from the process that wrote it, where its table has such columns."""
    return {
        table.time_column: info.started_unix_ns,
        "project": info.project,
        "service_name": info.service_name,
        "resource": json_text(info.resource),
        "writer_id": info.writer_id,
    }


def _row_table(table: Table, rows: list[_Values]) -> pa.Table:
    columns: dict[str, pa.Array] = {}
    for values_column, types_column in _typed_pairs(table):
        columns[values_column], columns[types_column] = arrays.typed_maps(
            [_mapping(row, values_column) for row in rows]
        )
    for column in table.columns:
        if column.name not in columns:
            columns[column.name] = arrays.column([row.get(column.name) for row in rows], column.type)
    whole = pa.Table.from_pydict({name: columns[name] for name in table.column_names}, schema=arrow_schema(table))
    return in_order(whole, table)


def in_order(rows: pa.Table, table: Table) -> pa.Table:
    """The rows sorted by time, those of one moment as they come; the same object where they are."""
    times = rows[table.time_column].cast(pa.int64())
    if rows.num_rows < 2 or pc.all(pc.less_equal(times[:-1], times[1:])).as_py():
        return rows
    return rows.take(pc.sort_indices(times))


def _mapping(row: _Values, name: str) -> Any:
    value = row.get(name)
    return value if isinstance(value, dict) else None


def _typed_pairs(table: Table) -> Iterator[tuple[str, str]]:
    """The columns of values and of their types, for each typed map of the table."""
    maps: Iterator[Column] = (column for column in table.columns if column.type is ColumnType.MAP)
    for values_column, types_column in zip(maps, maps, strict=True):
        yield values_column.name, types_column.name


_PAYLOAD_SCHEMA: Final = arrow_schema(PAYLOADS)


def payload_table(batches: Sequence[Batch]) -> pa.Table:
    """The payloads of several journals, each content once, sorted by time."""
    first: dict[str, Payload] = {}
    for batch in batches:
        for payload in batch.payloads:
            first.setdefault(payload.content_id, payload)
    payloads = sorted(first.values(), key=lambda payload: payload.unix_ns)
    columns = [
        arrays.text([payload.content_id for payload in payloads]),
        arrays.column([payload.unix_ns for payload in payloads], ColumnType.TIMESTAMP_NS),
        arrays.text([payload.content for payload in payloads]),
        pa.array([payload.truncated for payload in payloads], pa.bool_()),
        pa.array([len(payload.content) for payload in payloads], pa.int64()),
    ]
    return pa.Table.from_arrays(columns, schema=_PAYLOAD_SCHEMA)
