"""Python lists into Arrow arrays, fast where the values are as they should be.

Each builder falls back to converting value by value, so that one bad value
costs time and never the batch.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any, Final

import pyarrow as pa

from pyflare.schema.arrow import ARROW_TYPES
from pyflare.schema.columns import ColumnType
from pyflare.store.decode.typed import json_text, typed_text

_INT64_MIN: Final = -(1 << 63)
_INT64_MAX: Final = (1 << 63) - 1


def hex_ids(ids: Sequence[bytes], size_bytes: int) -> pa.Array:
    """Binary ids as hex text; an id of another size stands in its own length."""
    text = b"".join(ids).hex().encode()
    if len(text) == 2 * size_bytes * len(ids) and {*map(len, ids)} <= {size_bytes}:
        offsets = array("i", range(0, len(text) + 1, 2 * size_bytes))
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(text)]
        return pa.Array.from_buffers(pa.string(), len(ids), buffers)
    return pa.array([item.hex() for item in ids], pa.string())


def optional_hex_ids(ids: Sequence[bytes | None]) -> pa.Array:
    """Binary ids as hex text, None and empty ones as null."""
    return pa.array([item.hex() if item else None for item in ids], pa.string())


def text(values: Sequence[bytes | str | None]) -> pa.Array:
    """Text that may come as UTF-8 bytes; what is not UTF-8 is replaced, not refused."""
    if not any(values):
        return pa.array(values, pa.string()) if "" in values or b"" in values else pa.nulls(len(values), pa.string())
    try:
        return pa.array(values, pa.string())
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError):
        return pa.array([None if value is None else clean_text(value) for value in values], pa.string())


def clean_text(value: object) -> str:
    """Any value as text that is valid UTF-8."""
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return str(value).encode(errors="replace").decode()


def constants(words: Sequence[str | None], indices: Sequence[int]) -> pa.Array:
    """A text column of few values, given by their positions in `words`; a number that is none means the first."""
    if not indices:
        return pa.array([], pa.string())
    least, most = min(indices), max(indices)
    if least < 0 or most >= len(words):
        return constants(words, [index if 0 <= index < len(words) else 0 for index in indices])
    if len(set(words[least : most + 1])) == 1:
        return pa.repeat(pa.scalar(words[least], pa.string()), len(indices))
    return pa.array(words, pa.string()).take(pa.array(array("i", indices), pa.int32()))


def column(values: Sequence[Any], type: ColumnType) -> pa.Array:
    """Values of one column; what does not fit the type is converted, or null where it cannot be."""
    arrow_type = ARROW_TYPES[type]
    if type is ColumnType.STRING:
        return text(values)
    if type is ColumnType.JSON:
        return text([None if value is None else _json(value) for value in values])
    if type is ColumnType.FLOATS:
        values = [_floats(value) for value in values]
    elif type is ColumnType.STRINGS:  # a text is a sequence of texts to pyarrow
        values = [[value] if isinstance(value, (str, bytes)) else value for value in values]
    elif type is ColumnType.EVENTS:
        return events(values)
    try:
        return pa.array(values, arrow_type)
    except (pa.ArrowException, OverflowError, UnicodeEncodeError, TypeError, ValueError):
        return pa.array([_fitting(value, type) for value in values], arrow_type)


def _json(value: object) -> str:
    """JSON text: text and bytes hold JSON already, everything else is encoded."""
    if isinstance(value, (str, bytes)):
        return clean_text(value)
    return json_text(value)


def _floats(value: Any) -> Any:
    """A vector: a list of numbers, or little-endian float32 bytes."""
    if not isinstance(value, bytes):
        return value
    numbers = array("f")
    numbers.frombytes(value[: len(value) // 4 * 4])
    return numbers


def _fitting(value: Any, type: ColumnType) -> Any:
    """The value as the type wants it, or None where there is no such value."""
    if value is None:
        return None
    try:
        match type:
            case ColumnType.INT64 | ColumnType.TIMESTAMP_NS:
                number = int(value)
                return number if _INT64_MIN <= number <= _INT64_MAX else None
            case ColumnType.FLOAT64:
                return float(value)
            case ColumnType.BOOL:
                return bool(value)
            case ColumnType.STRINGS:
                return [clean_text(item) for item in value]
            case ColumnType.FLOATS:
                return [float(item) for item in value]
            case _:
                pa.scalar(value, ARROW_TYPES[type])
                return value
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return None


def typed_maps(maps: Sequence[Mapping[str, Any] | None]) -> tuple[pa.Array, pa.Array]:
    """Maps of any values as a column of text maps and a column of their types.

    A row without entries is an empty map in both.
    """
    filled = [entries for entries in maps if entries]
    if not filled:
        return empty_maps(len(maps)), empty_maps(len(maps))
    keys = [key for entries in filled for key in entries]
    typed = [typed_text(value) for entries in filled for value in entries.values()]
    offsets = [0, *accumulate(len(entries) if entries else 0 for entries in maps)]
    texts = text([value for value, _ in typed])
    types = [type for _, type in typed]
    ends = [0, *accumulate(int(type is not None) for type in types)]
    not_text = [position for position, type in enumerate(types) if type is not None]
    return (
        _map_array(offsets, text(keys), texts),
        _map_array(
            [ends[offset] for offset in offsets],
            text([keys[position] for position in not_text]),
            text([types[position] for position in not_text]),
        ),
    )


def _map_array(offsets: Sequence[int], keys: pa.Array, values: pa.Array) -> pa.Array:
    return pa.MapArray.from_arrays(pa.array(offsets, pa.int32()), keys, values)


def empty_maps(count: int) -> pa.Array:
    """`count` empty maps."""
    nothing = pa.array([], pa.string())
    return _map_array(array("i", bytes(4 * (count + 1))), nothing, nothing)


def events(values: Sequence[Iterable[tuple[int, str, Mapping[str, Any] | None]] | None]) -> pa.Array:
    """Span events as a list column; a row without events is null."""
    if not any(values):
        return pa.nulls(len(values), ARROW_TYPES[ColumnType.EVENTS])
    items = [item for row in values if row for item in row]
    fields = [
        column([item[0] for item in items], ColumnType.TIMESTAMP_NS),
        text([item[1] for item in items]),
        text([json_text(item[2]) if item[2] else None for item in items]),
    ]
    return _list_array(ColumnType.EVENTS, values, fields)


def links(values: Sequence[Iterable[tuple[bytes, bytes, str | None, Mapping[str, Any] | None]] | None]) -> pa.Array:
    """Span links as a list column; a row without links is null."""
    if not any(values):
        return pa.nulls(len(values), ARROW_TYPES[ColumnType.LINKS])
    items = [item for row in values if row for item in row]
    fields = [
        optional_hex_ids([item[0] for item in items]),
        optional_hex_ids([item[1] for item in items]),
        text([item[2] for item in items]),
        text([json_text(item[3]) if item[3] else None for item in items]),
    ]
    return _list_array(ColumnType.LINKS, values, fields)


def _list_array(type: ColumnType, values: Sequence[Any], fields: list[pa.Array]) -> pa.Array:
    list_type = ARROW_TYPES[type]
    offsets = pa.array(accumulate((len(row) if row else 0 for row in values), initial=0), pa.int32())
    structs = pa.StructArray.from_arrays(fields, fields=[*list_type.value_type])
    return pa.ListArray.from_arrays(offsets, structs, type=list_type, mask=pa.array([not row for row in values]))
