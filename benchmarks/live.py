"""How soon clients hear of a span of another process, on a folder of a million spans, and what listening costs."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from websockets.sync.client import ClientConnection, connect

from benchmarks.million import MILLION, folder
from benchmarks.queries import QUICK_SPANS
from benchmarks.row import BenchRow
from tests.browser.traced import tracing
from tests.browser.viewers import Viewer, viewing

CLIENTS: Final = 20
WRITERS: Final = 3
QUESTIONS: Final = 60
QUIET_S: Final = 10.0
LATENCY_BAR_MS: Final = 300.0
QUIET_BAR_PERCENT: Final = 1.0
_PATIENCE_S: Final = 20.0
_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")


def rows(*, quick: bool = False) -> list[BenchRow]:
    """Measure."""
    spans = QUICK_SPANS if quick else MILLION
    with _own_copy(spans) as root, ExitStack() as stack:
        programs = [stack.enter_context(tracing(root)) for _ in range(WRITERS)]
        for program in programs:
            program.do("ask warm")
        viewer = stack.enter_context(viewing(root))
        sockets = [stack.enter_context(_following(viewer)) for _ in range(CLIENTS)]
        quiet = _cpu_percent(viewer, QUIET_S / 5 if quick else QUIET_S)
        waits_ms: list[float] = []
        for number in range(QUESTIONS // 6 if quick else QUESTIONS):
            done = programs[number % WRITERS].do(f"ask question-{number}")
            heard_ns = [_hear(socket, done.trace_id) for socket in sockets]
            waits_ms += [(at_ns - done.at_unix_ns) / 1e6 for at_ns in heard_ns]
            time.sleep(0.03 * (number % 7))
    return [_latency_row(waits_ms, spans), _quiet_row(quiet)]


def _latency_row(waits_ms: list[float], spans: int) -> BenchRow:
    median, slowest = statistics.median(waits_ms), statistics.quantiles(waits_ms, n=100)[98]
    return BenchRow(
        what="live: from the end of a span in another process to a client",
        bar=f"p99 < {LATENCY_BAR_MS:.0f} ms",
        measured=f"p99 {slowest:.0f} ms",
        ok=slowest < LATENCY_BAR_MS,
        beside=f"p50 {median:.0f} ms; {CLIENTS} clients, {WRITERS} writers, {spans:,} spans in the folder",
    )


def _quiet_row(percent: float) -> BenchRow:
    return BenchRow(
        what="live: following a folder in which nothing happens",
        bar=f"< {QUIET_BAR_PERCENT:.0f}% of a core",
        measured=f"{percent:.2f}%",
        ok=percent < QUIET_BAR_PERCENT,
        beside=f"{CLIENTS} clients, {WRITERS} writers",
    )


@contextmanager
def _own_copy(spans: int) -> Iterator[Path]:
    """The folder as links, into which this benchmark may write."""
    source = folder(spans)
    with tempfile.TemporaryDirectory(dir=source.parent) as place:
        root = Path(place) / ".pyflare"
        shutil.copytree(source, root, copy_function=os.link)
        yield root


@contextmanager
def _following(viewer: Viewer) -> Iterator[ClientConnection]:
    with connect(f"{viewer.url.replace('http', 'ws', 1)}/api/v1/live", proxy=None) as socket:
        socket.send(json.dumps({"action": "subscribe", "channels": ["traces:*"]}))
        heard = json.loads(socket.recv(timeout=_PATIENCE_S))
        assert heard["type"] == "subscribed", heard
        yield socket


def _hear(socket: ClientConnection, trace_id: str) -> int:
    """Wait for a trace that has ended. When its message had been made, in unix nanoseconds."""
    while True:
        heard = json.loads(socket.recv(timeout=_PATIENCE_S))
        payload = heard.get("payload") or {}
        if payload.get("trace_id") == trace_id and payload["state"] == "ended":
            return time.time_ns()


def _cpu_percent(viewer: Viewer, seconds: float) -> float:
    """How much of a core a viewer takes."""
    assert viewer.process is not None
    time.sleep(1.0)  # what it does after it has started is another matter
    before = _cpu_s(viewer.process.pid)
    time.sleep(seconds)
    return 100 * (_cpu_s(viewer.process.pid) - before) / seconds


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S
