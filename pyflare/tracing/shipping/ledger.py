"""How far one journal has been served to one destination, and the lock that lets only one process do it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from pyflare.schema.records import WriterInfo
from pyflare.store.journal.format import FRAME, HEADER
from pyflare.store.journal.losses import DROPPED_RECORD_REASONS
from pyflare.store.journal.reader import Segment, WriterJournal, read_frames, settled_end
from pyflare.store.journal.shipped import ShipPosition, is_shipped, load_position, load_positions, save_position

_LOSSES_TO_SHOW: Final = DROPPED_RECORD_REASONS | {"redaction_failed", "ship_rejected"}
"""A spool that has counted one of these keeps its counts when it is deleted, for `pyflare doctor`."""


class Place(NamedTuple):
    """Where a frame lies: the segment's name, and its first byte and the one after its last."""

    segment: str
    start: int
    end: int
    """The same as `start` where the frame may yet be replaced: it is there to be seen, and is read again."""


class Ledger:
    """One journal, locked for one destination.

    A frame is *handled* when the destination has acknowledged it, or need not
    see it. What is handled is written down by `save`.
    """

    beginning: Final = HEADER.size
    """Where the first frame of a segment lies."""

    def __init__(self, journal: WriterJournal, destination: str, lock_descriptor: int, *, dead: bool) -> None:
        self.journal = journal
        self.dead = dead
        """Whether the writer has ended, so that no segment grows any more."""
        self._destination = destination
        self._lock_descriptor = lock_descriptor
        self._position: ShipPosition = load_position(journal.directory, destination)
        self._ends: dict[str, int] = {}  # of segments that do not grow: where their last whole frame ends
        self._changed = False

    @classmethod
    def open(cls, journal: WriterJournal, destination: str, *, dead: bool) -> Ledger | None:
        """The ledger, or None where another process keeps it or the journal is gone."""
        path = journal.directory / f"ship-{destination}.lock"
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        if not _lies_at(descriptor, path):  # it was deleted, with its journal, while we opened it
            os.close(descriptor)
            return None
        return cls(journal, destination, descriptor, dead=dead)

    @property
    def info(self) -> WriterInfo:
        """Who wrote the journal."""
        return self.journal.info

    def segments(self) -> list[Segment]:
        """The segments with something to ship, in order."""
        done = self._position.done
        return [segment for segment in self.journal.segments() if not segment.is_carry and segment.name not in done]

    def position(self, segment: str) -> int:
        """All frames of the segment before this offset are handled."""
        return self._position.positions.get(segment, self.beginning)

    def is_handled(self, place: Place) -> bool:
        """Whether the frame need not be shipped any more."""
        return place.start < self.position(place.segment) or place.start in self._position.ahead.get(place.segment, ())

    def read(self, segment: Segment, offset: int) -> Iterator[tuple[Place, bytes]]:
        """The whole frames of the segment from `offset` on, in order; nothing where the segment is gone."""
        try:
            # In this order: what is written between the two belongs to the next read.
            grows = not self.dead and segment.sealed_length() is None
            payloads, end = read_frames(segment, offset)
        except FileNotFoundError:
            return
        settled = settled_end(payloads, end) if grows else end
        if not grows:
            self._ends[segment.name] = end
        for payload in payloads:
            after = min(offset + FRAME.size + len(payload), settled)
            yield Place(segment.name, offset, after), payload
            offset = after

    def read_one(self, place: Place) -> bytes | None:
        """The payload of one frame that was read before, or None where the segment is gone."""
        try:
            descriptor = os.open(self.journal.directory / place.segment, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            return os.pread(descriptor, place.end - place.start - FRAME.size, place.start + FRAME.size)
        finally:
            os.close(descriptor)

    def handle(self, place: Place) -> None:
        """Note that a frame is handled. Frames may be handled in any order."""
        if place.end == place.start:
            return
        self._changed = True
        positions = self._position.positions
        if place.start != self.position(place.segment):
            self._position.ahead.setdefault(place.segment, {})[place.start] = place.end
            return
        end = place.end
        ahead = self._position.ahead.get(place.segment)
        if ahead:
            while end in ahead:
                end = ahead.pop(end)
            if not ahead:
                del self._position.ahead[place.segment]
        positions[place.segment] = end

    def save(self) -> None:
        """Write down what is handled, and delete what nobody needs any more. Raises OSError."""
        finished = {name for name, end in self._ends.items() if self.position(name) >= end}
        for name in finished:
            del self._ends[name]
            self._position.positions.pop(name, None)
        self._position.done |= finished
        if not (self._changed or finished):
            return
        self._position.done &= {segment.name for segment in self.journal.segments()}
        save_position(self.journal.directory, self._destination, self._position)
        self._changed = False
        if not self.info.keep:
            self._delete_shipped()

    def _delete_shipped(self) -> None:
        positions = load_positions(self.journal.directory, self.info.destinations)
        for segment in self.journal.segments():
            if is_shipped(segment.name, self.info.destinations, positions):
                segment.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the lock; delete a dead spool that is empty."""
        if self.dead and not self.info.keep and not self.journal.segments():
            self._delete_journal()
        os.close(self._lock_descriptor)

    def forget(self) -> None:
        """In a forked child: the lock is the parent's. Closing our copy of it does not release the parent's."""
        os.close(self._lock_descriptor)

    def _delete_journal(self) -> None:
        directory = self.journal.directory
        kept = {"writer.json", "counters"} if has_losses_to_show(self.journal) else set()
        try:
            for path in list(directory.iterdir()):
                if path.name not in kept:
                    path.unlink(missing_ok=True)
            if not kept:
                directory.rmdir()
        except OSError:  # somebody has opened it meanwhile; whoever comes next deletes it
            return


def has_losses_to_show(journal: WriterJournal) -> bool:
    """Whether the counts of a spool are kept when it has been shipped."""
    return not _LOSSES_TO_SHOW.isdisjoint(journal.losses())


def _lies_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False
