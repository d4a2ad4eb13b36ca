"""What the journals of a folder still hold back: damage, what is not in parts, what is not shipped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from google.protobuf.message import DecodeError

from pyflare.otlp.messages import SHAPES, Signal
from pyflare.schema.records import Request, SpanEnd, Verdict, decode_record
from pyflare.store.catalog import Catalog
from pyflare.store.decode import JournalDecoder
from pyflare.store.journal.format import FRAME, HEADER
from pyflare.store.journal.reader import Segment, WriterJournal, damaged_bytes, list_writers, read_frames
from pyflare.store.journal.shipped import ShipPosition, load_position


@dataclass(slots=True, kw_only=True)
class JournalHealth:
    """The state of one process' journal."""

    writer_id: str
    service_name: str
    alive: bool
    problem: str | None
    """Why `writer.json` could not be read, or None."""
    waiting_segments: int = 0
    waiting_bytes: int = 0
    """Records that no part holds yet."""
    damaged_bytes: int = 0
    """Bytes of sealed segments that hold no readable frame."""
    torn_segments: int = 0
    """Segments that the process died in while it wrote a record."""
    damaged_records: int = 0
    """Whole frames that are no record."""
    unshipped: Counter[str] = field(default_factory=Counter)
    """Ended spans, and records of requests, that a destination has not acknowledged, by its name."""


def journals_health(root: Path, catalog: Catalog) -> list[JournalHealth]:
    """Look through every journal. Reads all that lies in them."""
    return [_journal_health(journal, catalog) for journal in list_writers(root)]


def _journal_health(journal: WriterJournal, catalog: Catalog) -> JournalHealth:
    info = journal.info
    health = JournalHealth(
        writer_id=info.writer_id, service_name=info.service_name, alive=journal.alive, problem=journal.problem
    )
    segments = journal.segments()
    decoder = JournalDecoder(info)
    for segment in segments:
        if catalog.counts(info.writer_id, segment):
            _look_at(segment, health, decoder)
    health.damaged_records = decoder.damaged
    written = [segment for segment in segments if not segment.is_carry]
    for destination in info.destinations:
        health.unshipped[destination] += _unshipped(written, load_position(journal.directory, destination))
    return health


def _look_at(segment: Segment, health: JournalHealth, decoder: JournalDecoder) -> None:
    try:
        payloads, good_end = read_frames(segment)
        sealed = segment.sealed_length() is not None
        bad_bytes = damaged_bytes(segment, good_end) if sealed or not health.alive else 0
    except FileNotFoundError:  # compacted meanwhile
        return
    decoder.feed(payloads)
    health.damaged_bytes += bad_bytes if sealed else 0
    health.torn_segments += bool(bad_bytes) and not sealed
    health.waiting_segments += 1
    health.waiting_bytes += good_end - HEADER.size


def _unshipped(segments: list[Segment], position: ShipPosition) -> int:
    """Spans and records of requests beyond the position, without those of traces that the tail sampler refused."""
    ended: Counter[bytes] = Counter()
    refused: set[bytes] = set()
    for segment in segments:
        for payload in () if segment.name in position.done else _frames_after(segment, position):
            record = _record(payload)
            if isinstance(record, SpanEnd):
                ended[record.trace_id] += 1
            elif isinstance(record, Verdict):
                refused.add(record.trace_id)
            elif isinstance(record, Request):
                ended.update(_trace_ids(record))
    return sum(count for trace_id, count in ended.items() if trace_id not in refused)


def _trace_ids(request: Request) -> Iterator[bytes]:
    """The trace id of each record of a request; none for metrics, and for what cannot be read."""
    shape = SHAPES.get(cast(Signal, request.signal))
    if shape is None:
        return
    try:
        message = shape.request.FromString(request.body)
    except DecodeError:
        return
    for group in getattr(message, shape.resources):
        for scope in getattr(group, shape.scopes):
            for record in getattr(scope, shape.records):
                yield getattr(record, "trace_id", b"")


def _frames_after(segment: Segment, position: ShipPosition) -> Iterator[bytes]:
    offset = position.positions.get(segment.name, HEADER.size)
    ahead = position.ahead.get(segment.name, {})
    try:
        payloads, _ = read_frames(segment, offset)
    except FileNotFoundError:
        return
    handled_until = 0
    for payload in payloads:
        handled_until = max(handled_until, ahead.get(offset, 0))
        if offset >= handled_until:
            yield payload
        offset += FRAME.size + len(payload)


def _record(payload: bytes) -> object:
    """The record, where it is one."""
    try:
        return decode_record(payload)
    except msgspec.MsgspecError:
        return None


def unreadable_parts(root: Path, catalog: Catalog) -> list[str]:
    """What is wrong with the parts that count, one line each. Reads their footers."""
    problems = []
    for part in catalog.all_parts():
        try:
            rows = pq.read_metadata(part.path(root)).num_rows
        except FileNotFoundError:
            problems.append(f"{part.table}/{part.name} is missing: {part.rows:,} rows")
        except (OSError, pa.ArrowException) as error:
            problems.append(f"{part.table}/{part.name} cannot be read ({part.rows:,} rows): {error}")
        else:
            if rows != part.rows:
                problems.append(f"{part.table}/{part.name} has {rows:,} rows and should have {part.rows:,}")
    return problems
