"""The journals that wait for a destination: this process' own, and those of processes that have ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyflare.schema.tables import SCHEMA_VERSION
from pyflare.store.journal.reader import WriterJournal, list_writers
from pyflare.store.journal.shipped import load_position
from pyflare.store.journal.writer import JournalWriter
from pyflare.tracing.shipping.ledger import Ledger, has_losses_to_show
from pyflare.tracing.shipping.reading import JournalReader, Limits, Reader
from pyflare.tracing.shipping.tail import TailReader

_LOOK_EVERY_S: Final = 10.0
"""How often to look for journals whose process has ended."""


@dataclass(frozen=True, slots=True)
class Source:
    """A journal that can be shipped now: nobody else ships it."""

    ledger: Ledger
    reader: Reader


class OwnJournal:
    """The journal of this process. It appears with the first record."""

    def __init__(self, journal: JournalWriter, destination: str, limits: Limits, *, tail_sampling: bool) -> None:
        self._journal = WriterJournal(directory=journal.directory, info=journal.info)
        self._destination = destination
        self._limits = limits
        self._tail_sampling = tail_sampling
        self._source: Source | None = None

    def source(self) -> Source | None:
        """The journal, or None while there is none, or somebody else ships it."""
        if self._source is None:
            ledger = Ledger.open(self._journal, self._destination, dead=False)
            if ledger is not None:
                make_reader = TailReader if self._tail_sampling else JournalReader
                self._source = Source(ledger, make_reader(ledger, self._limits))
        return self._source

    def close(self) -> None:
        """Let go of it. Where the journal has been closed, delete an empty spool."""
        if self._source is not None:
            self._source.ledger.dead = not self._journal.alive
            self._source.ledger.close()
            self._source = None

    def forget(self) -> None:
        """In a forked child: it is the parent's."""
        if self._source is not None:
            self._source.ledger.forget()


class Orphans:
    """Journals of processes that have ended and wanted the same destination, one at a time."""

    def __init__(
        self, root: Path, destination: str, limits: Limits, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._root = root
        self._destination = destination
        self._limits = limits
        self._clock = clock
        self._look_at_s = 0.0
        self._current: Source | None = None

    def sources(self) -> Iterator[Source]:
        """One after the other, each until the caller asks for the next. One that was left off comes first."""
        if self._current is not None:
            yield self._current
            self.close()
        if self._clock() < self._look_at_s:
            return
        for journal in waiting_journals(self._root, self._destination):
            self._current = open_orphan(journal, self._destination, self._limits)
            if self._current is not None:
                yield self._current
                self.close()
        self._look_at_s = self._clock() + _LOOK_EVERY_S

    def close(self) -> None:
        """Let go of the one that is open."""
        if self._current is not None:
            self._current.ledger.close()
            self._current = None

    def forget(self) -> None:
        """In a forked child: it is the parent's."""
        if self._current is not None:
            self._current.ledger.forget()


def waiting_journals(root: Path, destination: str) -> Iterator[WriterJournal]:
    """Journals of ended processes that hold something for a destination, oldest first."""
    for journal in list_writers(root):
        if (
            destination in journal.info.destinations
            and journal.info.schema_version <= SCHEMA_VERSION  # else a newer PyFlare ships it
            and not journal.alive
            and is_waiting(journal, destination)
        ):
            yield journal


def is_waiting(journal: WriterJournal, destination: str) -> bool:
    """Whether something in the journal waits for the destination, or the journal waits to be deleted."""
    segments = [segment for segment in journal.segments() if not segment.is_carry]
    if not segments:
        return not journal.info.keep and not has_losses_to_show(journal)  # an empty spool, to be deleted
    done = load_position(journal.directory, destination).done
    return any(segment.name not in done for segment in segments)


def open_orphan(journal: WriterJournal, destination: str, limits: Limits) -> Source | None:
    """The journal of an ended process, or None where another process ships it."""
    ledger = Ledger.open(journal, destination, dead=True)
    return None if ledger is None else Source(ledger, JournalReader(ledger, limits))
