"""Changes to what is committed: one process at a time, all or nothing.

Whoever changes the folder holds `compact.lock`. Parts are written first, then
one new catalogue puts them in force, then what they supersede is deleted. A
crash in between leaves files without meaning, which the next holder deletes.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from pyflare.errors import StoreError
from pyflare.schema.sql import parts_sql, views_sql
from pyflare.schema.tables import TABLES
from pyflare.store.catalog import (
    CATALOG_NAME,
    Catalog,
    Deletion,
    Part,
    commit_catalog,
    load_catalog,
    segment_key,
    sync_directory,
    write_synced,
)
from pyflare.store.journal.format import WRITER_ID
from pyflare.store.journal.reader import WriterJournal, list_writers, parse_segment
from pyflare.store.journal.shipped import is_shipped, load_positions
from pyflare.store.journal.writer import write_atomically
from pyflare.store.parts import paths_by_version

LOCK_NAME: Final = "compact.lock"
VIEWS_NAME: Final = "views.sql"
_POLL_S: Final = 0.05
COUNTERS_NAME: Final = "counters"
"""Its key among the contained segments says that a journal is closed: its losses are rows of `integrity`."""

LEFTOVER_S: Final = 3600.0
"""Age at which a file still without its name is nobody's."""
_UNNAMED: Final = re.compile(rf"\.(?:.+\.[0-9]+-[0-9a-f]{{6}}|{WRITER_ID.pattern}(?:-[0-9a-f]{{8}})?)")

OnStep = Callable[[str], None]
"""Told of each step that a crash can come after: part, carry, catalog, views, swept."""


