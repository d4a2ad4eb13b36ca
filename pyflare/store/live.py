"""What the journals hold that no part holds yet, as Arrow tables kept up to date.

A refresh decodes only what has been written since the one before, so it costs
next to nothing where nothing was. Rows stay with the segment they came from:
when a compaction has put the segment's records into parts, its rows go.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.errors import StoreError
from pyflare.schema.arrow import arrow_schema
from pyflare.schema.records import SpanStart
from pyflare.schema.tables import INTEGRITY
from pyflare.store import decode
from pyflare.store.catalog import CATALOG_NAME, Catalog, load_catalog, segment_key
from pyflare.store.change import COUNTERS_NAME
from pyflare.store.decode import Batch, JournalDecoder, SpanState
from pyflare.store.journal.format import HEADER
from pyflare.store.journal.reader import Segment, WriterJournal, list_writers, read_frames

_ATTEMPTS: Final = 100
"""Snapshots tried while compactions keep committing; a commit takes far longer than an attempt."""

_INTEGRITY: Final = arrow_schema(INTEGRITY)

_Tables = Mapping[str, pa.Table]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """The folder at one moment: each record is in a part of the catalogue, or in `live`, never in both."""

    catalog: Catalog
    live: _Tables
    """Rows of the journals by table; tables without any are left out."""


class LiveFolder:
    """Takes snapshots of one folder. Not for several threads at once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._writers: dict[str, _LiveWriter] = {}
        self._journal_names: list[str] = []
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
                changed = self._refresh_journals(catalog)
            except FileNotFoundError:  # a segment was deleted: what it held is in a newer catalogue
                continue
            if self._load_catalog() is not catalog:
                continue
            if changed or catalog is not self._snapshot.catalog:
                self._snapshot = Snapshot(catalog=catalog, live=MappingProxyType(self._tables()))
            return self._snapshot
        raise StoreError(f"{self._root}: expected a catalogue at rest, but it changed {_ATTEMPTS} times in a row.")

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

    def _refresh_journals(self, catalog: Catalog) -> bool:
        """Read what is new. Returns whether any row came, went or changed its state."""
        gone = self._list_journals()
        changed = [writer.refresh(catalog) for writer in self._writers.values()]
        return gone or any(changed)

    def _list_journals(self) -> bool:
        """Meet new journals and forget deleted ones. Returns whether a deleted one had rows here."""
        try:
            names = sorted(os.listdir(self._root / "journal"))
        except FileNotFoundError:
            names = []
        if names == self._journal_names:
            return False
        journals = {journal.info.writer_id: journal for journal in list_writers(self._root) if journal.info.keep}
        gone = [self._writers.pop(name) for name in self._writers.keys() - journals.keys()]
        for name, journal in journals.items():
            self._writers.setdefault(name, _LiveWriter(journal))
        self._journal_names = names
        return any(writer.segments for writer in gone)

    def _tables(self) -> dict[str, pa.Table]:
        pieces: dict[str, list[pa.Table]] = {}
        unfinished = [writer.unfinished() for writer in self._writers.values()]
        chunks = (chunk for writer in self._writers.values() for chunk in writer.chunks())
        integrity = _integrity(writer for writer in self._writers.values() if writer.losses)
        for tables in (*chunks, decode.tables([batch for batch in unfinished if batch.unfinished]), integrity):
            for name, table in tables.items():
                pieces.setdefault(name, []).append(table)
        return {name: pa.concat_tables(tables) for name, tables in pieces.items()}


