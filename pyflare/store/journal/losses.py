"""Counts of what was not kept, which outlive the process that counted.

Each reason has a slot of eight bytes in the journal's memory-mapped `counters`
file. Where the folder cannot be written the counts stay in memory, and are
carried over as soon as it can.
"""

from __future__ import annotations

import mmap
import os
import struct
import threading
from typing import Final

REASONS: Final = (
    "disk_full",  # a record was dropped: no space for another segment
    "write_failed",  # a record was dropped: the folder could not be written
    "encode_failed",  # a record was dropped: it could not be encoded
    "internal_fault",  # a fault of PyFlare's own was caught; a span or part of it is missing
    "sampled_head",  # a trace was not recorded: head sampling
    "sampled_tail",  # a trace was recorded and then dropped: tail sampling
    "content_truncated",  # a captured value was shortened and its whole is not in the store
    "attribute_dropped",  # an attribute beyond the limit, or of a type OpenTelemetry does not know
    "event_dropped",  # an event or link beyond the limit
    "chunk_dropped",  # a streamed chunk beyond the limit was counted and not kept
    "redaction_failed",  # content was withheld because redaction failed on it
    "ship_rejected",  # a span was refused by an OTLP destination
    "not_a_span",  # a score, prediction, label or embedding, where nothing but an OTLP destination keeps records
    "spool_full",  # a record was dropped: the spool of an OTLP destination had reached its limit
)
"""Why something was not kept. The position is the slot: only ever append."""

DROPPED_RECORD_REASONS: Final = frozenset(
    {"disk_full", "write_failed", "encode_failed", "internal_fault", "spool_full"}
)
"""The reasons under which a whole record is missing that nobody asked to drop."""

SIZE_BYTES: Final = 4096
_SLOT: Final = struct.Struct("<Q")
_SLOTS: Final = {reason: index * _SLOT.size for index, reason in enumerate(REASONS)}


class Losses:
    """The counters of one process."""

    def __init__(self) -> None:
        self._buffer: bytearray | mmap.mmap = bytearray(SIZE_BYTES)
        self.persistent = False
        """Whether the counts are in a file, and so outlive the process."""
        # Re-entrant, so that a signal handler or finaliser that loses something cannot deadlock.
        self._lock = threading.RLock()

    def add(self, reason: str, count: int = 1) -> None:
        """Count a loss."""
        slot = _SLOTS[reason]
        with self._lock:
            _SLOT.pack_into(self._buffer, slot, _SLOT.unpack_from(self._buffer, slot)[0] + count)

    def counts(self) -> dict[str, int]:
        """The counts by reason, without the zeros."""
        return decode(self._buffer)

    def persist(self, descriptor: int) -> None:
        """Keep counting in the file behind `descriptor`, from the counts so far."""
        with self._lock:
            os.pwrite(descriptor, bytes(self._buffer), 0)
            self._buffer = mmap.mmap(descriptor, SIZE_BYTES)
            self.persistent = True


def decode(data: bytes | bytearray | mmap.mmap) -> dict[str, int]:
    """Counts by reason from the bytes of a `counters` file, without the zeros."""
    if len(data) < len(REASONS) * _SLOT.size:
        return {}
    counts = {reason: _SLOT.unpack_from(data, slot)[0] for reason, slot in _SLOTS.items()}
    return {reason: count for reason, count in counts.items() if count}
