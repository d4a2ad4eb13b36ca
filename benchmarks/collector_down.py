"""What a program notices of a collector that is down, or takes connections and never answers."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Final

from benchmarks.row import BenchRow
from benchmarks.sink import free_port, receiver, silence

CALLS: Final = 20_000
QUICK_CALLS: Final = 5_000
ROUNDS: Final = 5
QUICK_ROUNDS: Final = 1
BAR_RATIO: Final = 1.1
"""No slower, give or take what two measurements of the same thing differ by."""
BAR_EXIT_S: Final = 2.0
QUESTION: Final = ("How do I return a parcel that was delivered to my neighbour? " * 4)[:200]
ANSWER: Final = ("You can start a return within thirty days. " * 12)[:500]

Collector = Callable[[int], AbstractContextManager[None]]
DOWN: Final[dict[str, Collector]] = {"down": lambda _: nullcontext(), "silent": silence}
"""What may be the matter with a collector, by name."""


def call(endpoint: str, folder: str, calls: int) -> dict[str, float]:
    """Trace `calls` calls in this process; the median of their wall time, and the time when all were done."""
    import pyflare

    pyflare.init(service="collector-down", path=folder, endpoint=endpoint)

    @pyflare.trace(kind="llm", model="small")
    def answer(question: str) -> str:
        return ANSWER

    taken_ns = []
    for _ in range(calls):
        before_ns = time.perf_counter_ns()
        answer(QUESTION)
        taken_ns.append(time.perf_counter_ns() - before_ns)
    return {"p50_us": statistics.median(taken_ns) / 1e3, "done_s": time.time()}


def run(port: int, folder: Path, *, calls: int) -> dict[str, float]:
    """The same in a fresh process, and how long the process took to end when its work was done."""
    command = [sys.executable, "-m", "benchmarks.collector_down", f"http://127.0.0.1:{port}", str(folder), str(calls)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    ended_s = time.time()
    measured = json.loads(output)
    return {"p50_us": measured["p50_us"], "exit_s": ended_s - measured["done_s"]}


def measure(name: str, *, calls: int) -> tuple[dict[str, float], dict[str, float]]:
    """A run with a collector that works, and one with a collector that does not."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        folder = Path(directory)
        with receiver(port := free_port(), folder / "received"):
            up = run(port, folder / "up", calls=calls)
        with DOWN[name](port := free_port()):
            return up, run(port, folder / name, calls=calls)


def rows(*, quick: bool = False) -> list[BenchRow]:
    """The lines of the table."""
    return [row for name in DOWN for row in _rows(name, quick=quick)]


def _rows(name: str, *, quick: bool) -> list[BenchRow]:
    calls = QUICK_CALLS if quick else CALLS
    pairs = [measure(name, calls=calls) for _ in range(QUICK_ROUNDS if quick else ROUNDS)]
    ratio = statistics.median(without["p50_us"] / with_["p50_us"] for with_, without in pairs)
    up_us, down_us = (statistics.median(run["p50_us"] for run in runs) for runs in zip(*pairs, strict=True))
    exit_s = max(without["exit_s"] for _, without in pairs)
    return [
        BenchRow(
            what=f"collector {name}: p50 of a call",
            bar="no slower than with it up",
            measured=f"{ratio:.2f}×",
            ok=ratio <= BAR_RATIO,
            beside=f"{down_us:.1f} µs against {up_us:.1f} µs",
        ),
        BenchRow(
            what=f"collector {name}: end of the process",
            bar=f"within {BAR_EXIT_S:.0f} s",
            measured=f"{exit_s:.2f} s",
            ok=exit_s <= BAR_EXIT_S,
            beside=f"the longest of {len(pairs)}; {calls:,} spans waiting",
        ),
    ]


if __name__ == "__main__":
    print(json.dumps(call(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
