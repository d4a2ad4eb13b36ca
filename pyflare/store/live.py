"""What the journals hold that no part holds yet, as Arrow tables kept up to date.

A refresh decodes only what has been written since the one before, so it costs
next to nothing where nothing was. Rows stay with the segment they came from:
when a compaction has put the segment's records into parts, its rows go.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pyarrow as pa

from pyflare.errors import StoreError
from pyflare.schema.arrow import arrow_schema
from pyflare.schema.tables import EVALUATIONS, INTEGRITY, SPANS
from pyflare.store import decode
from pyflare.store.catalog import CATALOG_NAME, Catalog, load_catalog
from pyflare.store.journal.reader import list_writers
from pyflare.store.known import KnownRows
from pyflare.store.live_journal import LiveJournal, Tables
from pyflare.store.normalise import mark_repeated
from pyflare.store.once import each_evaluation_once, each_once
from pyflare.store.priced import FolderPrices

_ATTEMPTS: Final = 100
"""Snapshots tried while compactions keep committing; a commit takes far longer than an attempt."""

_INTEGRITY: Final = arrow_schema(INTEGRITY)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """The folder at one moment: each record is in a part of the catalogue, or in `live`, never in both."""

    catalog: Catalog
    live: Tables
    """Rows of the journals by table; tables without any are left out."""


class LiveFolder:
    """Takes snapshots of one folder. Not for several threads at once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._journals: dict[str, LiveJournal] = {}
        self._prices = FolderPrices(root)
        self._known_spans = KnownRows(root, SPANS, ("trace_id", "span_id"))
        self._known_evaluations = KnownRows(root, EVALUATIONS, ("evaluation_id",))
        self._names: list[str] = []
        self._gone = False
        """Whether a journal has been deleted since the last snapshot."""
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
        changed = [journal for journal in self._journals.values() if journal.changed]
        if changed or self._gone or catalog is not self._snapshot.catalog:
            self._snapshot = Snapshot(catalog=catalog, live=MappingProxyType(self._tables(catalog)))
            self._gone = False
            for journal in changed:
                journal.changed = False
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
        self._list_journals()
        for journal in self._journals.values():
            journal.refresh(catalog)

    def _list_journals(self) -> None:
        """Meet new journals and forget deleted ones."""
        try:
            names = sorted(os.listdir(self._root / "journal"))
        except FileNotFoundError:
            names = []
        if names == self._names:
            return
        found = {journal.info.writer_id: journal for journal in list_writers(self._root) if journal.info.keep}
        self._gone |= not self._journals.keys() <= found.keys()
        self._journals = {
            name: self._journals.get(name) or LiveJournal(journal, self._prices) for name, journal in found.items()
        }
        self._names = names

    def _tables(self, catalog: Catalog) -> dict[str, pa.Table]:
        journals = self._journals.values()
        chunks = (chunk for journal in journals for chunk in journal.chunks())
        unfinished = decode.tables([batch for journal in journals if (batch := journal.unfinished()).unfinished])
        pieces: dict[str, list[pa.Table]] = {}
        for tables in (*chunks, unfinished, _integrity(journals)):
            for name, table in tables.items():
                pieces.setdefault(name, []).append(table)
        rows = {name: pa.concat_tables(tables) for name, tables in pieces.items()}
        if any(journal.holds_requests for journal in journals):
            if "spans" in rows:
                rows["spans"] = self._known_spans.left_out(each_once(rows["spans"]), catalog)
            if "evaluations" in rows:
                judged = each_evaluation_once(rows["evaluations"])
                rows["evaluations"] = self._known_evaluations.left_out(judged, catalog)
        if "spans" in rows:
            rows["spans"] = mark_repeated(rows["spans"])
        return rows


def _integrity(journals: Iterable[LiveJournal]) -> Tables:
    """The counts of losses as rows of `integrity`."""
    now_ns = time.time_ns()
    rows = [
        (now_ns, live.journal.info.writer_id, live.journal.info.service_name, reason, count)
        for live in journals
        for reason, count in live.losses.items()
    ]
    if not rows:
        return {}
    columns = [pa.array(values, field.type) for values, field in zip(zip(*rows, strict=True), _INTEGRITY, strict=True)]
    return {"integrity": pa.Table.from_arrays(columns, schema=_INTEGRITY)}
