"""How many bytes of requests are in memory at once."""

from __future__ import annotations

import threading
from typing import Final

from pyflare.server.otlp.status import Kind, RequestError

_RETRY_S: Final = 1.0


class Budget:
    """Counts the bytes of requests that are being received, decoded or stored. Safe for threads."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._taken_bytes = 0

    def take(self, size_bytes: int) -> None:
        """Count bytes that come into memory. Where there are no others they always fit.

        Raises:
            RequestError: There are too many already: the sender should come again.
        """
        with self._lock:
            if self._taken_bytes and self._taken_bytes + size_bytes > self._limit_bytes:
                raise RequestError(
                    Kind.UNAVAILABLE,
                    f"requests of {self._taken_bytes >> 20:,} MiB are being taken at the moment; come again",
                    retry_after_s=_RETRY_S,
                )
            self._taken_bytes += size_bytes

    def give_back(self, size_bytes: int) -> None:
        """Count bytes that are not needed any more."""
        with self._lock:
            self._taken_bytes -= size_bytes


class Hold:
    """The bytes of one request, given back at the end of a `with` block."""

    __slots__ = ("_budget", "_held_bytes")

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._held_bytes = 0

    def add(self, size_bytes: int) -> None:
        """Count more bytes. Raises RequestError where there is no room for them."""
        self._budget.take(size_bytes)
        self._held_bytes += size_bytes

    def __enter__(self) -> Hold:
        return self

    def __exit__(self, *_: object) -> None:
        self._budget.give_back(self._held_bytes)