@contextmanager
def exclusive(root: Path, *, wait_s: float = 0.0) -> Iterator[bool]:
    """Try to become the one who changes the folder; yields whether that worked.

    The kernel lets go of the lock however the process ends. Raises OSError where
    the folder cannot be written.
    """
    deadline_s = time.monotonic() + wait_s
    descriptor = os.open(root / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not (held := _try_lock(descriptor)) and time.monotonic() < deadline_s:
            time.sleep(_POLL_S)
        if not held:
            yield False
            return
        try:
            yield True
        finally:
            # Said aloud: a child forked meanwhile would hold on to the lock by its copy of the descriptor.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def exclusive_or_error(root: Path, *, wait_s: float) -> Iterator[None]:
    """Become the one who changes the folder, after waiting for another if need be.

    Raises:
        StoreError: Another process was still changing it at the end of `wait_s`.
    """
    with exclusive(root, wait_s=wait_s) as held:
        if not held:
            raise StoreError(
                f"{root}: another process has been changing the folder for more than {wait_s:g} s. Try again later."
            )
        yield


def ignore_step(step: str) -> None:
    """Take no notice of a step."""


class Change:
    """The difference between the catalogue in force and the next one. The caller holds the lock."""

    def __init__(self, root: Path, *, on_step: OnStep = ignore_step) -> None:
        self.root = root
        self.base = load_catalog(root)
        self._on_step = on_step
        self._parts = {table: [*parts] for table, parts in self.base.parts.items()}
        self._contained: set[str] = set()
        self._deletions = self.base.deletions
        self._changed = False

    @property
    def version(self) -> int:
        """The version that the commit will have; carry segments are named by it."""
        return self.base.version + 1

    def parts_of(self, table: str) -> tuple[Part, ...]:
        """The parts of a table as the change leaves them."""
        return tuple(self._parts.get(table, ()))

    def add(self, part: Part | None) -> None:
        """Put a part in force; None is no part and changes nothing."""
        if part is not None:
            self._parts.setdefault(part.table, []).append(part)
            self._changed = True
            self._on_step("part")

    def remove(self, part: Part) -> None:
        """Take a part out of force."""
        self._parts[part.table].remove(part)
        self._changed = True

    def replace(self, old: Iterable[Part], new: Part | None) -> None:
        """Put one part, or none, in the place of others."""
        for part in old:
            self.remove(part)
        self.add(new)

    def contain(self, keys: Iterable[str]) -> None:
        """Say that the records of segments need no longer be read from their journals."""
        self._contained.update(keys)
        self._changed = self._changed or bool(self._contained)

    def carry(self, directory: Path, segment: bytes) -> None:
        """Leave a segment of records in a journal that counts from the commit on. Raises OSError."""
        write_synced(directory / f"carry-{self.version:06d}.seg", segment)
        sync_directory(directory)
        self._on_step("carry")

    def delete_later(self, deletions: Iterable[Deletion]) -> None:
        """Write down the deletions that are still to be done, in place of those written down so far."""
        self._deletions = tuple(deletions)
        self._changed = self._changed or self._deletions != self.base.deletions

    def commit(self) -> Catalog:
        """Put the change in force, then delete what it supersedes. Nothing happens where nothing changed.

        Raises:
            OSError: It could not be written; the old catalogue is still in force.
        """
        if not self._changed:
            return self.base
        parts = {table: tuple(sorted(parts, key=_by_time)) for table, parts in self._parts.items() if parts}
        for table in parts:
            sync_directory(self.root / table)
        catalog = Catalog(
            version=self.version,
            parts=parts,
            contained=frozenset(key for key in self.base.contained | self._contained if _exists(self.root, key)),
            deletions=self._deletions,
        )
        commit_catalog(self.root, catalog)
        self._on_step("catalog")
        sweep(self.root, catalog)
        self._on_step("swept")
        return catalog


def _by_time(part: Part) -> tuple[int, str]:
    return (part.min_time_ns, part.name)


def _exists(root: Path, key: str) -> bool:
    """Whether there is still a file that the catalogue must keep out of sight."""
    return (root / "journal" / key).exists()


def sweep(root: Path, catalog: Catalog) -> None:
    """Delete the files that mean nothing, or no longer do, and make `views.sql` show the catalogue.

    These are superseded parts, parts and carry segments of commits that never
    happened, temporary files, contained segments that no destination waits for,
    and closed journals. The caller holds the lock. Raises OSError.
    """
    _write_views(root, catalog)
    named = {table: {part.name for part in catalog.parts_of(table)} for table in TABLES}
    for table, names in named.items():
        for path in _files(root / table):
            if path.name not in names:
                path.unlink(missing_ok=True)
    for path in root.glob(f".{CATALOG_NAME}.*"):
        path.unlink(missing_ok=True)
    _sweep_leftovers(root)
    for journal in list_writers(root):
        _sweep_journal(journal, catalog)


def _sweep_leftovers(root: Path) -> None:
    """Delete what processes left that were killed between making a file or a journal and giving it its name."""
    latest_s = time.time() - LEFTOVER_S
    for folder in (root, root / "journal"):
        for path in folder.glob(".*"):
            if not _UNNAMED.fullmatch(path.name):
                continue
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < latest_s:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()


def _write_views(root: Path, catalog: Catalog) -> None:
    """Make `views.sql` show the catalogue's parts to plain DuckDB, where it does not yet."""
    absolute = root.resolve()
    sources = {
        name: parts_sql(table, paths_by_version(absolute, catalog.parts_of(name))) for name, table in TABLES.items()
    }
    script = views_sql(sources).encode()
    path = root / VIEWS_NAME
    if not path.exists() or path.read_bytes() != script:
        write_atomically(path, script)


def _sweep_journal(journal: WriterJournal, catalog: Catalog) -> None:
    directory, info = journal.directory, journal.info
    if segment_key(info.writer_id, COUNTERS_NAME) in catalog.contained:
        shutil.rmtree(directory, ignore_errors=True)
        return
    positions = load_positions(directory, info.destinations)
    for path in _files(directory):
        segment = parse_segment(path)
        if segment is None or catalog.counts(info.writer_id, segment):
            continue
        if is_shipped(segment.name, info.destinations, positions):
            path.unlink(missing_ok=True)


def _files(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if not path.is_dir()]
    except FileNotFoundError:
        return []
