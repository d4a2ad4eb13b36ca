"""What a compaction may take from the journals, and reading it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Final

import pyarrow as pa

from pyflare.schema.records import WriterInfo
from pyflare.schema.tables import SCHEMA_VERSION
from pyflare.store import decode
from pyflare.store.catalog import COUNTERS_NAME, Catalog, segment_key
from pyflare.store.compaction.integrity import (
    RECORD_DAMAGED,
    SEGMENT_DAMAGED,
    SEGMENT_TORN,
    UNKNOWN_TABLE,
    integrity_rows,
)
from pyflare.store.decode import Batch, JournalDecoder, SpanState
from pyflare.store.journal.reader import Segment, WriterJournal, damaged_bytes, list_writers, read_frames
from pyflare.store.journal.shipped import is_shipped, load_positions

BATCH_BYTES: Final = 32 << 20
"""Journal that one commit takes in, at most a generation more."""
BATCH_RECORDS: Final = 200_000
_CHUNK_BYTES: Final = 8 << 20
"""Journal that is held as Python objects at a time, before it becomes columns."""


@dataclass(slots=True, kw_only=True)
class Taken:
    """What one commit takes from one journal."""

    journal: WriterJournal
    decoder: JournalDecoder
    segments: list[Segment] = field(default_factory=list)
    damage: Counter[str] = field(default_factory=Counter)
    is_last: bool = False
    """Its process is dead and nothing is left to read: what is open has died."""
    closes: bool = False
    """Its directory goes: nothing is left to read or to ship."""
    unknown_rows: int = 0
    """Rows of tables that this PyFlare does not know."""
    carried_traces: set[bytes] = field(default_factory=set)
    """Traces that were going on when something of the journal was last taken."""

    @property
    def info(self) -> WriterInfo:
        """Who wrote the journal."""
        return self.journal.info

    def keys(self) -> list[str]:
        """What the catalogue calls the segments taken, and the counters where the journal closes."""
        names = [segment.name for segment in self.segments]
        return [segment_key(self.info.writer_id, name) for name in (*names, *([COUNTERS_NAME] * self.closes))]

    def losses(self) -> Counter[str]:
        """What was found damaged now, and what the process counted itself, once it counts no more."""
        losses = Counter(self.damage)
        losses[RECORD_DAMAGED] = self.decoder.damaged
        losses[UNKNOWN_TABLE] = self.unknown_rows
        if self.closes:
            losses.update(self.journal.losses())
        return losses

    def read(self, segment: Segment) -> tuple[int, int]:
        """Decode a segment; returns how many bytes and records it held."""
        payloads, end = read_frames(segment)
        self.decoder.feed(payloads)
        if damaged_bytes(segment, end):
            self.damage[SEGMENT_TORN if segment.sealed_length() is None else SEGMENT_DAMAGED] += 1
        self.segments.append(segment)
        if segment.is_carry:
            self.carried_traces |= self.decoder.open_traces()
        return end, len(payloads)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What could be taken from one journal now."""

    journal: WriterJournal
    segments: list[Segment]
    dead: bool
    """Whether these are all there will ever be."""


