"""The sink: a journal in the folder, like that of every other writer.

What is in the mapped journal survives `kill -9`, so a request is acknowledged when
it has been appended. From there compactions take it into the store, and forwarders
pass it on to every destination: one append serves them all.
"""

from __future__ import annotations

import errno
import itertools
import threading
from collections.abc import Callable
from typing import Final

from pyflare.schema.records import REQUEST_TAG, VERDICT_TAG, encode_record
from pyflare.server.batch import Batch, UnavailableError
from pyflare.server.sinks.backlog import Backlog
from pyflare.server.sinks.quarantine import quarantine_records
from pyflare.store.journal.writer import JournalWriter

SEGMENT_BYTES: Final = (1 << 20, 1 << 23)
"""Sizes of a receiver's first and further segments: several requests of a few hundred spans go into one."""
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_RETRY_S: Final = 5.0
"""When a sender should come again where the disk is full or the compactions are behind, in seconds."""


class SharedSync:
    """Waits for the disk, once for all who wait at the same time."""

    def __init__(self, journal: JournalWriter) -> None:
        self._journal = journal
        self._tickets = itertools.count(1)
        self._latest = 0
        self._synced = 0
        self._lock = threading.Lock()

    def sync(self) -> bool:
        """Wait until the disk has what this thread has written. Whether it has."""
        ticket = self._latest = next(self._tickets)
        with self._lock:
            if self._synced >= ticket:  # by somebody who began after we had written
                return True
            upto = self._latest
            if not self._journal.sync():
                return False
            self._synced = upto
            return True


class JournalSink:
    """Appends each batch as one record. Safe for several threads."""

    def __init__(
        self,
        journal: JournalWriter,
        *,
        fsync: bool = False,
        max_backlog_bytes: int | None = None,
        backlog: Callable[[], Backlog] = Backlog,
    ) -> None:
        """Write to `journal`, and to nobody else's.

        Args:
            journal: The journal; closed with the sink.
            fsync: Whether to wait for the disk before returning.
            max_backlog_bytes: Beyond this, batches are put off; None for no limit.
            backlog: Says how much is waiting.
        """
        self.journal = journal
        self._disk = SharedSync(journal) if fsync else None
        self._max_backlog_bytes = max_backlog_bytes
        self._backlog = backlog

    @property
    def waits(self) -> bool:
        """Only for the disk, where that was asked for."""
        return self._disk is not None

    def consume(self, batch: Batch) -> None:
        """Append a batch: first what was refused of it, then the rest, whose record is what counts.

        Raises:
            UnavailableError: The disk is full or the compactions are behind. Nothing of the batch is kept, but for
                rows of quarantine, which bear the same ids when it comes again.
        """
        problem = self.problem()
        if problem is not None:
            raise UnavailableError(problem, retry_after_s=_RETRY_S, reason="backlog")
        for record in quarantine_records(batch, self.journal.info.writer_id):
            self._append(record)
        if batch.records:
            self._append(encode_record((REQUEST_TAG, batch.signal, batch.received_unix_ns, batch.serialised())))
        if self._disk is not None and not self._disk.sync():
            raise self._unavailable()

    def refuse(self, trace_id: bytes) -> None:
        """Write the tail sampler's word on a trace. Where it cannot be written the trace is kept."""
        if self.journal.write(encode_record((VERDICT_TAG, trace_id))):
            self.journal.losses.add("sampled_tail")

    def problem(self) -> str | None:
        """Why batches are put off before they are even tried, or None: too much is waiting."""
        if self._max_backlog_bytes is None:
            return None
        waiting = self._backlog().size_bytes
        if waiting <= self._max_backlog_bytes:
            return None
        return (
            f"{waiting >> 20:,} MiB wait to be compacted or passed on, and {self._max_backlog_bytes >> 20:,} MiB may; "
            "come again when they are fewer"
        )

    def _append(self, record: bytes) -> None:
        if not self.journal.write(record):
            raise self._unavailable()

    def _unavailable(self) -> UnavailableError:
        error = self.journal.error
        if error is None:
            return UnavailableError("the receiver is ending; send it again", reason="ending")
        is_full = error.errno in _FULL
        what = "the disk is full" if is_full else "the store cannot be written"
        return UnavailableError(
            f"{what}: {error.strerror}; come again later",
            retry_after_s=_RETRY_S,
            reason="disk_full" if is_full else "write_failed",
        )

    def close(self) -> None:
        """Seal the journal."""
        self.journal.close()
