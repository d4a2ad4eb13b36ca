"""The query API on a million spans, with twenty viewers at once: how long their requests take.

The server is `pyflare ui` as people start it; the clients are another process. After
a warm-up in which each client opens its first screens, every client goes from
screen to screen with a pause of a second on average, as somebody does who clicks
fast. Each has its own sequence and keeps ETags, as a browser does.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from benchmarks.million import MILLION, folder
from benchmarks.row import BenchRow

CLIENTS: Final = 20
THINK_S: Final = 1.0
WARM_S: Final = 8
SECONDS: Final = 40
BARS_MS: Final = {50: 25, 95: 100, 99: 250}


@contextmanager
def server(root: Path) -> Iterator[tuple[int, int]]:
    """A viewer's process: its port and its id."""
    command = [sys.executable, "-m", "pyflare.cli", "ui", str(root), "--port", "0", "--no-open"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        found = None
        while found is None:
            found = re.search(r"http://127\.0\.0\.1:(\d+)/", process.stderr.readline())
        try:
            yield int(found[1]), process.pid
        finally:
            process.terminate()


def percentile(values: list[float], percent: float) -> float:
    """The value below which so many percent lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def measure(root: Path, *, clients: int = CLIENTS, seconds: float = SECONDS) -> tuple[list[dict[str, Any]], float]:
    """The requests after the warm-up, and what CPU one of all cost the server, in milliseconds."""
    with server(root) as (port, pid):
        done = subprocess.run(
            [
                *(sys.executable, "-m", "benchmarks.api_clients", "127.0.0.1", str(port)),
                *("--clients", str(clients), "--seconds", str(seconds), "--think-s", str(THINK_S)),
            ],
            check=True,
            capture_output=True,
            text=True,
        )
        cpu_s = _cpu_s(pid)
    taken = json.loads(done.stdout)
    began_s = min(one["at_s"] for one in taken)
    return [one for one in taken if one["at_s"] - began_s >= WARM_S], cpu_s * 1e3 / len(taken)


def _cpu_s(pid: int) -> float:
    """What a process has used, its start included."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / 100


def rows(*, quick: bool = False) -> Iterator[BenchRow]:
    """Percentiles over all requests, and the slowest kinds of them."""
    taken, cpu_ms = measure(folder(MILLION // 10 if quick else MILLION), seconds=15 if quick else SECONDS)
    ms = [one["ms"] for one in taken]
    by_kind: dict[str, list[float]] = defaultdict(list)
    for one in taken:
        by_kind[one["what"]].append(one["ms"])
    slowest = sorted(by_kind, key=lambda kind: -percentile(by_kind[kind], 95))[:3]
    known = sum(one["status"] == 304 for one in taken) / len(taken)
    bad = sum(one["status"] not in (200, 304) for one in taken)
    found = {percent: percentile(ms, percent) for percent in BARS_MS}
    yield BenchRow(
        what=f"API on {MILLION // 10 if quick else MILLION:,} spans, {CLIENTS} viewers at once",
        bar=", ".join(f"p{percent} < {bar} ms" for percent, bar in BARS_MS.items()),
        measured=", ".join(f"p{percent} {value:.0f} ms" for percent, value in found.items()),
        ok=not bad and all(found[percent] < bar for percent, bar in BARS_MS.items()),
        beside=(
            f"{len(taken):,} requests, {known:.0%} answered 304, {bad} failed; {cpu_ms:.1f} ms CPU each, start included; "
            + "slowest p95: "
            + ", ".join(f"{kind} {percentile(by_kind[kind], 95):.0f} ms" for kind in slowest)
        ),
    )
