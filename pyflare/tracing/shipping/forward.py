"""Ship what waits in a folder, once: for machines whose programs have ended before their collector came back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pyflare.errors import StoreNotFoundError
from pyflare.store.journal.reader import WriterJournal, list_writers
from pyflare.tracing.shipping.answer import Failed
from pyflare.tracing.shipping.connect import check_installed, connect
from pyflare.tracing.shipping.delivery import Delivery
from pyflare.tracing.shipping.destination import REQUESTS_PREFIX, Destination
from pyflare.tracing.shipping.reading import Limits
from pyflare.tracing.shipping.spool import Source, is_waiting, open_orphan

BATCH_SPANS = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardResult:
    """What became of the journals that waited."""

    shipped_spans: int
    rejected_spans: int
    """Spans that the destination refused for good."""
    journals: int
    """Journals shipped to their end."""
    skipped_journals: int
    """Journals whose process lives, or that another process ships at the moment."""
    failure: str | None = None
    """Why it stopped early, or None. What was not shipped still waits."""


class _Tally:
    def __init__(self, progress: Callable[[int], None] | None) -> None:
        self.shipped = self.rejected = self.journals = self.skipped = 0
        self._progress = progress

    def reject(self, count: int, _reason: str) -> None:
        self.rejected += count

    def ship(self, count: int) -> None:
        self.shipped += count
        if self._progress is not None:
            self._progress(self.shipped)


def forward(
    root: Path,
    destination: Destination,
    *,
    progress: Callable[[int], None] | None = None,
    batch_spans: int = BATCH_SPANS,
) -> ForwardResult:
    """Ship what waits in the folder's spools, for whichever destination, and what else waits for this one.

    Args:
        root: The folder.
        destination: Where to. Spools that wait for another endpoint go there, too: nothing else has their spans.
        progress: Told after each batch how many spans have been handled so far.
        batch_spans: At most how many spans go into one export.

    Raises:
        StoreNotFoundError: There is no PyFlare folder.
        MissingExtraError: The destination speaks gRPC, and that is not installed.
    """
    if not (root / "pyflare.json").exists():
        raise StoreNotFoundError(f"There is no PyFlare folder at {root}. Give the folder that holds pyflare.json.")
    check_installed(destination)
    tally = _Tally(progress)
    sender = connect(destination)
    delivery = Delivery(sender, on_rejected=tally.reject)
    failed: Failed | None = None
    try:
        for journal, name in _waiting(root, destination.name):
            source = None if journal.alive else open_orphan(journal, name, Limits(spans=batch_spans))
            if source is None:
                tally.skipped += 1
                continue
            failed = _ship(source, delivery, tally)
            if failed is not None:
                break
            tally.journals += 1
    finally:
        sender.close()
    return ForwardResult(
        shipped_spans=tally.shipped - tally.rejected,
        rejected_spans=tally.rejected,
        journals=tally.journals,
        skipped_journals=tally.skipped,
        failure=None if failed is None else failed.reason,
    )


def _waiting(root: Path, destination: str) -> Iterator[tuple[WriterJournal, str]]:
    """Spools that wait for anybody, and journals that are kept and wait for this destination."""
    for journal in list_writers(root):
        for name in journal.info.destinations:
            is_meant = name == destination or not journal.info.keep
            if is_meant and not name.startswith(REQUESTS_PREFIX) and is_waiting(journal, name):
                yield journal, name


def _ship(source: Source, delivery: Delivery, tally: _Tally) -> Failed | None:
    try:
        for batch in source.reader.batches():
            failed = delivery.ship(source.ledger, batch)
            if failed is not None:
                return failed
            source.ledger.save()
            tally.ship(len(batch))
        source.ledger.save()
    finally:
        source.ledger.close()
    return None
