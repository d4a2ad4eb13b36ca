"""Rows of the store as plain Python values: times as unix nanoseconds, attributes with their types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from pyflare.store.decode import typed_value

Row = Mapping[str, Any]
Pairs = Iterable[tuple[str, str]]


def plain_rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    """Each row as a dict; times, inside of lists too, as unix nanoseconds; maps as lists of pairs."""
    fields = [field.with_type(_whole(field.type)) for field in table.schema]
    columns = [
        column if column.type == field.type else column.cast(field.type)
        for column, field in zip(table.columns, fields, strict=True)
    ]
    yield from pa.table(columns, schema=pa.schema(fields)).to_pylist()


def _whole(type: pa.DataType) -> pa.DataType:
    """The type with integers in place of times: Python has no time of nanoseconds."""
    if pa.types.is_timestamp(type):
        return pa.int64()
    if pa.types.is_list(type):
        return pa.list_(_whole(type.value_type))
    if pa.types.is_struct(type):
        return pa.struct([field.with_type(_whole(field.type)) for field in type])
    return type


def attributes_of(values: Pairs | None, types: Pairs | None) -> dict[str, Any]:
    """The values of a typed map as they were. One whose text does not fit its type stays text."""
    named = dict(types or ())
    return {key: _value(text, named.get(key)) for key, text in values or ()}


def _value(text: str, type: str | None) -> Any:
    if type is None:
        return text
    try:
        return typed_value(text, type)
    except ValueError:
        return text


def mapping_of(text: str | None) -> dict[str, Any]:
    """The object that a column of JSON holds; an empty one where it holds none."""
    if not text:
        return {}
    value = json_value(text)
    return value if isinstance(value, dict) else {}


def json_value(text: str) -> Any:
    """Any value that `json_text` was given; text that is no JSON as it is."""
    try:
        return typed_value(text, "kvlist")
    except ValueError:
        return text
