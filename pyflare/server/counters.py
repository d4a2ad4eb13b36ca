"""What a receiver counts: in memory that all its worker processes share, so that any of them can tell the sum."""

from __future__ import annotations

import mmap
import struct
import threading
from collections.abc import Iterator
from typing import Final, NamedTuple

from pyflare.server.batch import Batch, Consumer, RefusedError, UnavailableError
from pyflare.server.otlp.status import Kind

SIGNALS: Final = ("traces", "metrics", "logs")
REASONS: Final = (
    "invalid",  # single records that are no valid OTLP; they are in quarantine
    "refused",  # requests that will never be taken
    "rate_limit",
    "queue_full",
    "backlog",
    "disk_full",
    "write_failed",
    "ending",
    "unavailable",
)
"""Why records were not taken."""
KINDS: Final = tuple(kind.name.lower() for kind in Kind)
"""Why a request was answered with an error, over either transport."""
_ANY: Final = "any"
_PER_SIGNAL: Final = ("requests", "accepted", "bytes", "sampled", *(f"refused.{reason}" for reason in REASONS))
_NAMES: Final = (
    *(f"{signal}.{name}" for signal in SIGNALS for name in _PER_SIGNAL),
    *(f"{_ANY}.failed.{kind}" for kind in KINDS),
)
_SLOT: Final = struct.Struct("<Q")
_OFFSETS: Final = {name: index * _SLOT.size for index, name in enumerate(_NAMES)}
_BLOCK_BYTES: Final = len(_NAMES) * _SLOT.size


class Count(NamedTuple):
    """One counter of one worker."""

    worker: int
    signal: str
    name: str
    """`requests`, `accepted` (records), `bytes`, `sampled` (records left out), `refused.` and the reason (records),
    or, for `any` signal, `failed.` and the kind (requests)."""
    value: int


class Counters:
    """The counters of every worker. Made before they are forked."""

    def __init__(self, workers: int = 1) -> None:
        self._workers = workers
        self._memory = mmap.mmap(-1, workers * _BLOCK_BYTES)

    def of_worker(self, worker: int) -> WorkerCounters:
        """The counters that one worker adds to."""
        return WorkerCounters(self._memory, worker * _BLOCK_BYTES)

    def __iter__(self) -> Iterator[Count]:
        for worker in range(self._workers):
            for name, offset in _OFFSETS.items():
                signal, _, what = name.partition(".")
                (value,) = _SLOT.unpack_from(self._memory, worker * _BLOCK_BYTES + offset)
                yield Count(worker, signal, what, value)

    def total(self, name: str) -> int:
        """A counter summed over signals and workers; `refused` over all reasons, too."""
        return sum(count.value for count in self if count.name.partition(".")[0] == name)


class WorkerCounters:
    """The counters of one worker. Safe for threads."""

    def __init__(self, memory: mmap.mmap, base: int) -> None:
        self._memory = memory
        self._base = base
        self._lock = threading.Lock()

    def add(self, signal: str, name: str, value: int) -> None:
        """Add to a counter."""
        offset = self._base + _OFFSETS[f"{signal}.{name}"]
        with self._lock:
            _SLOT.pack_into(self._memory, offset, _SLOT.unpack_from(self._memory, offset)[0] + value)

    def refuse(self, signal: str, reason: str, records: int) -> None:
        """Count records that were not taken; a reason that is not known counts as `unavailable`."""
        self.add(signal, f"refused.{reason if reason in REASONS else 'unavailable'}", records)

    def fail(self, kind: Kind) -> None:
        """Count a request that was answered with an error."""
        self.add(_ANY, f"failed.{kind.name.lower()}", 1)


class Counting:
    """The first consumer: counts what becomes of every batch."""

    def __init__(self, counters: WorkerCounters, to: Consumer) -> None:
        self._counters = counters
        self._to = to

    @property
    def waits(self) -> bool:
        """Whether the consumer behind it waits."""
        return self._to.waits

    def consume(self, batch: Batch) -> None:
        """Pass a batch on. Raises what the consumer behind it raises."""
        counters, signal, records = self._counters, batch.signal, batch.records
        size_bytes = len(batch.body or b"")
        invalid = batch.rejected
        counters.add(signal, "requests", 1)
        try:
            self._to.consume(batch)
        except UnavailableError as error:
            counters.refuse(signal, error.reason, records)
            raise
        except RefusedError:
            counters.refuse(signal, "refused", records)
            raise
        counters.add(signal, "accepted", records)
        counters.add(signal, "bytes", size_bytes)
        if invalid:
            counters.refuse(signal, "invalid", invalid)

    def close(self) -> None:
        """Close the consumer behind it."""
        self._to.close()
