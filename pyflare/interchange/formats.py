"""The formats that files have, and which one a name asks for."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Final

from pyflare.errors import DataError
from pyflare.interchange.targets import plain_suffixes


class ExportFormat(StrEnum):
    """What `pyflare export` writes."""

    JSONL = "jsonl"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"
    ARROW = "arrow"
    DUCKDB = "duckdb"
    OTLP_JSON = "otlp-json"  # one request to a line
    OTLP_PROTO = "otlp-proto"  # requests, each after its length as a varint
    OTLP_MESSAGE = "otlp-message"  # one request


OTLP: Final = frozenset({ExportFormat.OTLP_JSON, ExportFormat.OTLP_PROTO, ExportFormat.OTLP_MESSAGE})
"""Formats in OpenTelemetry's words: spans, metrics and logs only."""
BINARY: Final = frozenset(
    {
        ExportFormat.ARROW,
        ExportFormat.PARQUET,
        ExportFormat.DUCKDB,
        ExportFormat.OTLP_PROTO,
        ExportFormat.OTLP_MESSAGE,
    }
)
"""Formats that no terminal shows."""

_BY_SUFFIX: Final = {
    ".csv": ExportFormat.CSV,
    ".json": ExportFormat.JSON,
    ".jsonl": ExportFormat.JSONL,
    ".ndjson": ExportFormat.JSONL,
    ".arrow": ExportFormat.ARROW,
    ".feather": ExportFormat.ARROW,
    ".parquet": ExportFormat.PARQUET,
    ".duckdb": ExportFormat.DUCKDB,
    ".otlp": ExportFormat.OTLP_PROTO,
    ".pb": ExportFormat.OTLP_PROTO,
}
SUFFIXES: Final = {
    **{format: f".{format}" for format in ExportFormat},
    ExportFormat.OTLP_JSON: ".otlp.jsonl",
    ExportFormat.OTLP_PROTO: ".otlp",
    ExportFormat.OTLP_MESSAGE: ".otlp",
}
"""How the files of a format are named in a directory of them."""


def export_format(path: Path) -> ExportFormat | None:
    """The format that a file's name asks for, or None where it asks for none: it is a directory's.

    Raises:
        DataError: Its ending says none of the formats.
    """
    suffixes = plain_suffixes(path)
    if not suffixes:
        return None
    if suffixes[-1] in (".json", ".jsonl") and ".otlp" in suffixes:
        return ExportFormat.OTLP_JSON
    found = _BY_SUFFIX.get(suffixes[-1])
    if found is None:
        raise DataError(
            f"expected a file that ends in {', '.join(_BY_SUFFIX)} or .otlp.jsonl, got {path.name}. "
            "Hint: --format says it as well; a name without an ending is a directory."
        )
    return found
