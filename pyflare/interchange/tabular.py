"""Rows as files and streams of bytes, in the formats that other tools read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from pyflare.errors import DataError
from pyflare.interchange.targets import plain_suffixes
from pyflare.workspace import arrow


class Format(StrEnum):
    """Formats of results."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    ARROW = "arrow"
    PARQUET = "parquet"


BINARY: Final = frozenset({Format.ARROW, Format.PARQUET})
"""Formats that no terminal shows."""

_SUFFIXES: Final = {
    ".csv": Format.CSV,
    ".json": Format.JSON,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".arrow": Format.ARROW,
    ".feather": Format.ARROW,
    ".parquet": Format.PARQUET,
}

_GROUP_ROWS: Final = 32_768
_GROUP_BYTES: Final = 64 << 20
"""A row group of a Parquet file ends with either."""

Batches = Iterable[pa.RecordBatch]


def format_of(path: Path) -> Format:
    """The format that a file's name asks for.

    Raises:
        DataError: Its ending says none.
    """
    found = _SUFFIXES.get((plain_suffixes(path) or [""])[-1])
    if found is None:
        raise DataError(
            f"expected a file that ends in {', '.join(_SUFFIXES)}, got {path.name}. Hint: --format says it as well."
        )
    return found


def write(batches: Batches, schema: pa.Schema, format: Format, file: BinaryIO) -> None:
    """Write rows to an open file. Times in text formats are ISO 8601, in UTC, to the microsecond. Raises OSError."""
    _WRITERS[format](batches, schema, file)


def _write_jsonl(batches: Batches, schema: pa.Schema, file: BinaryIO) -> None:
    encode = msgspec.json.Encoder().encode
    for batch in batches:
        lines = [encode(row) for row in arrow.dicts(pa.Table.from_batches([batch], schema))]
        file.write(b"\n".join([*lines, b""]))


def _write_json(batches: Batches, schema: pa.Schema, file: BinaryIO) -> None:
    encode = msgspec.json.Encoder().encode
    before = b"["
    for batch in batches:
        for row in arrow.dicts(pa.Table.from_batches([batch], schema)):
            file.write(before + b"\n" + encode(row))
            before = b","
    file.write(b"[]\n" if before == b"[" else b"\n]\n")


def _write_csv(batches: Batches, schema: pa.Schema, file: BinaryIO) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(schema.names)
    for batch in batches:
        rows = arrow.dicts(pa.Table.from_batches([batch], schema))
        writer.writerows([_csv_cell(value) for value in row.values()] for row in rows)
    text.detach()


def _csv_cell(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case list() | dict():
            return json.dumps(value, default=str, ensure_ascii=False)
        case bool():
            return "true" if value else "false"
        case _:
            return value


def _write_parquet(batches: Batches, schema: pa.Schema, file: BinaryIO) -> None:
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for group in _row_groups(batches):
            writer.write_table(pa.Table.from_batches(group, schema))


def _row_groups(batches: Batches) -> Iterator[list[pa.RecordBatch]]:
    """Batches in groups large enough to pack well, and small enough to be held."""
    group: list[pa.RecordBatch] = []
    for batch in batches:
        group.append(batch)
        if sum(held.num_rows for held in group) >= _GROUP_ROWS or sum(held.nbytes for held in group) >= _GROUP_BYTES:
            yield group
            group = []
    if group:
        yield group


def _write_arrow(batches: Batches, schema: pa.Schema, file: BinaryIO) -> None:
    with pa.ipc.new_file(file, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


_WRITERS: Final[dict[Format, Callable[[Batches, pa.Schema, BinaryIO], None]]] = {
    Format.CSV: _write_csv,
    Format.JSON: _write_json,
    Format.JSONL: _write_jsonl,
    Format.ARROW: _write_arrow,
    Format.PARQUET: _write_parquet,
}
