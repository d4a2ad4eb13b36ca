"""Changes to what is committed: all or nothing.

Whoever changes the folder holds its lock. Parts are written first, then one new
catalogue puts them in force, then what they supersede is deleted. A crash in
between leaves files without meaning, which the next holder deletes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from pyflare.store.catalog import (
    Catalog,
    Deletion,
    Part,
    commit_catalog,
    load_catalog,
    sync_directory,
    write_synced,
)
from pyflare.store.sweep import sweep

OnStep = Callable[[str], None]
"""Told of each step that a crash can come after: part, carry, catalog, swept."""


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
