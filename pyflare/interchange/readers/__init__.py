"""Readers of files, one for each format: each reads a file and hands over to an intake what it finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pyflare.interchange.intake import Intake
from pyflare.interchange.readers.langfuse import read_langfuse
from pyflare.interchange.readers.otlp import read_json, read_lengths, read_message
from pyflare.interchange.readers.phoenix import read_phoenix
from pyflare.interchange.readers.records import Mapped, read_records
from pyflare.interchange.readers.stored import read_arrow, read_database, read_parquet
from pyflare.interchange.sniff import ImportFormat

Reader = Callable[[Path, Intake], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What formats that do not speak for themselves need to be told."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """For plain records: columns of `predictions` by the names of the fields they come from."""
    model: str | None = None
    """For plain records that name no model."""


_READERS: Final[Mapping[ImportFormat, Reader]] = {
    ImportFormat.OTLP_JSON: read_json,
    ImportFormat.OTLP_PROTO: read_lengths,
    ImportFormat.OTLP_MESSAGE: read_message,
    ImportFormat.PARQUET: read_parquet,
    ImportFormat.ARROW: read_arrow,
    ImportFormat.DUCKDB: read_database,
    ImportFormat.PHOENIX: read_phoenix,
    ImportFormat.LANGFUSE: read_langfuse,
}


def read(format: ImportFormat, path: Path, intake: Intake, options: ReadOptions) -> None:
    """Read a file of a known format.

    Raises:
        DataError: It is not of that format.
        OSError: It cannot be read, or the folder cannot be written.
    """
    if format is ImportFormat.RECORDS:
        read_records(path, intake, Mapped(options.columns, options.model))
    else:
        _READERS[format](path, intake)