class _LiveWriter:
    """One journal: its segments, and which spans are open across them."""

    def __init__(self, journal: WriterJournal) -> None:
        self.journal = journal
        self.alive = True
        self.segments: dict[str, _LiveSegment] = {}
        self.losses: dict[str, int] = {}
        """What it could not keep, by reason; empty once parts say it."""
        self._refused: set[bytes] = set()
        self._complete_at = -1
        """The catalogue's version at which a dead journal was read to its end: it will not change again."""

    def refresh(self, catalog: Catalog) -> bool:
        """Read what is new. Returns whether any row came, went or changed its state.

        Raises:
            FileNotFoundError: A segment was deleted meanwhile.
        """
        if self._complete_at == catalog.version:
            return False
        # Asked before reading: a process that is dead by now has written all it will, so an end
        # that is not there will never come.
        was_alive, self.alive = self.alive, self.alive and self.journal.alive
        changed = self._list_segments(catalog) or self.alive != was_alive
        changed |= self._count_losses(catalog)
        newest = max((live.segment.generation for live in self.segments.values()), default=0)
        for live in self.segments.values():
            changed |= live.read(may_grow=self.alive and live.segment.generation == newest)
        self._refuse()
        if not self.alive:
            self._complete_at = catalog.version
        return changed

    def _count_losses(self, catalog: Catalog) -> bool:
        """Read the counters. Returns whether they differ from before."""
        before = self.losses
        is_stored = segment_key(self.journal.info.writer_id, COUNTERS_NAME) in catalog.contained
        self.losses = {} if is_stored else self.journal.losses()
        return self.losses != before

    def _list_segments(self, catalog: Catalog) -> bool:
        """Meet new segments and forget those that parts contain. Returns whether any was forgotten."""
        writer_id = self.journal.info.writer_id
        found = {segment.name: segment for segment in self.journal.segments() if catalog.counts(writer_id, segment)}
        gone = self.segments.keys() - found.keys()
        self.segments = {
            name: self.segments.get(name) or _LiveSegment(segment, JournalDecoder(self.journal.info))
            for name, segment in found.items()
        }
        return bool(gone)

    def _refuse(self) -> None:
        """Drop the spans of traces that the tail sampler has refused since the last time."""
        refused = set().union(*(live.decoder.refused for live in self.segments.values()))
        newly = refused - self._refused
        self._refused = refused
        for live in self.segments.values():
            live.refuse(newly, refused)

    def chunks(self) -> Iterable[_Tables]:
        """The rows of ended spans and of other tables."""
        for live in self.segments.values():
            yield from live.chunks

    def unfinished(self) -> Batch:
        """The spans that have begun and not ended, in any of the segments."""
        state = SpanState.RUNNING if self.alive else SpanState.DIED
        batches = [live.decoder.unfinished(state) for live in self.segments.values()]
        starts = [start for batch in batches for start in batch.unfinished if not self._is_over(start)]
        return Batch(info=self.journal.info, unfinished=starts, unfinished_state=state)

    def _is_over(self, start: SpanStart) -> bool:
        key = start.trace_id + start.span_id
        return start.trace_id in self._refused or any(key in live.ended for live in self.segments.values())


class _LiveSegment:
    """One segment: how far it has been read, and the rows found so far."""

    def __init__(self, segment: Segment, decoder: JournalDecoder) -> None:
        self.segment = segment
        self.decoder = decoder
        self.ended: set[bytes] = set()
        """Trace and span ids of the spans that ended here; they may have begun in another segment."""
        self.chunks: list[_Tables] = []
        self._fresh: Batch | None = None
        self._offset = HEADER.size
        self._complete = False

    def read(self, *, may_grow: bool) -> bool:
        """Decode what is new. Returns whether anything was.

        Args:
            may_grow: Whether its process may still write to it.

        Raises:
            FileNotFoundError: It was deleted meanwhile.
        """
        if self._complete:
            return False
        # An older generation is sealed a moment after the newer one begins.
        sealed_before = not may_grow and (self.segment.is_carry or self.segment.sealed_length() is not None)
        payloads, self._offset = read_frames(self.segment, self._offset)
        self._complete = sealed_before
        if not payloads:
            return False
        self.decoder.feed(payloads)
        self._fresh = self.decoder.take()
        self.ended.update(span.trace_id + span.span_id for span in self._fresh.spans)
        return True

    def refuse(self, newly: set[bytes], refused: set[bytes]) -> None:
        """Turn what was read into rows, and drop the rows of refused traces."""
        if newly:
            self.chunks = [_without_traces(tables, newly) for tables in self.chunks]
        batch, self._fresh = self._fresh, None
        if batch is None:
            return
        if refused:
            batch.spans = [span for span in batch.spans if span.trace_id not in refused]
        self.chunks.append(decode.tables([batch]))
        while len(self.chunks) > 1 and _rows(self.chunks[-2]) <= 2 * _rows(self.chunks[-1]):
            self.chunks[-2:] = [_joined(self.chunks[-2:])]


def _integrity(writers: Iterable[_LiveWriter]) -> _Tables:
    """The counts of losses as rows of `integrity`."""
    now_ns = time.time_ns()
    rows = [
        (now_ns, writer.journal.info.writer_id, writer.journal.info.service_name, reason, count)
        for writer in writers
        for reason, count in writer.losses.items()
    ]
    if not rows:
        return {}
    columns = [pa.array(values, field.type) for values, field in zip(zip(*rows, strict=True), _INTEGRITY, strict=True)]
    return {"integrity": pa.Table.from_arrays(columns, schema=_INTEGRITY)}


def _without_traces(tables: _Tables, trace_ids: set[bytes]) -> _Tables:
    if "spans" not in tables:
        return tables
    spans = tables["spans"]
    refused = pa.array([trace_id.hex() for trace_id in trace_ids], pa.string())
    kept = spans.filter(pc.invert(pc.is_in(spans["trace_id"], value_set=refused)))
    return {**tables, "spans": kept}


def _rows(tables: _Tables) -> int:
    return sum(table.num_rows for table in tables.values())


def _joined(chunks: list[_Tables]) -> _Tables:
    """Several chunks as one. Done as they double in size, so that each row is copied few times."""
    names = dict.fromkeys(name for tables in chunks for name in tables)
    return {
        name: pa.concat_tables([tables[name] for tables in chunks if name in tables]).combine_chunks() for name in names
    }
