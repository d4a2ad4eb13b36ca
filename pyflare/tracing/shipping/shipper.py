"""The thread that ships."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyflare.tracing.guard import guard
from pyflare.tracing.shipping.answer import Failed, Sender
from pyflare.tracing.shipping.backoff import Backoff
from pyflare.tracing.shipping.connect import check_installed
from pyflare.tracing.shipping.courier import INTERRUPTED, Courier
from pyflare.tracing.shipping.destination import Destination
from pyflare.tracing.shipping.forking import loading, talking
from pyflare.tracing.shipping.reading import Limits

if TYPE_CHECKING:
    from pyflare.config import Settings
    from pyflare.store.journal.writer import JournalWriter

_inherited: Final[list[Sender | None]] = []
"""Connections of parent processes. A child neither closes nor collects them: that could disturb the parent's."""
_LAST_TRY_S: Final = 0.5
"""How long the end of the program is held up for a destination that did not answer before."""


class Shipper:
    """Ships the journal of this process, and those of ended ones, to one destination."""

    def __init__(self, root: Path, journal: JournalWriter, destination: Destination, settings: Settings) -> None:
        """Prepare to ship; `start` begins.

        Raises:
            MissingExtraError: The destination speaks gRPC, and that is not installed.
        """
        check_installed(destination)
        loading.install()
        talking.install()
        self.destination = destination
        self._root = root
        self._interval_s = settings.ship_interval_s
        self._limits = Limits(spans=settings.ship_batch_spans)
        self._tail_sampling = settings.tail_rate is not None or settings.tail_slower_than_s is not None
        self._begin(journal)

    def _begin(self, journal: JournalWriter) -> None:
        self._courier = Courier(self._root, journal, self.destination, self._limits, tail_sampling=self._tail_sampling)
        self._backoff = Backoff(random.Random())
        self._thread: threading.Thread | None = None
        self._news = threading.Condition()
        # Requests to ship everything now are numbered; these are the latest asked for, tried and done.
        self._asked = 0
        self._tried = 0
        self._done = 0
        self._is_failing = False
        self._quiet_until_s = 0.0
        self._stop_at_s: float | None = None

    # -- what the runtime calls ------------------------------------------------------------------

    def start(self) -> None:
        """Start the thread, unless it has been started."""
        with self._news:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="pyflare-shipping", daemon=True)
                self._thread.start()

    def flush(self, timeout_s: float) -> bool:
        """Ship what has been written until now. Whether the destination has acknowledged it within `timeout_s`."""
        with self._news:
            wanted = self._ask()
            return self._news.wait_for(lambda: self._done >= wanted, timeout_s)

    def stop(self, timeout_s: float) -> bool:
        """Ship for at most `timeout_s` seconds more, then end. Whether everything went out.

        Where the destination has not answered lately, it gets one short try. What is
        left waits on disk for the next process. Called after the journal is closed, it deletes a spool that
        has been shipped.
        """
        with self._news:
            if self._stop_at_s is None:
                self._stop_at_s = time.monotonic() + timeout_s
            wanted = self._ask()
        if self._thread is not None:
            self._thread.join(min(timeout_s, _LAST_TRY_S) if self._is_failing else timeout_s)
            if self._thread.is_alive():
                self._courier.abort()
        return self._done >= wanted

    def after_fork(self, journal: JournalWriter) -> None:
        """In a forked child: ship the child's own journal, over a connection of its own."""
        was_running = self._thread is not None and self._stop_at_s is None
        _inherited.append(self._courier.forget())
        self._begin(journal)
        if was_running:
            self.start()

    def _ask(self) -> int:
        self._asked += 1
        self._news.notify_all()
        return self._asked

    # -- the thread ------------------------------------------------------------------------------

    def _run(self) -> None:
        pause_s = 0.0
        while self._wait(pause_s):
            pause_s = self._round()
        if time.monotonic() >= self._quiet_until_s:
            self._round(is_last=True)
        try:
            self._courier.close()
        except Exception as error:
            guard.fault("end shipping", error)

    def _wait(self, pause_s: float) -> bool:
        """Wait until it is time for another round, or somebody asks for one. False where it is time to end."""
        with self._news:
            self._news.wait_for(self._is_wanted, pause_s)
            return self._stop_at_s is None

    def _is_wanted(self) -> bool:
        if self._stop_at_s is not None:
            return True
        return self._asked > self._tried and time.monotonic() >= self._quiet_until_s

    def _round(self, *, is_last: bool = False) -> float:
        """Ship what waits. Returns the seconds to wait before the next round."""
        asked = self._tried = self._asked
        try:
            failed = self._courier.round(
                has_time=self._has_time,
                may_go_on=self._has_time if is_last else lambda: not self._is_wanted(),
                on_own_shipped=lambda: self._answer(asked),
            )
        except Exception as error:
            guard.fault("ship spans", error)
            failed = Failed(reason="a fault of PyFlare's own")
        if failed is INTERRUPTED:
            return 0.0
        self._is_failing = failed is not None
        if failed is None:
            self._backoff.reset()
            return self._interval_s
        pause_s = self._backoff.after_failure(failed.retry_after_s)
        if failed.retry_after_s is not None:
            self._quiet_until_s = time.monotonic() + pause_s
        return pause_s

    def _has_time(self) -> bool:
        return self._stop_at_s is None or time.monotonic() < self._stop_at_s

    def _answer(self, asked: int) -> None:
        with self._news:
            self._done = max(self._done, asked)
            self._news.notify_all()
