"""The receiver: spans and requests accepted and durable on one core, and how far each stage is from its limit.

Load comes over HTTP from another process on another core. On a machine that others
use too, the wall clock says how busy that is; so rates are given for each second of
the receiver's own CPU, and the wall clock stands beside them.
"""

from __future__ import annotations

import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.load import LoadResult, request_body
from benchmarks.quota import can_limit, limited
from benchmarks.row import BenchRow
from benchmarks.sink import free_port
from pyflare.otlp.messages import REQUESTS
from pyflare.server.config_file import parse_config
from pyflare.server.otlp.intake import hand_on, read
from pyflare.server.otlp.limits import Limits
from pyflare.server.pipeline import build

SPANS: Final = 500
CLIENTS: Final = 4
SMALL_CLIENTS: Final = 200
ROUNDS: Final = 3
SECONDS: Final = 4.0
SPANS_BAR: Final = 100_000
REQUESTS_BAR: Final = 3_000
P99_BAR_MS: Final = 10.0
WORKERS_BAR: Final = 1.8
_SHARE: Final = 0.25
_ALL_CORES: Final = f"0-{(os.cpu_count() or 1) - 1}"
_QUIET: Final = {"sinks": {"store": {"compact_after_mib": 0}}}
"""Without compactions, which are a process of their own and would share the core."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A receiver under load."""

    load: LoadResult
    cpu_s: float
    """Of the receiver and its workers."""

    @property
    def per_cpu_s(self) -> float:
        """Requests acknowledged for each second of the receiver's CPU."""
        return self.load.acknowledged / self.cpu_s

    @property
    def per_s(self) -> float:
        """Requests acknowledged a second."""
        return self.load.acknowledged / self.load.seconds


def _pinned(cores: str, *command: str) -> list[str]:
    """The command on some cores, where there are several and the system can say so."""
    return ["taskset", "-c", cores, *command] if (os.cpu_count() or 1) > 1 else list(command)


