"""The tables as pyarrow schemas."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from pyflare.schema.columns import ColumnType, Table

_TIMESTAMP: Final = pa.timestamp("ns")
_EVENT: Final = pa.struct([("time", _TIMESTAMP), ("name", pa.string()), ("attributes", pa.string())])
_LINK: Final = pa.struct(
    [("trace_id", pa.string()), ("span_id", pa.string()), ("trace_state", pa.string()), ("attributes", pa.string())]
)
_BUCKET: Final = pa.struct([("upper_bound", pa.float64()), ("count", pa.int64())])

ARROW_TYPES: Final[dict[ColumnType, pa.DataType]] = {
    ColumnType.STRING: pa.string(),
    ColumnType.JSON: pa.string(),
    ColumnType.BOOL: pa.bool_(),
    ColumnType.INT64: pa.int64(),
    ColumnType.FLOAT64: pa.float64(),
    ColumnType.TIMESTAMP_NS: _TIMESTAMP,
    ColumnType.BINARY: pa.binary(),
    ColumnType.STRINGS: pa.list_(pa.string()),
    ColumnType.FLOATS: pa.list_(pa.float32()),
    ColumnType.MAP: pa.map_(pa.string(), pa.string()),
    ColumnType.EVENTS: pa.list_(_EVENT),
    ColumnType.LINKS: pa.list_(_LINK),
    ColumnType.BUCKETS: pa.list_(_BUCKET),
}
"""The Arrow type of each column type."""


def arrow_schema(table: Table) -> pa.Schema:
    """The Arrow schema of a table's stored columns.

    Every field is nullable, whatever the column says: a record that lacks a
    required value is a fault to show, not a reason to refuse the whole part.
    """
    return pa.schema([pa.field(column.name, ARROW_TYPES[column.type]) for column in table.columns])
