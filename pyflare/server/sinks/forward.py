"""The sink that passes everything on over OTLP, with the journal as its spool.

How far a destination has been served is kept beside the journal and moves only
when a batch is acknowledged, so it may be down for days and each request goes out
once. Requests go out as they came in, several joined where they are small.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from pyflare.otlp.messages import Signal
from pyflare.server.sinks.requests import RequestReader, count_records, join_bodies
from pyflare.server.sinks.splitting import SplittingSender
from pyflare.store.journal.reader import WriterJournal
from pyflare.store.journal.writer import JournalWriter
from pyflare.tracing.guard import guard, logger
from pyflare.tracing.shipping.answer import Failed, Sender
from pyflare.tracing.shipping.backoff import Backoff
from pyflare.tracing.shipping.connect import check_installed, connect
from pyflare.tracing.shipping.delivery import Delivery
from pyflare.tracing.shipping.destination import Destination
from pyflare.tracing.shipping.ledger import Ledger
from pyflare.tracing.shipping.spool import waiting_journals

INTERVAL_S: Final = 1.0
"""How often to look for what is new."""
_LOOK_FOR_ORPHANS_S: Final = 10.0


class Forwarder:
    """One destination: a thread that passes on this process' journal, and those of receivers that have ended."""

    def __init__(
        self,
        root: Path,
        journal: JournalWriter,
        destination: Destination,
        *,
        hold_s: float = 0.0,
        interval_s: float = INTERVAL_S,
    ) -> None:
        """Prepare to forward; `start` begins.

        Args:
            root: The folder.
            journal: This process' journal; `destination.name_for_requests` is among its destinations.
            destination: Where to. Its signal does not matter: all of them go out.
            hold_s: How long requests are held back, for verdicts of a tail sampler.
            interval_s: How often to look for what is new.

        Raises:
            MissingExtraError: The destination speaks gRPC, and that is not installed.
        """
        check_installed(destination)
        self.destination = destination
        self._root = root
        self._own = WriterJournal(directory=journal.directory, info=journal.info)
        self._losses = journal.losses
        self._hold_s = hold_s
        self._interval_s = interval_s
        self._deliveries: dict[str, Delivery] = {}
        self._senders: list[Sender] = []
        self._source: tuple[Ledger, RequestReader] | None = None
        self._look_for_orphans_s = 0.0
        self._is_down = False
        self._stop_at_s: float | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pyflare-forward", daemon=True)

    def start(self) -> None:
        """Start forwarding."""
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Forward for at most `timeout_s` seconds more; what is left waits on disk. Call it once the journal is closed."""
        self._stop_at_s = time.monotonic() + timeout_s
        self._over.set()

    def join(self) -> None:
        """Wait until it has stopped."""
        assert self._stop_at_s is not None
        self._thread.join(max(0.0, self._stop_at_s - time.monotonic()))
        if self._thread.is_alive():
            for sender in list(self._senders):
                sender.abort()

    def _run(self) -> None:
        backoff = Backoff(random.Random())
        pause_s = 0.0
        while not self._over.wait(pause_s):
            failed = self._round()
            if failed is None:
                backoff.reset()
                pause_s = self._interval_s
            else:
                pause_s = backoff.after_failure(failed.retry_after_s)
        if not self._is_down:
            self._round()
        self._close()

    def _round(self) -> Failed | None:
        """Pass on what waits. None where all of it went out, else what stood in the way."""
        try:
            failed = self._pass_on_own() or self._pass_on_orphans()
        except Exception as error:
            guard.fault("forward requests", error)
            return Failed(reason="a fault of PyFlare's own")
        self._tell(failed)
        return failed

    def _pass_on_own(self) -> Failed | None:
        if self._source is None:
            opened = Ledger.open(self._own, self.destination.name_for_requests, dead=False)
            if opened is None:  # nothing has been written yet
                return None
            self._source = opened, RequestReader(opened, hold_s=self._hold_s)
        ledger, reader = self._source
        ledger.dead = not self._own.alive  # closed: nothing more comes, no verdicts either
        return self._pass_on(ledger, reader)

    def _pass_on_orphans(self) -> Failed | None:
        if time.monotonic() < self._look_for_orphans_s:
            return None
        for journal in waiting_journals(self._root, self.destination.name_for_requests):
            with _opened(journal, self.destination.name_for_requests) as ledger:
                failed = None if ledger is None else self._pass_on(ledger, RequestReader(ledger))
            if failed is not None:
                return failed
        self._look_for_orphans_s = time.monotonic() + _LOOK_FOR_ORPHANS_S
        return None

    def _pass_on(self, ledger: Ledger, reader: RequestReader) -> Failed | None:
        try:
            for batch in reader.batches():
                if self._stop_at_s is not None and time.monotonic() >= self._stop_at_s:
                    return None
                failed = self._delivery(batch[0].signal).ship(ledger, batch)
                if failed is not None:
                    return failed
                ledger.save()
        finally:
            ledger.save()
        return None

    def _delivery(self, signal: Signal) -> Delivery:
        if signal not in self._deliveries:
            sender = SplittingSender(connect(replace(self.destination, signal=signal)), signal)
            self._senders.append(sender)
            self._deliveries[signal] = Delivery(
                sender, on_rejected=self._count_rejected, encode=join_bodies, weigh=count_records
            )
        return self._deliveries[signal]

    def _count_rejected(self, count: int, reason: str) -> None:
        self._losses.add("ship_rejected", count)
        logger.warning("%s refused %d records for good: %s", self.destination.shown, count, reason or "no reason")

    def _tell(self, failed: Failed | None) -> None:
        """Say once that the destination is out of reach, and once that it is back."""
        shown = self.destination.shown
        if failed is not None and not self._is_down:
            logger.warning("PyFlare cannot forward to %s (%s). Requests wait on disk.", shown, failed.reason)
        elif failed is None and self._is_down:
            logger.info("PyFlare forwards to %s again.", shown)
        self._is_down = failed is not None

    def _close(self) -> None:
        if self._source is not None:
            self._source[0].close()
        for sender in self._senders:
            sender.close()


@contextmanager
def _opened(journal: WriterJournal, name: str) -> Iterator[Ledger | None]:
    """The ledger of an ended process' journal, or None where another process keeps it."""
    ledger = Ledger.open(journal, name, dead=True)
    try:
        yield ledger
    finally:
        if ledger is not None:
            ledger.close()
