"""Rows of whatever types as JSON and CSV.

JSON has no types for most of what SQL has. Whole numbers that a double cannot
hold come as text, and so do NaN and the infinities; decimals as numbers; times in
RFC 3339, dates and times of day in ISO 8601; bytes as base64; maps as objects
where their keys are texts, else as lists of pairs.
"""

from __future__ import annotations

import base64
import csv
import io
import math
from decimal import Decimal
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

_LARGEST_EXACT: Final = (1 << 53) - 1
_RFC3339: Final = "%Y-%m-%dT%H:%M:%S"


def values(column: pa.Array | pa.ChunkedArray) -> list[Any]:
    """A column as values that JSON can hold."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(whole, pa.ChunkedArray):
        return [value for chunk in whole.chunks for value in values(chunk)]
    type = whole.type
    if pa.types.is_dictionary(type):
        return values(whole.dictionary_decode())
    if pa.types.is_timestamp(type):
        return _moments(whole)
    if pa.types.is_nested(type):
        return _nested(whole)
    return [*map(_value, _plain(whole).to_pylist())]


def _plain(column: pa.Array) -> pa.Array:
    """Times and dates as text, which Python could not hold to the nanosecond; all else as it is."""
    return column.cast(pa.string()) if pa.types.is_temporal(column.type) else column


def _moments(column: pa.Array) -> list[Any]:
    zone = "Z" if column.type.tz is not None else ""
    found: list[Any] = pc.strftime(column, format=f"{_RFC3339}{zone}").to_pylist()
    return found


def _value(value: Any) -> Any:
    match value:
        case bool() | None | str():
            return value
        case int():
            return value if -_LARGEST_EXACT <= value <= _LARGEST_EXACT else str(value)
        case float():
            return value if math.isfinite(value) else "NaN" if math.isnan(value) else f"{'-' * (value < 0)}Infinity"
        case Decimal():
            return _value(int(value)) if value == value.to_integral_value() else float(value)
        case bytes():
            return base64.b64encode(value).decode()
    return str(value)


def _nested(column: pa.Array) -> list[Any]:
    type = column.type
    if pa.types.is_map(type):
        return _maps(column)
    if pa.types.is_struct(type):
        return _structs(column)
    if pa.types.is_list(type) or pa.types.is_large_list(type) or pa.types.is_fixed_size_list(type):
        return _lists(column)
    return [str(value) for value in column]


def _lists(column: pa.Array) -> list[Any]:
    inner = iter(values(column.flatten()))
    lengths = pc.list_value_length(column).to_pylist()
    return [None if length is None else [next(inner) for _ in range(length)] for length in lengths]


def _structs(column: pa.Array) -> list[Any]:
    names = [field.name for field in column.type]
    members = [values(member) for member in column.flatten()]
    rows = zip(*members, strict=True) if members else (() for _ in range(len(column)))
    present = column.is_valid().to_pylist()
    return [dict(zip(names, row, strict=True)) if there else None for row, there in zip(rows, present, strict=True)]


def _maps(column: pa.Array) -> list[Any]:
    pairs = _lists(pa.ListArray.from_arrays(column.offsets, _pairs(column), mask=column.is_null()))
    is_object = pa.types.is_string(column.type.key_type) or pa.types.is_large_string(column.type.key_type)
    shaped = [None if row is None else [(pair["k"], pair["v"]) for pair in row] for row in pairs]
    return [None if row is None else dict(row) if is_object else [list(pair) for pair in row] for row in shaped]


def _pairs(column: pa.Array) -> pa.Array:
    return pa.StructArray.from_arrays([column.keys, column.items], names=["k", "v"])


def as_csv(table: pa.Table) -> bytes:
    """A table as CSV (RFC 4180) in UTF-8: what is nested as JSON, what is missing as nothing."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(table.column_names)
    writer.writerows(zip(*([*map(_cell, values(column))] for column in table.columns), strict=True))
    return target.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return msgspec.json.encode(value).decode() if isinstance(value, list | dict) else value
