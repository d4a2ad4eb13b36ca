"""What a receiver says of itself while it runs."""

from __future__ import annotations

import io

from rich.console import Console

from pyflare.server import live
from pyflare.server.counters import Counters
from pyflare.server.live import LogTicker, Reading, TerminalTicker, TickerThread, describe, make_ticker, read
from pyflare.server.sinks.backlog import Backlog

BACKLOG = Backlog(size_bytes=3 << 20, lag_s=7.4)


def test_a_line():
    """Rates between two readings, totals, and what waits."""
    before = Reading(at_s=10.0, requests=1, accepted=100, refused=0, size_bytes=0)
    now = Reading(at_s=12.0, requests=5, accepted=5100, refused=7, size_bytes=4 << 20)
    assert describe(before, now, BACKLOG) == (
        "2,500 records/s · 2.0 MiB/s · 5,100 accepted · 7 refused · backlog 3 MiB, 7 s"
    )


def test_reading_sums_over_workers_and_signals():
    """A reading holds the sums of all workers' counters."""
    counters = Counters(2)
    counters.of_worker(0).add("traces", "accepted", 3)
    counters.of_worker(1).add("logs", "accepted", 4)
    counters.of_worker(1).refuse("logs", "disk_full", 5)
    counters.of_worker(1).refuse("logs", "unheard of", 1)
    assert read(counters, 1.0) == Reading(at_s=1.0, requests=0, accepted=7, refused=6, size_bytes=0)
    assert {(c.worker, c.name): c.value for c in counters if c.name.startswith("refused") and c.value} == {
        (1, "refused.disk_full"): 5,
        (1, "refused.unavailable"): 1,
    }


def test_log_lines_only_where_something_came():
    """Elsewhere than on a terminal there is a line now and then, if something came meanwhile."""
    counters, said = Counters(), []
    ticker = LogTicker(counters, lambda: BACKLOG, said.append, every_s=0.0)
    ticker.tick()
    assert said == []
    counters.of_worker(0).add("traces", "requests", 1)
    ticker.tick()
    ticker.tick()
    assert len(said) == 1
    patient = LogTicker(counters, lambda: BACKLOG, said.append, every_s=1000.0)
    counters.of_worker(0).add("traces", "requests", 1)
    patient.tick()
    assert len(said) == 1


def test_a_terminal_has_a_moving_line(monkeypatch):
    """On a terminal the line is shown, and taken away at the end."""
    monkeypatch.setattr(live, "_TERMINAL_EVERY_S", 0.0)
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, width=120)
    counters = Counters()
    counters.of_worker(0).add("traces", "accepted", 1234)
    thread = TickerThread(ticker := TerminalTicker(counters, lambda: BACKLOG, console))
    ticker.tick()
    thread.close()
    assert "1,234 accepted" in shown.getvalue()
    assert shown.getvalue().rstrip().endswith("\x1b[2K")


def test_a_pipe_gets_log_lines(monkeypatch):
    """Where stderr is no terminal nothing moves."""
    monkeypatch.setattr("sys.stderr", io.StringIO())
    assert isinstance(make_ticker(Counters(), lambda: BACKLOG), LogTicker)
