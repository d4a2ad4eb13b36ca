"""Forwarding a folder: once, or for as long as it is written to."""

from __future__ import annotations

import contextlib
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NoReturn

from pyflare.interchange.forward.lane import Lane
from pyflare.interchange.forward.outbox import Outbox
from pyflare.interchange.forward.position import Position
from pyflare.interchange.otlp import SIGNALS
from pyflare.store.journal.reader import list_writers
from pyflare.store.journal.shipped import past_shippers
from pyflare.store.live import LiveFolder
from pyflare.store.migrate import check_version
from pyflare.store.snapshot import Snapshot
from pyflare.tracing.shipping.answer import Failed
from pyflare.tracing.shipping.connect import check_installed
from pyflare.tracing.shipping.destination import Destination
from pyflare.tracing.shipping.forward import forward as ship_spools

PATIENCE_S: Final = 60.0
"""How long a destination may fail before a run that does not follow gives up."""
INTERVAL_S: Final = 1.0
"""How often a run that follows looks for what is new."""
_SPOOLS_EVERY_S: Final = 10.0

Progress = Callable[[str, int], None]
"""Told a table and how many of its rows have gone out by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardResult:
    """What went out."""

    sent: dict[str, int]
    """Rows that the destination has handled, by table; refused ones among them."""
    rejected: int
    """Rows that it refused for good."""
    failure: str | None = None
    """Why the run gave up, or None. What was not sent goes out with the next one."""


def forward(
    root: Path,
    destination: Destination,
    *,
    tables: Iterable[str] = tuple(SIGNALS),
    since_ns: int | None = None,
    follow: bool = False,
    patience_s: float = PATIENCE_S,
    interval_s: float = INTERVAL_S,
    progress: Progress | None = None,
    on_failure: Callable[[str, float], None] | None = None,
) -> ForwardResult:
    """Send a folder's spans, metrics and logs to an OTLP backend, each row that it has not got yet.

    How far a destination is, is kept in the folder, so a run that is ended or killed is gone on with by the next.
    Spans that a program ships to the destination itself, by `pyflare.init(endpoint=…)`, are left to it.

    Args:
        root: The folder.
        destination: Where to. Its signal does not matter.
        tables: Which of spans, metrics and logs.
        since_ns: Leave out rows of before, in unix nanoseconds; they do not go out later either.
        follow: Go on for ever with what is written.
        patience_s: How long the destination may fail before the run gives up; following never does.
        interval_s: How often to look for what is new when following.
        progress: Told how it goes.
        on_failure: Told why the destination fails, and after how many seconds it is tried again.

    Raises:
        StoreNotFoundError: There is no PyFlare folder.
        MissingExtraError: The destination speaks gRPC, and that is not installed.
        StoreError: Another process forwards to the same destination.
    """
    check_version(root)
    check_installed(destination)
    run = _Run(root, replace(destination, signal="traces"), progress, on_failure)
    with run.open(tables, since_ns):
        if follow:
            run.follow(interval_s)
        failure = run.once(patience_s)
    return ForwardResult(sent=dict(run.sent), rejected=run.rejected, failure=failure)


class _Run:
    def __init__(
        self,
        root: Path,
        destination: Destination,
        progress: Progress | None,
        on_failure: Callable[[str, float], None] | None,
    ) -> None:
        self.sent: Counter[str] = Counter()
        self.rejected = 0
        self._root = root
        self._destination = destination
        self._progress = progress
        self._on_failure = on_failure
        self._folder = LiveFolder(root)
        self._lanes: list[Lane] = []
        self._failing: dict[str, tuple[float, str]] = {}
        """When to try a table again, and why it fails."""
        self._spools_at_s = 0.0

    @contextlib.contextmanager
    def open(self, tables: Iterable[str], since_ns: int | None) -> Iterator[None]:
        """Lock the destination's position, and have a connection for each table."""
        with Position(self._root, self._destination.name) as position, contextlib.ExitStack() as stack:
            for table in tables:
                outbox = Outbox(table, self._destination, on_rejected=self._reject, draw=random.Random())
                stack.callback(outbox.close)
                lane = Lane(self._root, table, position=position, outbox=outbox, since_ns=since_ns, on_sent=self._count)
                self._lanes.append(lane)
            yield

    def _reject(self, count: int, _reason: str) -> None:
        self.rejected += count

    def _count(self, table: str, rows: int) -> None:
        self.sent[table] += rows
        if self._progress is not None:
            self._progress(table, self.sent[table])

    def once(self, patience_s: float) -> str | None:
        """Send what there is now. Returns why it gave up, if it did."""
        snapshot = self._folder.snapshot()
        left = {lane.table for lane in self._lanes}
        deadline_s = time.monotonic() + patience_s
        while True:
            before = self.sent.total()
            failures = self._sweep(snapshot, left)
            if self.sent.total() > before:
                deadline_s = time.monotonic() + patience_s
            left = {*failures}
            if not left:
                return None
            wait_s = min(retry_at_s for retry_at_s, _ in self._failing.values()) - time.monotonic()
            if time.monotonic() + wait_s > deadline_s:
                return next(iter(failures.values()))
            time.sleep(max(0.0, wait_s))

    def follow(self, interval_s: float) -> NoReturn:
        """Send what there is, and what comes, for ever."""
        seen: Snapshot | None = None
        failing: set[str] = set()
        while True:
            snapshot = self._folder.snapshot()
            tables = {lane.table for lane in self._lanes} if snapshot is not seen else failing
            failing = {*self._sweep(snapshot, tables)}
            seen = snapshot
            time.sleep(interval_s)

    def _sweep(self, snapshot: Snapshot, tables: Iterable[str]) -> dict[str, str]:
        """Send what can be sent now of some tables. Returns why the others failed, or fail for now."""
        wanted = {*tables}
        failures = {}
        shippers = self._shippers()
        for lane in self._lanes:
            if lane.table not in wanted:
                continue
            retry_at_s, reason = self._failing.get(lane.table, (0.0, ""))
            if retry_at_s > time.monotonic():
                failures[lane.table] = reason
                continue
            lane.shippers = shippers
            failed = (self._ship_spools() if lane.table == "spans" else None) or lane.sweep(snapshot)
            if failed is None:
                lane.outbox.backoff.reset()
                self._failing.pop(lane.table, None)
            else:
                failures[lane.table] = failed.reason
                self._note_failure(lane, failed)
        return failures

    def _note_failure(self, lane: Lane, failed: Failed) -> None:
        wait_s = lane.outbox.backoff.after_failure(failed.retry_after_s)
        self._failing[lane.table] = time.monotonic() + wait_s, failed.reason
        if self._on_failure is not None:
            self._on_failure(failed.reason, wait_s)

    def _ship_spools(self) -> Failed | None:
        """Send what processes that have ended left for the destination, and what stands in no part: their spools."""
        if time.monotonic() < self._spools_at_s:
            return None
        self._spools_at_s = time.monotonic() + _SPOOLS_EVERY_S
        result = ship_spools(self._root, self._destination)
        self.rejected += result.rejected_spans
        if result.shipped_spans:
            self._count("spans", result.shipped_spans + result.rejected_spans)
        return None if result.failure is None else Failed(reason=result.failure)

    def _shippers(self) -> set[str]:
        """Writers that send to the destination themselves: those with a journal first, as the others are noted when it goes."""
        names = (self._destination.name, self._destination.name_for_requests)
        present = {
            journal.info.writer_id
            for journal in list_writers(self._root)
            if not set(names).isdisjoint(journal.info.destinations)
        }
        return present.union(*(past_shippers(self._root, name) for name in names))
