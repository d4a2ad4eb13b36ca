"""A limit on how much each sender may send."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from pyflare.server.batch import Batch, Consumer, UnavailableError
from pyflare.server.processors.stage import Stage

BURST_S: Final = 10.0
"""How many seconds' worth of records may come at once, where no burst is given."""
_SENDERS: Final = 10_000
"""Senders remembered; whoever has sent nothing for longest is forgotten, and starts with a full bucket."""


class RateLimit(Stage):
    """A token bucket for each key of a batch.

    A bucket holds `burst` records and gains `records_per_s` a second. A request larger
    than a full bucket is let through when the bucket is full, and leaves it in debt:
    otherwise it could never come through.
    """

    def __init__(
        self,
        to: Consumer,
        *,
        records_per_s: float,
        burst: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(to)
        self._rate = records_per_s
        self._burst = float(burst) if burst is not None else max(1.0, records_per_s * BURST_S)
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, and when they were counted

    def process(self, batch: Batch) -> None:
        """Take the batch's records out of its sender's bucket.

        Raises:
            UnavailableError: There are too few; says when there will be enough.
        """
        with self._lock:
            wait_s = self._take(batch.key, batch.records)
        if wait_s > 0:
            raise UnavailableError(
                f"expected at most {self._rate:g} records a second from one sender; come again in {wait_s:.1f} s",
                retry_after_s=wait_s,
                is_rate_limit=True,
            )

    def _take(self, key: str, records: int) -> float:
        """Seconds until there is enough; 0 where the records have been taken."""
        now_s = self._clock()
        tokens, counted_s = self._buckets.pop(key, (self._burst, now_s))
        tokens = min(self._burst, tokens + (now_s - counted_s) * self._rate)
        needed = min(float(records), self._burst)
        enough = tokens >= needed
        self._buckets[key] = (tokens - records if enough else tokens, now_s)
        if len(self._buckets) > _SENDERS:
            self._buckets.popitem(last=False)
        return 0.0 if enough else (needed - tokens) / self._rate
