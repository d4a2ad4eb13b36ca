"""What is committed: the one file that says which parts and segments count.

Only the process that holds `compact.lock` commits. Everybody may read: the
catalogue is replaced by rename, so a reader sees the old one or the new one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from pyflare.errors import CorruptError
from pyflare.store.journal.reader import Segment

CATALOG_NAME: Final = "catalog.json"
COUNTERS_NAME: Final = "counters"
"""Its key among the contained segments says that a journal is closed: its losses are rows of `integrity`."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One immutable Parquet file."""

    table: str
    name: str
    rows: int
    size_bytes: int
    min_time_ns: int
    """Least value of the table's time column, in unix nanoseconds."""
    max_time_ns: int
    level: int
    """How many merges lie behind it."""
    schema_version: int

    def path(self, root: Path) -> Path:
        """Where the part lies in the folder at `root`."""
        return root / self.table / self.name


class Deletion(msgspec.Struct, frozen=True, kw_only=True):
    """A deletion that a running process still holds up."""

    column: str
    """What was asked for: trace_id, session_id or user_id."""
    value: str
    requested_unix_ns: int
    """Rows that began later are not meant."""
    waiting: dict[str, int]
    """By writer: the generation that was being written when the deletion was asked for."""
    trace_ids: tuple[str, ...] = ()
    """Traces found to be meant of which journals held more: their other spans may not say whose they are."""


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """A consistent state of the folder. A new one replaces it; it never changes."""

    version: int = 0
    parts: dict[str, tuple[Part, ...]] = {}
    """The parts that count, by table."""
    contained: frozenset[str] = frozenset()
    """`<writer_id>/<segment name>` of segments whose records are in parts, or were dropped for good."""
    deletions: tuple[Deletion, ...] = ()

    def parts_of(self, table: str) -> tuple[Part, ...]:
        """The parts of one table; none where it has no rows."""
        return self.parts.get(table, ())

    def all_parts(self) -> Iterable[Part]:
        """The parts of every table."""
        for parts in self.parts.values():
            yield from parts

    def counts(self, writer_id: str, segment: Segment) -> bool:
        """Whether a reader of this catalogue must read the segment.

        Not where its records are in parts already, and not where it is a carry
        segment of a commit that has not happened.
        """
        if segment.is_carry and segment.generation > self.version:
            return False
        return segment_key(writer_id, segment.name) not in self.contained


_decode = msgspec.json.Decoder(Catalog).decode


def segment_key(writer_id: str, segment_name: str) -> str:
    """The name of a segment in `Catalog.contained`."""
    return f"{writer_id}/{segment_name}"


def load_catalog(root: Path) -> Catalog:
    """The catalogue of the folder at `root`; an empty one where nothing was committed yet.

    Raises:
        CorruptError: The file is not a catalogue.
    """
    path = root / CATALOG_NAME
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Catalog()
    try:
        return _decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CorruptError(
            f"{path} is not a catalogue: {error}. The parts beside it are intact; restore the file from a backup."
        ) from error


def commit_catalog(root: Path, catalog: Catalog) -> None:
    """Put `catalog` in force, in one step that outlives a power cut. Raises OSError.

    The caller holds `compact.lock` and has synced every part the catalogue names.
    """
    temporary = root / f".{CATALOG_NAME}.{os.getpid()}"
    write_synced(temporary, msgspec.json.encode(catalog))
    os.replace(temporary, root / CATALOG_NAME)
    sync_directory(root)


def write_synced(path: Path, data: bytes) -> None:
    """Write a file and wait until the disk has it."""
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_directory(path: Path) -> None:
    """Wait until the disk has the names in a directory."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
