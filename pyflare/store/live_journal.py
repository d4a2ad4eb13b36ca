"""One journal that is being written: how far it has been read, and the rows found so far."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.schema.records import SpanStart
from pyflare.store import decode
from pyflare.store.catalog import COUNTERS_NAME, Catalog, segment_key
from pyflare.store.decode import Batch, JournalDecoder, Repeats, SpanState
from pyflare.store.journal.format import HEADER
from pyflare.store.journal.reader import Segment, WriterJournal, read_frames, settled_end
from pyflare.store.once import without_rows
from pyflare.store.priced import FolderPrices, priced
from pyflare.store.snapshot import Tables


class LiveJournal:
    """The records of one process that no part holds yet."""

    def __init__(self, journal: WriterJournal, prices: FolderPrices) -> None:
        self.journal = journal
        self.changed = False
        """Whether any row came, went or changed its state. For whoever takes notice to reset."""
        self.losses: dict[str, int] = {}
        """What the process could not keep, by reason; empty once parts say it."""
        self._alive = True
        self._segments: dict[str, _LiveSegment] = {}
        self._refused: set[bytes] = set()
        self._prices = prices
        self._repeats = Repeats()
        self._complete_at = -1
        """The catalogue's version at which a dead journal was read to its end: it will not change again."""

    def refresh(self, catalog: Catalog) -> None:
        """Read what is new.

        Raises:
            FileNotFoundError: A segment was deleted meanwhile. What was read until then counts.
        """
        if self._complete_at == catalog.version:
            return
        # Asked before reading: a process that is dead by now has written all it will, so an end
        # that is not there will never come.
        was_alive, self._alive = self._alive, self._alive and self.journal.alive
        self.changed |= self._alive != was_alive
        self._list_segments(catalog)
        self._count_losses(catalog)
        newest = max((live.generation for live in self._segments.values()), default=0)
        for live in self._segments.values():
            self.changed |= live.read(may_grow=self._alive and live.generation >= newest)
        self._refuse()
        if not self._alive:
            self._complete_at = catalog.version

    @property
    def holds_requests(self) -> bool:
        """Whether any of the rows are out of OTLP requests, which may come more than once."""
        return any(live.holds_requests for live in self._segments.values())

    def chunks(self) -> Iterator[Tables]:
        """The rows of ended spans and of other tables."""
        for live in self._segments.values():
            yield from live.chunks()

    def unfinished(self) -> Batch:
        """The spans that have begun and not ended, in any of the segments."""
        state = SpanState.RUNNING if self._alive else SpanState.DIED
        batches = [live.decoder.unfinished(state) for live in self._segments.values()]
        starts = [start for batch in batches for start in batch.unfinished if not self._is_over(start)]
        return Batch(info=self.journal.info, unfinished=starts, unfinished_state=state)

    def _is_over(self, start: SpanStart) -> bool:
        key = start.trace_id + start.span_id
        return start.trace_id in self._refused or any(key in live.ended for live in self._segments.values())

    def _list_segments(self, catalog: Catalog) -> None:
        """Meet new segments, and forget those that parts contain."""
        writer_id = self.journal.info.writer_id
        found = {segment.name: segment for segment in self.journal.segments() if catalog.counts(writer_id, segment)}
        self.changed |= not self._segments.keys() <= found.keys()
        self._segments = {name: self._segments.get(name) or self._open(segment) for name, segment in found.items()}

    def _open(self, segment: Segment) -> _LiveSegment:
        return _LiveSegment(segment, JournalDecoder(self.journal.info, repeats=self._repeats))

    def _count_losses(self, catalog: Catalog) -> None:
        before = self.losses
        is_stored = segment_key(self.journal.info.writer_id, COUNTERS_NAME) in catalog.contained
        self.losses = {} if is_stored else self.journal.losses()
        self.changed |= self.losses != before

    def _refuse(self) -> None:
        """Drop the spans of traces that the tail sampler has refused since the last time."""
        refused = set().union(*(live.decoder.refused for live in self._segments.values()))
        newly = refused - self._refused
        self._refused = refused
        for live in self._segments.values():
            live.refuse(newly, refused, self._prices)


class _LiveSegment:
    """One segment of a journal."""

    def __init__(self, segment: Segment, decoder: JournalDecoder) -> None:
        self.generation = segment.generation
        self.decoder = decoder
        self.ended: set[bytes] = set()
        """Trace and span ids of the spans that ended here; they may have begun in another segment."""
        self.holds_requests = False
        self._segment = segment
        self._chunks: list[Tables] = []
        self._offset = HEADER.size
        self._unsettled: list[bytes] = []
        """The start of a span that its end may yet take the place of."""
        self._complete = False

    def read(self, *, may_grow: bool) -> bool:
        """Take in what is new. Returns whether there was anything.

        Args:
            may_grow: Whether its process may still write to it.

        Raises:
            FileNotFoundError: It was deleted meanwhile.
        """
        if self._complete:
            return False
        # An older generation is sealed a moment after the newer one begins.
        was_sealed = not may_grow and (self._segment.is_carry or self._segment.sealed_length() is not None)
        payloads, end = read_frames(self._segment, self._offset)
        self._complete = was_sealed
        if payloads == self._unsettled:
            return False
        self._offset = settled_end(payloads, end)
        self._unsettled = payloads[-1:] if self._offset < end else []
        self.decoder.feed(payloads)
        return bool(payloads)

    def refuse(self, newly: set[bytes], refused: set[bytes], prices: FolderPrices) -> None:
        """Make rows of what was taken in, and drop those of refused traces."""
        if newly:
            self._chunks = [_without_traces(tables, newly) for tables in self._chunks]
        batch = self.decoder.take()
        self.ended.update(span.trace_id + span.span_id for span in batch.spans)
        if refused:
            batch.spans = [span for span in batch.spans if span.trace_id not in refused]
        tables: Tables = decode.tables([batch])
        if batch.requests:
            self.holds_requests = True
            tables = _without_traces(tables, refused)
        if "spans" in tables:
            tables = {**tables, "spans": priced(tables["spans"], prices)}
        if tables:
            self._chunks.append(tables)
        while len(self._chunks) > 1 and _rows(self._chunks[-2]) <= 2 * _rows(self._chunks[-1]):
            self._chunks[-2:] = [_joined(self._chunks[-2:])]

    def chunks(self) -> Iterator[Tables]:
        """The rows, in few pieces."""
        yield from self._chunks


def _without_traces(tables: Tables, trace_ids: set[bytes]) -> Tables:
    if "spans" not in tables or not trace_ids:
        return tables
    spans = tables["spans"]
    refused = pa.array([trace_id.hex() for trace_id in trace_ids], pa.string())
    return {**tables, "spans": without_rows(spans, pc.is_in(spans["trace_id"], value_set=refused))}


def _rows(tables: Tables) -> int:
    return sum(table.num_rows for table in tables.values())


def _joined(chunks: list[Tables]) -> Tables:
    """Several chunks as one. Done as they double in size, so that each row is copied few times."""
    names = dict.fromkeys(name for tables in chunks for name in tables)
    return {
        name: pa.concat_tables([tables[name] for tables in chunks if name in tables]).combine_chunks() for name in names
    }
