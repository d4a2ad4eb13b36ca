"""One round of shipping: what waits in this process' journal, then in those of processes that have ended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyflare.tracing.guard import guard, logger
from pyflare.tracing.shipping.answer import Failed, Sender
from pyflare.tracing.shipping.connect import connect
from pyflare.tracing.shipping.destination import Destination
from pyflare.tracing.shipping.forking import loading
from pyflare.tracing.shipping.reading import Batch, Limits
from pyflare.tracing.shipping.spool import Orphans, OwnJournal, Source

if TYPE_CHECKING:
    from pyflare.store.journal.writer import JournalWriter
    from pyflare.tracing.shipping.delivery import Delivery

INTERRUPTED: Final = Failed(reason="there was no time")
"""What stands in the way of a round that was not allowed to go on."""
_REASONS_LOGGED: Final = 20


class Courier:
    """Goes the rounds for one destination. One thread at a time may use it."""

    def __init__(
        self, root: Path, journal: JournalWriter, destination: Destination, limits: Limits, *, tail_sampling: bool
    ) -> None:
        self._destination = destination
        self._losses = journal.losses
        self._own = OwnJournal(journal, destination.name, limits, tail_sampling=tail_sampling)
        self._orphans = Orphans(root, destination.name, limits)
        self._sender: Sender | None = None
        self._delivery: Delivery | None = None
        self._is_down = False
        self._is_aborted = False
        self._reasons: set[str] = set()

    def round(
        self, *, has_time: Callable[[], bool], may_go_on: Callable[[], bool], on_own_shipped: Callable[[], None]
    ) -> Failed | None:
        """Ship what waits. None where all of it went out, else what stood in the way.

        Args:
            has_time: Asked between batches of this process' journal whether there is time for another.
            may_go_on: Asked between batches of other journals; they do not press.
            on_own_shipped: Called when this process' journal is shipped as far as it was written.
        """
        own = self._own.source()
        failed = self._ship(own, has_time) if own is not None else None
        if failed is not None:
            return failed
        on_own_shipped()
        for orphan in self._orphans.sources():
            failed = self._ship(orphan, may_go_on)
            if failed is not None:
                return failed
        return None

    def _ship(self, source: Source, may_go_on: Callable[[], bool]) -> Failed | None:
        try:
            for batch in source.reader.batches():
                if not may_go_on():
                    return INTERRUPTED
                failed = self._deliver(source, batch)
                if failed is not None:
                    return failed
                self._save(source)
        finally:
            self._save(source)
        return None

    def _deliver(self, source: Source, batch: Batch) -> Failed | None:
        if self._delivery is None:
            with loading.held():
                from pyflare.tracing.shipping.delivery import Delivery  # loads protobuf

                self._sender = connect(self._destination)
                self._delivery = Delivery(self._sender, on_rejected=self._count_rejected)
        failed = self._delivery.ship(source.ledger, batch)
        self._tell(failed)
        return failed

    def _save(self, source: Source) -> None:
        try:
            source.ledger.save()
        except OSError as error:  # it is known in memory; a process that has to take over may send spans twice
            guard.fault("write down how far spans are shipped", error)

    def _tell(self, failed: Failed | None) -> None:
        """Say once that the destination is out of reach, and once that it is back."""
        if self._is_aborted:
            return
        if failed is not None and not self._is_down:
            shown = self._destination.shown
            logger.warning("PyFlare cannot ship to %s (%s). Spans wait on disk until it answers.", shown, failed.reason)
        elif failed is None and self._is_down:
            logger.info("PyFlare ships to %s again.", self._destination.shown)
        self._is_down = failed is not None

    def _count_rejected(self, count: int, reason: str) -> None:
        self._losses.add("ship_rejected", count)
        if reason not in self._reasons and len(self._reasons) < _REASONS_LOGGED:
            self._reasons.add(reason)
            logger.warning("%s refused %d spans for good: %s", self._destination.shown, count, reason or "no reason")

    def abort(self) -> None:
        """From another thread: end what is under way, and say nothing of it."""
        self._is_aborted = True
        if self._sender is not None:
            self._sender.abort()

    def close(self) -> None:
        """Let go of journals and the connection; delete spools that are empty."""
        self._orphans.close()
        self._own.close()
        if self._sender is not None:
            self._sender.close()

    def forget(self) -> Sender | None:
        """In a forked child: let go of what is the parent's, and return the connection, which must not be touched."""
        self._orphans.forget()
        self._own.forget()
        return self._sender