@contextmanager
def _receiver(*, workers: int, cores: str) -> Iterator[tuple[int, int]]:
    """A receiver's port and pid."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.yaml"
        config.write_text(json.dumps({"collector": {**_QUIET, "otlp": {"grpc": {"endpoint": None}}}}))
        command = [sys.executable, "-m", "pyflare.cli", "serve", "--path", f"{folder}/f", "--config", str(config)]
        command += ["--http", f"127.0.0.1:{port}", "--workers", str(workers)]
        with subprocess.Popen(_pinned(cores, *command), stderr=subprocess.DEVNULL) as process:
            try:
                _wait_until_ready(port)
                yield port, process.pid
            finally:
                process.send_signal(signal.SIGTERM)


def _wait_until_ready(port: int) -> None:
    until_s = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz"):
                return
        except OSError:
            if time.monotonic() > until_s:
                raise
            time.sleep(0.05)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _cpu_s(pid: int) -> float:
    """CPU seconds of a process and its children."""
    ticks = 0
    for process in (pid, *_children(pid)):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _load(
    *,
    clients: int,
    spans: int,
    rate: float = 0.0,
    seconds: float = SECONDS,
    workers: int = 1,
    cores: str = "0",
    share: float | None = None,
) -> Loaded:
    """Put a receiver under load. `share` holds each worker to so much of a core."""
    with ExitStack() as held:
        port, pid = held.enter_context(_receiver(workers=workers, cores=cores))
        if share is not None:
            held.enter_context(limited(_children(pid) if workers > 1 else [pid], cores=share))
        words = [str(word) for word in (port, clients, seconds, spans, rate)]
        load = [sys.executable, "-m", "benchmarks.load", *words]
        before_s = _cpu_s(pid)
        done = subprocess.run(_pinned("1", *load) if share is None else load, stdout=subprocess.PIPE, check=True)
        cpu_s = _cpu_s(pid) - before_s
    return Loaded(load=msgspec.json.decode(done.stdout, type=LoadResult), cpu_s=cpu_s)


# -- the stages by themselves ------------------------------------------------------------------------


def _ms(work: Callable[[bytes], object], bodies: list[bytes], *, rounds: int) -> float:
    """CPU milliseconds for a request, the best of some rounds."""
    best_s = float("inf")
    for _ in range(rounds):
        began_s = time.process_time()
        for body in bodies:
            work(body)
        best_s = min(best_s, (time.process_time() - began_s) / len(bodies))
    return best_s * 1e3


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """CPU milliseconds for a request of 500 spans, in this process."""

    parse: float
    """Protobuf into messages and nothing else."""
    check: float
    """Parse and look at every record."""
    append: float
    """Into the journal."""


def stages(*, rounds: int = 5) -> Stages:
    """Measure each stage by itself."""
    bodies = [request_body(SPANS, random.Random(number)) for number in range(16)]
    limits = Limits()

    def check(body: bytes) -> object:
        return read("traces", body, "protobuf", source="bench", key="", limits=limits)

    with tempfile.TemporaryDirectory() as folder:
        pipeline = build(parse_config(json.dumps({"collector": _QUIET}), source="bench"), Path(folder))
        taken = {body: read("traces", body, "protobuf", source="b", key="", limits=limits) for body in bodies}
        append = _ms(lambda body: hand_on(taken[body], pipeline), bodies, rounds=rounds)
        pipeline.close()
    return Stages(
        parse=_ms(REQUESTS["traces"].FromString, bodies, rounds=rounds),
        check=_ms(check, bodies, rounds=rounds),
        append=append,
    )


# -- the table ---------------------------------------------------------------------------------------


def _spans_row(rounds: int, seconds: float) -> BenchRow:
    runs = [_load(clients=CLIENTS, spans=SPANS, seconds=seconds) for _ in range(rounds)]
    best = max(runs, key=lambda run: run.per_cpu_s)
    each = stages(rounds=rounds + 2)
    whole_ms = 1e3 / best.per_cpu_s
    others_ms = whole_ms - each.check - each.append
    return BenchRow(
        what=f"receiver: spans accepted and durable on one core ({SPANS} of 2.7 kB a request)",
        bar=f"at least {SPANS_BAR:,} a CPU second",
        measured=f"{best.per_cpu_s * SPANS:,.0f}",
        ok=best.per_cpu_s * SPANS >= SPANS_BAR,
        beside=(
            f"{best.per_s * SPANS:,.0f}/s by the clock; of {whole_ms:.1f} ms a request parse {each.parse:.1f} "
            f"({SPANS / each.parse * 1e3:,.0f} spans/s alone), check {each.check - each.parse:.1f}, "
            f"append {each.append:.1f} ({SPANS / each.append * 1e3:,.0f} alone), HTTP and the rest {others_ms:.1f}"
        ),
    )


def _requests_row(rounds: int, seconds: float) -> BenchRow:
    runs = [_load(clients=SMALL_CLIENTS, spans=1, seconds=seconds) for _ in range(rounds)]
    best = max(runs, key=lambda run: run.per_cpu_s)
    return BenchRow(
        what=f"receiver: requests of one span, {SMALL_CLIENTS} clients, on one core",
        bar=f"at least {REQUESTS_BAR:,} a CPU second",
        measured=f"{best.per_cpu_s:,.0f}",
        ok=best.per_cpu_s >= REQUESTS_BAR,
        beside=f"{best.per_s:,.0f}/s by the clock",
    )


def _latency_row(rounds: int, seconds: float) -> BenchRow:
    rate = REQUESTS_BAR / 2
    runs = [_load(clients=SMALL_CLIENTS, spans=1, rate=rate, seconds=seconds) for _ in range(rounds)]
    best = min(runs, key=lambda run: run.load.p99_ms)
    return BenchRow(
        what=f"receiver: time to acknowledge, {rate:,.0f} requests a second from {SMALL_CLIENTS} clients",
        bar=f"p99 below {P99_BAR_MS:.0f} ms",
        measured=f"{best.load.p99_ms:.1f} ms",
        ok=best.load.p99_ms < P99_BAR_MS,
        beside=f"median {best.load.p50_ms:.1f} ms",
    )


def _workers_row(rounds: int, seconds: float) -> BenchRow:
    """On two cores the load generator takes what a second worker would have; so each is held to a quarter of a core."""
    if not can_limit():
        return _workers_per_cpu_row(rounds, seconds)
    ratios = []
    for _ in range(rounds):
        one = _load(clients=CLIENTS, spans=SPANS, seconds=seconds, cores=_ALL_CORES, share=_SHARE)
        two = _load(clients=2 * CLIENTS, spans=SPANS, seconds=seconds, workers=2, cores=_ALL_CORES, share=_SHARE)
        ratios.append(two.per_s / one.per_s)
    return BenchRow(
        what=f"receiver: two workers against one, each held to {_SHARE:g} of a core",
        bar=f"at least {WORKERS_BAR}×",
        measured=f"{statistics.median(ratios):.2f}×",
        ok=statistics.median(ratios) >= WORKERS_BAR,
        beside=f"by the clock; runs from {min(ratios):.2f} to {max(ratios):.2f}",
    )


def _workers_per_cpu_row(rounds: int, seconds: float) -> BenchRow:
    """Where no process can be held to a share: what a core does must not fall with a second worker."""
    ratios, clocks = [], []
    for _ in range(rounds):
        one = _load(clients=2 * CLIENTS, spans=SPANS, seconds=seconds, cores="0")
        two = _load(clients=2 * CLIENTS, spans=SPANS, seconds=seconds, workers=2, cores=_ALL_CORES)
        ratios.append(2 * two.per_cpu_s / one.per_cpu_s)
        clocks.append(two.per_s / one.per_s)
    return BenchRow(
        what="receiver: two workers against one",
        bar=f"at least {WORKERS_BAR}× for the same CPU each",
        measured=f"{statistics.median(ratios):.2f}×",
        ok=statistics.median(ratios) >= WORKERS_BAR,
        beside=f"{statistics.median(clocks):.2f}× by the clock, {os.cpu_count()} cores, the load generator on one of them",
    )


def rows(*, quick: bool = False) -> list[BenchRow]:
    """The lines of the table."""
    rounds, seconds = (1, 2.0) if quick else (ROUNDS, SECONDS)
    return [make(rounds, seconds) for make in (_spans_row, _requests_row, _latency_row, _workers_row)]
