"""Arrow rows as plain Python values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH_ROWS: Final = 1024


def dicts(table: pa.Table) -> Iterator[dict[str, Any]]:
    """Each row as a dict: times as datetimes in UTC, to the microsecond; maps as dicts."""
    for batch in _readable(table).to_batches(max_chunksize=_BATCH_ROWS):
        yield from batch.to_pylist(maps_as_pydicts="lossy")


def lists(table: pa.Table) -> dict[str, list[Any]]:
    """Each column as a list of the same values."""
    readable = _readable(table)
    return {
        name: column.to_pylist(maps_as_pydicts="lossy")
        for name, column in zip(readable.column_names, readable.columns, strict=True)
    }


def _readable(table: pa.Table) -> pa.Table:
    """The table with times that Python's datetime can hold."""
    import pyarrow as pa

    fields = [field.with_type(_readable_type(field.type)) for field in table.schema]
    columns = [
        column if column.type == field.type else column.cast(field.type, safe=False)
        for column, field in zip(table.columns, fields, strict=True)
    ]
    return pa.table(columns, schema=pa.schema(fields))


def _readable_type(type: pa.DataType) -> pa.DataType:
    import pyarrow as pa

    if pa.types.is_timestamp(type):
        return pa.timestamp("us", tz="+00:00")
    if pa.types.is_list(type):
        return pa.list_(_readable_type(type.value_type))
    if pa.types.is_struct(type):
        return pa.struct([field.with_type(_readable_type(field.type)) for field in type])
    return type
