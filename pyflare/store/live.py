"""What the journals hold that no part holds yet, as Arrow tables kept up to date.

A refresh decodes only what has been written since the one before, so it costs
next to nothing where nothing was. Rows stay with the segment they came from:
when a compaction has put the segment's records into parts, its rows go.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pyflare.errors import StoreError
from pyflare.store.catalog import CATALOG_NAME, Catalog, load_catalog
from pyflare.store.snapshot import Snapshot

if TYPE_CHECKING:
    from pyflare.store.live_journals import LiveJournals

_ATTEMPTS: Final = 100
"""Snapshots tried while compactions keep committing; a commit takes far longer than an attempt."""


class LiveFolder:
    """Takes snapshots of one folder. Not for several threads at once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._journals: LiveJournals | None = None
        """None until there is one: what reads them takes longer to load than all else a reader needs."""
        self._names: list[str] = []
        self._catalog = Catalog()
        self._catalog_mark: tuple[int, ...] = ()
        self._snapshot = Snapshot(catalog=self._catalog, live=MappingProxyType({}))

    def snapshot(self) -> Snapshot:
        """The folder as it is now; the same object as before where nothing has changed.

        The catalogue is read again after the journals: if a compaction has committed
        in between, a segment may be in neither or in both, and everything starts over.

        Raises:
            CorruptError: The catalogue is damaged.
            StoreError: No two readings of the catalogue agreed.
        """
        for _ in range(_ATTEMPTS):
            catalog = self._load_catalog()
            try:
                self._refresh_journals(catalog)
            except FileNotFoundError:  # a segment was deleted: what it held is in a newer catalogue
                continue
            if self._load_catalog() is catalog:
                return self._latest(catalog)
        raise StoreError(
            f"{self._root}: expected to read it between two changes; it changed {_ATTEMPTS} times under way."
        )

    def _latest(self, catalog: Catalog) -> Snapshot:
        journals = self._journals
        if catalog is not self._snapshot.catalog or (journals is not None and journals.changed):
            live = {} if journals is None else {**journals.take(catalog)}
            self._snapshot = Snapshot(catalog=catalog, live=MappingProxyType(live))
        return self._snapshot

    def _load_catalog(self) -> Catalog:
        """The catalogue; the same object as before where its file is the same."""
        try:
            status = os.stat(self._root / CATALOG_NAME)
        except FileNotFoundError:
            return self._catalog
        mark = (status.st_ino, status.st_mtime_ns, status.st_size)
        if mark != self._catalog_mark:
            # The mark is older than what is read: at worst the same catalogue is read twice.
            self._catalog = load_catalog(self._root)
            self._catalog_mark = mark
        return self._catalog

    def _refresh_journals(self, catalog: Catalog) -> None:
        """Read what is new. Raises FileNotFoundError where a segment was deleted meanwhile."""
        try:
            names = sorted(os.listdir(self._root / "journal"))
        except FileNotFoundError:
            names = []
        if names != self._names:
            if self._journals is None:
                from pyflare.store.live_journals import LiveJournals

                self._journals = LiveJournals(self._root)
            self._journals.list_anew()
            self._names = names
        if self._journals is not None:
            self._journals.refresh(catalog)
