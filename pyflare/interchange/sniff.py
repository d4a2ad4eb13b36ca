"""What a file holds, from its first bytes."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from pyflare.errors import DataError
from pyflare.interchange.targets import plain_suffixes, reading

_HEAD_BYTES: Final = 1 << 16
_DUCKDB_MAGIC: Final = b"DUCK"
_DUCKDB_MAGIC_AT: Final = 8
_PHOENIX_COLUMN: Final = "context.trace_id"
_OTLP_KEYS: Final = frozenset({"resourceSpans", "resourceMetrics", "resourceLogs"})
_LANGFUSE_KEYS: Final = frozenset({"observations", "traceId", "trace_id", "projectId"})


class ImportFormat(StrEnum):
    """What `pyflare import` reads."""

    OTLP_JSON = "otlp-json"  # one request, or one to a line
    OTLP_PROTO = "otlp-proto"  # requests, each after its length as a varint
    OTLP_MESSAGE = "otlp-message"  # one request
    PARQUET = "parquet"
    ARROW = "arrow"
    DUCKDB = "duckdb"
    PHOENIX = "phoenix"  # Parquet, CSV or JSON lines of a data frame of spans
    LANGFUSE = "langfuse"  # JSON or JSON lines of observations or traces
    RECORDS = "records"  # JSON lines, CSV or Parquet of predictions


def sniff(path: Path) -> ImportFormat:
    """The format of a file.

    Raises:
        DataError: It is none of those that PyFlare reads.
        OSError: The file cannot be read.
    """
    with reading(path) as file:
        head = file.read(_HEAD_BYTES)
    if head.startswith(b"PAR1"):
        return _of_columns(pq.read_schema(path).names, ImportFormat.PARQUET)
    if head.startswith(b"ARROW1"):
        return ImportFormat.ARROW
    if head[_DUCKDB_MAGIC_AT : _DUCKDB_MAGIC_AT + len(_DUCKDB_MAGIC)] == _DUCKDB_MAGIC:
        return ImportFormat.DUCKDB
    if head.lstrip()[:1] in (b"{", b"["):
        return _of_json(head.lstrip())
    if plain_suffixes(path)[-1:] in ([".csv"], [".tsv"]):
        return _of_columns(head.split(b"\n", 1)[0].decode(errors="replace").replace('"', "").split(","), None)
    if not head:
        return ImportFormat.OTLP_JSON  # an export of no rows
    if _is_text(head):
        raise DataError(
            f"{path.name}: expected OTLP, Parquet, Arrow, DuckDB, or an export of Phoenix or Langfuse, "
            "got text that is none of them. Hint: --format records --map … reads CSV and JSON lines."
        )
    return ImportFormat.OTLP_PROTO if _starts_with_length(head) else ImportFormat.OTLP_MESSAGE


def _of_columns(names: list[str], own: ImportFormat | None) -> ImportFormat:
    if _PHOENIX_COLUMN in names:
        return ImportFormat.PHOENIX
    return own if own is not None and "pyflare" not in names else ImportFormat.RECORDS


def _of_json(head: bytes) -> ImportFormat:
    """The format of JSON, from the first object that can be read in it, or from the names that stand in it."""
    first = _first_object(head)
    if first is None:
        words = {word for word in (*_OTLP_KEYS, "context.trace_id") if f'"{word}"'.encode() in head}
        first = dict.fromkeys(words)
    if _OTLP_KEYS & first.keys():
        return ImportFormat.OTLP_JSON
    if _PHOENIX_COLUMN in first or ("context" in first and "span_kind" in first):
        return ImportFormat.PHOENIX
    if _LANGFUSE_KEYS & first.keys() and ("startTime" in first or "timestamp" in first or "observations" in first):
        return ImportFormat.LANGFUSE
    return ImportFormat.RECORDS


def _first_object(head: bytes) -> dict[str, Any] | None:
    text = head.decode(errors="ignore").lstrip("[ \t\r\n")
    try:
        value, _ = json.JSONDecoder().raw_decode(text)
    except ValueError:  # longer than what was read
        return None
    return value if isinstance(value, dict) else None


def _is_text(head: bytes) -> bool:
    return not any(byte < 9 for byte in head[:512])


def _starts_with_length(head: bytes) -> bool:
    """Whether protobuf begins with the length of a message: a request itself begins with the tag of field 1."""
    length, shift = 0, 0
    for index, digit in enumerate(head[:10]):
        length |= (digit & 0x7F) << shift
        shift += 7
        if digit < 0x80:
            following = head[index + 1 : index + 2]
            return length > 0 and following in (b"\x0a", b"")
    return False
