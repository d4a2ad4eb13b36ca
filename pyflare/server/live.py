"""What a receiver says of itself while it runs: a line that moves on a terminal, now and then a log line elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from rich.console import Console
from rich.live import Live
from rich.text import Text

from pyflare.server.counters import Counters
from pyflare.server.saying import say
from pyflare.server.sinks.backlog import Backlog

_TERMINAL_EVERY_S: Final = 0.5
_LOG_EVERY_S: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The counters at one moment."""

    at_s: float
    requests: int
    accepted: int
    refused: int
    size_bytes: int


def read(counters: Counters, at_s: float) -> Reading:
    """Read the counters."""
    return Reading(
        at_s=at_s,
        requests=counters.total("requests"),
        accepted=counters.total("accepted"),
        refused=counters.total("refused"),
        size_bytes=counters.total("bytes"),
    )


def describe(before: Reading, now: Reading, backlog: Backlog) -> str:
    """What has happened between two readings, in one line."""
    passed_s = max(now.at_s - before.at_s, 1e-9)
    rate = (now.accepted - before.accepted) / passed_s
    mib_s = (now.size_bytes - before.size_bytes) / passed_s / (1 << 20)
    return (
        f"{rate:,.0f} records/s · {mib_s:,.1f} MiB/s · {now.accepted:,} accepted · {now.refused:,} refused · "
        f"backlog {backlog.size_bytes / (1 << 20):,.0f} MiB, {backlog.lag_s:,.0f} s"
    )


class Ticker(Protocol):
    """Shows a line from time to time."""

    def tick(self) -> None:
        """Show the present, if it is time."""
        ...

    def close(self) -> None:
        """Show no more."""
        ...


class TerminalTicker:
    """One line at the foot of a terminal."""

    def __init__(self, counters: Counters, backlog: Callable[[], Backlog], console: Console) -> None:
        self._counters = counters
        self._backlog = backlog
        self._before = read(counters, time.monotonic())
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._live.start()

    def tick(self) -> None:
        """Show the present, if it is time."""
        now_s = time.monotonic()
        if now_s - self._before.at_s < _TERMINAL_EVERY_S:
            return
        now = read(self._counters, now_s)
        self._live.update(Text(describe(self._before, now, self._backlog()), style="dim"), refresh=True)
        self._before = now

    def close(self) -> None:
        """Take the line away."""
        self._live.stop()


class LogTicker:
    """A line every half minute in which something came."""

    def __init__(
        self,
        counters: Counters,
        backlog: Callable[[], Backlog],
        say: Callable[[str], None],
        *,
        every_s: float = _LOG_EVERY_S,
    ) -> None:
        self._counters = counters
        self._backlog = backlog
        self._say = say
        self._every_s = every_s
        self._before = read(counters, time.monotonic())

    def tick(self) -> None:
        """Say what came, if it is time."""
        now_s = time.monotonic()
        if now_s - self._before.at_s < self._every_s:
            return
        now = read(self._counters, now_s)
        if now.requests != self._before.requests:
            self._say(describe(self._before, now, self._backlog()))
        self._before = now

    def close(self) -> None:
        """Say no more."""


def make_ticker(counters: Counters, backlog: Callable[[], Backlog]) -> Ticker:
    """A ticker for where stderr goes."""
    if sys.stderr.isatty():
        return TerminalTicker(counters, backlog, Console(stderr=True, highlight=False))
    return LogTicker(counters, backlog, say)


class TickerThread:
    """Ticks in a thread, where the main one is busy."""

    def __init__(self, ticker: Ticker) -> None:
        self._ticker = ticker
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pyflare-live", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._over.wait(_TERMINAL_EVERY_S):
            self._ticker.tick()

    def close(self) -> None:
        """Tick no more."""
        self._over.set()
        self._thread.join()
        self._ticker.close()
