"""How much a folder holds, and since when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pyflare.schema.tables import TABLES
from pyflare.store.engine import Engine
from pyflare.store.journal.reader import list_writers
from pyflare.workspace import arrow
from pyflare.workspace.losses import read_losses
from pyflare.workspace.render import grid, units

_DISK_BLOCK_BYTES = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class TableStats:
    """One table."""

    name: str
    rows: int
    parts: int
    size_bytes: int
    """Of its parts."""
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class StoreStats:
    """One folder. Prints as a table."""

    path: Path
    tables: tuple[TableStats, ...]
    """Those that have rows."""
    journal_bytes: int
    """On disk, for what is in no part yet and for what is not shipped."""
    vector_bytes: int
    writers_alive: int
    writers_dead: int
    """Processes that have ended, with something left in their journal."""
    losses: dict[str, int]
    """What was not kept as it came, by reason."""

    @property
    def size_bytes(self) -> int:
        """Bytes of parts, vectors and journals."""
        return sum(table.size_bytes for table in self.tables) + self.journal_bytes + self.vector_bytes

    def columns(self) -> list[grid.Column]:
        """The tables as columns of text."""
        return grid.columns(
            {
                "table": [table.name for table in self.tables],
                "rows": [table.rows for table in self.tables],
                "parts": [table.parts for table in self.tables],
                "size_bytes": [table.size_bytes for table in self.tables],
                "first": [table.first for table in self.tables],
                "last": [table.last for table in self.tables],
            }
        )

    def lines(self) -> Iterator[str]:
        """What else there is to say."""
        vectors = f", vectors {units.size(self.vector_bytes)}" if self.vector_bytes else ""
        yield f"{units.size(self.size_bytes)} in all: journals {units.size(self.journal_bytes)}{vectors}"
        yield f"{units.plural(self.writers_alive, 'process')} writing" + (
            f", {self.writers_dead:,} ended and not compacted" if self.writers_dead else ""
        )
        if self.losses:
            yield "not kept as it came: " + ", ".join(f"{reason} {count:,}" for reason, count in self.losses.items())

    def __repr__(self) -> str:
        return "\n".join([f"{self.path}", grid.as_text(self.columns()), *self.lines()])

    def _repr_html_(self) -> str:
        return grid.as_html(self.columns()) + f"<pre>{chr(10).join(self.lines())}</pre>"


def read_stats(engine: Engine, path: Path) -> StoreStats:
    """Count what there is."""
    catalog = engine.snapshot().catalog
    writers = list_writers(engine.root)
    alive = sum(writer.alive for writer in writers)
    counts = " UNION ALL ".join(
        f"SELECT '{table.name}' AS name, count(*) AS rows, min({table.time_column}) AS first, "
        f"max({table.time_column}) AS last FROM {table.name}"
        for table in TABLES.values()
    )
    rows = arrow.dicts(engine.run(lambda *_: (counts, None), traces=True))
    tables = (
        TableStats(
            **row,
            parts=len(catalog.parts_of(row["name"])),
            size_bytes=sum(part.size_bytes for part in catalog.parts_of(row["name"])),
        )
        for row in rows
    )
    return StoreStats(
        path=path,
        tables=tuple(table for table in tables if table.rows or table.parts),
        journal_bytes=_disk_bytes(engine.root / "journal"),
        vector_bytes=_disk_bytes(engine.root / "vectors"),
        writers_alive=alive,
        writers_dead=len(writers) - alive,
        losses=read_losses(engine),
    )


def _disk_bytes(folder: Path) -> int:
    """What the files below a folder take on disk. Files that vanish meanwhile do not count."""
    total = 0
    for path in folder.rglob("*"):
        try:
            status = path.lstat()
        except FileNotFoundError:
            continue
        total += status.st_blocks * _DISK_BLOCK_BYTES
    return total
