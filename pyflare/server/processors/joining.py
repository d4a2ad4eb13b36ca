"""Storing small requests together: the batch processor."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from pyflare.otlp.messages import REQUESTS, Signal
from pyflare.server.batch import Batch, Consumer, RefusedError, UnavailableError
from pyflare.server.config import BatcherConfig
from pyflare.server.processors.stage import Stage


@dataclass(slots=True, eq=False)
class _Group:
    """Requests of one signal that are stored together."""

    batches: list[Batch] = field(default_factory=list)
    records: int = 0
    full: threading.Event = field(default_factory=threading.Event)
    stored: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None


class Joining(Stage):
    """Joins the requests that come at about the same time; each is acknowledged when all of them are stored.

    The thread that brings the first of them waits for others, stores them all and
    tells the rest: nothing is held that is not some sender's open request.
    """

    def __init__(self, config: BatcherConfig, to: Consumer) -> None:
        super().__init__(to)
        self._config = config
        self._lock = threading.Lock()
        self._open: dict[Signal, _Group] = {}
        self._waiting = 0

    @property
    def waits(self) -> bool:
        """Always: for others."""
        return True

    def consume(self, batch: Batch) -> None:
        """Store a batch with others.

        Raises:
            UnavailableError: Too much is waiting, or the store is not available.
            RefusedError: The store will never take them.
        """
        group, is_first = self._join(batch)
        try:
            if is_first:
                self._store(batch.signal, group)
            else:
                group.stored.wait()
        finally:
            with self._lock:
                self._waiting -= batch.records
        if group.error is not None:
            raise group.error

    def _join(self, batch: Batch) -> tuple[_Group, bool]:
        with self._lock:
            if self._waiting and self._waiting + batch.records > self._config.max_queue_size:
                raise UnavailableError(
                    f"{self._waiting:,} records are waiting to be stored, and {self._config.max_queue_size:,} may; "
                    "come again in a second",
                    reason="queue_full",
                )
            self._waiting += batch.records
            group = self._open.get(batch.signal)
            is_first = group is None
            if group is None:
                group = self._open[batch.signal] = _Group()
            group.batches.append(batch)
            group.records += batch.records
            if group.records >= self._config.max_batch_size:
                del self._open[batch.signal]
                group.full.set()
            return group, is_first

    def _store(self, signal: Signal, group: _Group) -> None:
        group.full.wait(self._config.timeout_ms / 1000)
        with self._lock:
            if self._open.get(signal) is group:
                del self._open[signal]
        try:
            self._to.consume(_joined(signal, group))
        except (UnavailableError, RefusedError) as error:
            group.error = error
        except Exception as error:
            group.error = error
            raise
        finally:
            group.stored.set()


def _joined(signal: Signal, group: _Group) -> Batch:
    """One batch of several. Serialised requests of one type are joined by putting one behind the other."""
    if len(group.batches) == 1:
        return group.batches[0]
    first = group.batches[0]
    body = b"".join(batch.serialised() for batch in group.batches)
    return Batch(
        signal=signal,
        source=first.source,
        message=REQUESTS[signal].FromString(body),
        body=body,
        records=group.records,
        received_unix_ns=first.received_unix_ns,
        key=first.key,
        rejections=[rejection for batch in group.batches for rejection in batch.rejections],
        rejected=sum(batch.rejected for batch in group.batches),
    )
