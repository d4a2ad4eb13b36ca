"""Records of text files: JSON lines, one JSON document, CSV."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from pyflare.interchange.targets import plain_suffixes, reading

_FIELD_CHARS_MAX: Final = 64 << 20
_PARQUET_ROWS: Final = 1024

Record = dict[str, Any]


def documents(file: BinaryIO) -> Iterator[bytes]:
    """The JSON documents of a file: each line, where the first is whole; else all of it, or its members if it is a list."""
    first = file.readline()
    while first and not first.strip():
        first = file.readline()
    if _is_whole(first):
        if first.strip():
            yield from _members(first)
        for line in file:
            if line.strip():
                yield line
    else:
        yield from _members(first + file.read())


def _is_whole(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except msgspec.MsgspecError:
        return not line.lstrip().startswith((b"[", b"{")) or line.rstrip().endswith(b"}")
    return True


def _members(document: bytes) -> Iterator[bytes]:
    if not document.lstrip().startswith(b"["):
        yield document
        return
    try:
        members = msgspec.json.decode(document, type=list[msgspec.Raw])
    except msgspec.MsgspecError:
        yield document
        return
    yield from map(bytes, members)


def records(path: Path) -> Iterator[Record | Exception]:
    """The records of a Parquet file, of CSV, or of JSON; in the place of one that cannot be read, why not."""
    with reading(path) as file:
        head = file.read(4)
    if head == b"PAR1":
        yield from _parquet_records(path)
        return
    with reading(path) as file:
        if plain_suffixes(path)[-1:] in ([".csv"], [".tsv"]):
            yield from _csv_records(file, "\t" if ".tsv" in plain_suffixes(path) else ",")
        else:
            yield from map(_json_record, documents(file))


def _json_record(document: bytes) -> Record | Exception:
    try:
        value = msgspec.json.decode(document)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return ValueError(f"expected JSON: {error}")
    return value if isinstance(value, dict) else ValueError(f"expected a JSON object, got {type(value).__name__}")


def _csv_records(file: BinaryIO, delimiter: str) -> Iterator[Record | Exception]:
    csv.field_size_limit(_FIELD_CHARS_MAX)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
    for row in csv.DictReader(text, delimiter=delimiter):
        if None in row:
            yield ValueError("expected as many values as there are columns, got more")
        else:
            yield {name: _cell(value) for name, value in row.items() if value not in (None, "")}
    text.detach()


def _cell(text: str) -> Any:
    """A value of CSV: JSON where it is JSON, else text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _parquet_records(path: Path) -> Iterator[Record]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=_PARQUET_ROWS):
            for row in _readable(pa.Table.from_batches([batch])).to_pylist(maps_as_pydicts="lossy"):
                yield {name: value for name, value in row.items() if not _is_missing(value)}


def _is_missing(value: Any) -> bool:
    """Whether a cell is empty: data frames write NaN where they have no value."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def _readable(table: pa.Table) -> pa.Table:
    """The table with times as unix nanoseconds: Python has no time of nanoseconds."""
    for index, field in enumerate(table.schema):
        in_ns = _with_times(field.type, pa.timestamp("ns"))
        if in_ns != _with_times(field.type, pa.int64()):
            column = table[field.name].cast(in_ns).cast(_with_times(field.type, pa.int64()))
            table = table.set_column(index, field.name, column)
    return table


def _with_times(type: pa.DataType, time_type: pa.DataType) -> pa.DataType:
    """The type with another one in place of times."""
    if pa.types.is_timestamp(type):
        return time_type
    if pa.types.is_list(type) or pa.types.is_large_list(type):
        return pa.list_(_with_times(type.value_type, time_type))
    if pa.types.is_struct(type):
        return pa.struct([field.with_type(_with_times(field.type, time_type)) for field in type])
    return type
