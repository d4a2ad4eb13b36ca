"""Rows that no part holds yet, and what of them a deletion must wait for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from pyflare.store import decode
from pyflare.store.catalog import Catalog
from pyflare.store.decode import JournalDecoder, SpanState
from pyflare.store.journal.reader import Segment, WriterJournal, list_writers, read_frames


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingSegment:
    """A segment that is still there when a compaction has taken what it may."""

    journal: WriterJournal
    segment: Segment
    counts: bool
    """Whether its records are in no part yet; else it is kept for an OTLP destination."""

    def rows(self) -> dict[str, pa.Table]:
        """All rows of the segment by table, spans that have only begun among them; none where it is gone."""
        decoder = JournalDecoder(self.journal.info)
        try:
            decoder.feed(read_frames(self.segment)[0])
        except FileNotFoundError:
            return {}
        return decode.tables([decoder.take(), decoder.unfinished(SpanState.RUNNING)])


def pending_segments(root: Path, catalog: Catalog) -> list[PendingSegment]:
    """The segments that lie in the journals now, carry segments of no commit left out."""
    return [
        PendingSegment(journal=journal, segment=segment, counts=counts)
        for journal in list_writers(root)
        for segment in journal.segments()
        if (counts := catalog.counts(journal.info.writer_id, segment)) or not segment.is_carry
    ]


def rows_of(segments: Iterable[PendingSegment]) -> dict[str, pa.Table]:
    """The rows of several segments by table."""
    pieces: dict[str, list[pa.Table]] = {}
    for segment in segments:
        for name, rows in segment.rows().items():
            pieces.setdefault(name, []).append(rows)
    return {name: pa.concat_tables(tables) for name, tables in pieces.items()}


def waiting_for(pending: Iterable[PendingSegment]) -> dict[str, int]:
    """By writer: the latest generation that has begun. What comes after it began after now."""
    waiting: dict[str, int] = {}
    for item in pending:
        if item.journal.info.keep:
            generation = 0 if item.segment.is_carry else item.segment.generation
            writer_id = item.journal.info.writer_id
            waiting[writer_id] = max(generation, waiting.get(writer_id, 0))
    return waiting


def still_waiting(pending: Iterable[PendingSegment], waiting: dict[str, int], until_ns: int) -> dict[str, int]:
    """Those of the writers in `waiting` that still hold records of then: old segments, or spans open since then."""
    held: dict[str, int] = {}
    for item in pending:
        writer_id = item.journal.info.writer_id
        if writer_id in waiting and _is_from_then(item, waiting[writer_id], until_ns):
            held[writer_id] = waiting[writer_id]
    return held


def _is_from_then(item: PendingSegment, generation: int, until_ns: int) -> bool:
    if not item.segment.is_carry:
        return item.segment.generation <= generation
    spans = item.rows().get("spans")
    if spans is None:
        return False
    earliest = spans["start_time"].cast(pa.int64())[0].as_py()  # sorted by time
    return bool(earliest <= until_ns)
