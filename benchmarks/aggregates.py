"""What the numbers of the viewer cost over a million spans, each worked out anew: nothing is answered from a cache."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pyflare
from benchmarks.million import MILLION, folder
from benchmarks.queries import QUICK_SPANS, RUNS, cost
from benchmarks.row import BenchRow
from pyflare.store.engine import Engine
from pyflare.store.language import compile_filter
from pyflare.workspace.aggregates.breakdown import read_breakdown
from pyflare.workspace.aggregates.costs import read_costs
from pyflare.workspace.aggregates.facets import read_facets
from pyflare.workspace.aggregates.histogram import read_histogram
from pyflare.workspace.aggregates.measures import Metric
from pyflare.workspace.aggregates.series import read_series
from pyflare.workspace.aggregates.totals import read_totals
from pyflare.workspace.scope import Scope

EIGHT: Final[tuple[Metric, ...]] = (
    "requests",
    "errors",
    "latency_p50_ms",
    "latency_p95_ms",
    "latency_p99_ms",
    "input_tokens",
    "output_tokens",
    "cost_usd",
)
FILTER: Final = "model = large and latency > 100ms and not status = error"
COLD_RUNS: Final = 5
Ask = Callable[[], object]


def first_screen(engine: Engine, scope: Scope) -> dict[str, Ask]:
    """What the viewer's first screen asks, all at once."""
    return {
        "totals, and those of the time before": lambda: read_totals(engine, scope),
        "8 metrics in 60 buckets": lambda: read_series(engine, scope, EIGHT),
        "by model": lambda: read_breakdown(engine, scope, "model", limit=8),
        "by user": lambda: read_breakdown(engine, scope, "user", limit=8),
        "by operation": lambda: read_breakdown(engine, scope, "operation", limit=8),
        "by error": lambda: read_breakdown(engine, scope, "error", limit=8),
        "histogram": lambda: read_histogram(engine, scope, "traces"),
    }


def others(engine: Engine, scope: Scope) -> dict[str, Ask]:
    """What other screens ask."""
    return {
        "facets of traces": lambda: read_facets(engine, scope, "traces"),
        "facets of spans": lambda: read_facets(engine, scope, "spans"),
        "costs by day and model": lambda: read_costs(engine, scope, group_by=["model_id", "day"]),
    }


def rows(*, quick: bool = False) -> list[BenchRow]:
    """The lines of the table."""
    spans = QUICK_SPANS if quick else MILLION
    root = folder(spans)
    with pyflare.open(root, compact=False) as workspace:
        everything, filtered = Scope(now_ns=0), Scope(now_ns=0, filter=FILTER)
        engine = workspace.engine
        asked = {
            **first_screen(engine, everything),
            **others(engine, everything),
            "8 metrics in 60 buckets, filtered": first_screen(engine, filtered)["8 metrics in 60 buckets"],
            "by model, filtered": first_screen(engine, filtered)["by model"],
            "reading a filter": lambda: compile_filter(FILTER, of="traces", now_ns=0, find_payloads=lambda _: ()),
        }
        return [_cold_row(spans, root), *(_row(f"{spans:,} spans: {what}", ask) for what, ask in asked.items())]


def _row(what: str, ask: Ask) -> BenchRow:
    taken = cost(ask, runs=RUNS)
    return BenchRow(
        what=what,
        bar="under 250 ms",
        measured=f"{taken.wall_ms:.1f} ms",
        ok=taken.wall_ms < 250,
        beside=f"{taken.cpu_ms:.1f} ms of CPU",
    )


def _cold_row(spans: int, root: Path) -> BenchRow:
    """The best of several processes: others that run on the machine say nothing about ours."""
    took_ms = min(_in_a_new_process(root) for _ in range(COLD_RUNS))
    return BenchRow(
        what=f"{spans:,} spans: all numbers of the first screen at once, in a new process",
        bar="under 1000 ms",
        measured=f"{took_ms:.0f} ms",
        ok=took_ms < 1000,
        beside="from opening the folder; without starting Python",
    )


def _in_a_new_process(root: Path) -> float:
    finished = subprocess.run(
        [sys.executable, "-m", "benchmarks.aggregates", str(root)], check=True, capture_output=True, text=True
    )
    return float(finished.stdout)


def _first_look_ms(root: Path) -> float:
    started_s = time.perf_counter()
    with pyflare.open(root, compact=False) as workspace, ThreadPoolExecutor(8) as pool:
        asked = first_screen(workspace.engine, Scope(now_ns=0)).values()
        for answer in [pool.submit(ask) for ask in asked]:
            answer.result()
        return (time.perf_counter() - started_s) * 1e3


if __name__ == "__main__":
    print(_first_look_ms(Path(sys.argv[1])))