class Gathering:
    """What one commit takes in, read piece by piece into columns."""

    def __init__(self, *, max_bytes: int, now_ns: int) -> None:
        self.taken: list[Taken] = []
        self.pieces: dict[str, list[pa.Table]] = {}
        """Rows by table, in pieces that are each sorted by time."""
        self._now_ns = now_ns
        self._room_bytes = max_bytes
        self._room_records = BATCH_RECORDS
        self._batches: list[Batch] = []
        self._waiting_bytes = 0

    @property
    def is_full(self) -> bool:
        """Whether the rest must wait for another commit."""
        return self._room_bytes <= 0 or self._room_records <= 0

    def take(self, ready: Ready) -> None:
        """Read what is ready of one journal, whole generations of it, until there is no more room."""
        take = Taken(journal=ready.journal, decoder=JournalDecoder(ready.journal.info))
        left = len(ready.segments)
        moved_on = False  # carried spans alone would be carried again, and again
        for _, generation in groupby(ready.segments, key=lambda segment: (segment.is_carry, segment.generation)):
            if self.is_full and moved_on:
                break
            for segment in generation:
                self._read(take, segment)
                moved_on = moved_on or not segment.is_carry
                left -= 1
            take.decoder.end_generation()
        take.is_last = ready.dead and not left
        take.closes = take.is_last and _is_shipped(ready.journal)
        if take.segments or take.closes:
            self._end(take)

    def _read(self, take: Taken, segment: Segment) -> None:
        size_bytes, records = take.read(segment)
        self._room_bytes -= size_bytes
        self._room_records -= records
        self._waiting_bytes += size_bytes
        batch = take.decoder.take()
        take.unknown_rows += decode.unknown_rows([batch])
        self._batches.append(batch)
        if self._waiting_bytes >= _CHUNK_BYTES:
            self._to_columns()

    def _end(self, take: Taken) -> None:
        if take.is_last:
            self._batches.append(take.decoder.unfinished(SpanState.DIED))
        rows = integrity_rows(take.info, take.losses(), now_ns=self._now_ns)
        self._batches.append(Batch(info=take.info, rows=rows))
        self.taken.append(take)

    def finish(self) -> None:
        """Turn what is left into columns."""
        self._to_columns()

    def _to_columns(self) -> None:
        for name, rows in decode.tables(self._batches).items():
            self.pieces.setdefault(name, []).append(rows)
        self._batches = []
        self._waiting_bytes = 0


def gather(root: Path, catalog: Catalog, *, max_bytes: int = BATCH_BYTES, now_ns: int) -> Gathering:
    """Read what one commit should take in. Raises OSError."""
    gathering = Gathering(max_bytes=max_bytes, now_ns=now_ns)
    for ready in _all_ready(root, catalog):
        gathering.take(ready)
        if gathering.is_full:
            break
    gathering.finish()
    return gathering


def _all_ready(root: Path, catalog: Catalog) -> Iterator[Ready]:
    for journal in list_writers(root):
        if journal.info.schema_version > SCHEMA_VERSION or not journal.readable:
            continue  # a newer PyFlare will take it, or one that its user runs
        if segment_key(journal.info.writer_id, COUNTERS_NAME) in catalog.contained:
            continue
        ready = ready_segments(journal, catalog) if journal.info.keep else _spool_segments(journal)
        if ready.segments or ready.dead:
            yield ready


def ready_segments(journal: WriterJournal, catalog: Catalog) -> Ready:
    """The segments of generations that are wholly sealed; all, where the writer is dead.

    In a living writer a start must not be taken after its end. An end is never
    in an older generation than its start, so everything below the oldest open
    generation is safe. A segment that appears while the others are looked at
    may hold the start of an end seen there: its generation counts as open.
    """
    dead = not journal.alive  # asked first: what a dead process wrote is all there
    segments = _counting(journal, catalog)
    if dead:
        return Ready(journal=journal, segments=segments, dead=True)
    written = [segment for segment in segments if not segment.is_carry]
    unsealed = [segment for segment in written if segment.sealed_length() is None]
    unsealed += set(_counting(journal, catalog)).difference(segments)
    oldest_open = min((segment.generation for segment in unsealed), default=math.inf)
    sealed = [segment for segment in written if segment.generation < oldest_open]
    carried = [segment for segment in segments if segment.is_carry]
    return Ready(journal=journal, segments=carried + sealed if sealed else [], dead=False)


def _counting(journal: WriterJournal, catalog: Catalog) -> list[Segment]:
    return [segment for segment in journal.segments() if catalog.counts(journal.info.writer_id, segment)]


def _spool_segments(journal: WriterJournal) -> Ready:
    """Of a journal that is only the spool of a destination nothing is taken; its shipper deletes it."""
    return Ready(journal=journal, segments=[], dead=not journal.alive)


def _is_shipped(journal: WriterJournal) -> bool:
    """Whether no destination waits for any segment of the journal."""
    positions = load_positions(journal.directory, journal.info.destinations)
    return all(is_shipped(segment.name, journal.info.destinations, positions) for segment in journal.segments())
