"""What it costs to compare two groups of traces of a million spans, and two traces of a hundred thousand spans each."""

from __future__ import annotations

import statistics
import time
from typing import Final

from benchmarks.million import MILLION, folder
from benchmarks.queries import QUICK_SPANS
from benchmarks.row import BenchRow
from pyflare.store.engine import Engine
from pyflare.workspace.compare_alignment import Tree, align
from pyflare.workspace.contrast import compare_groups
from pyflare.workspace.scope import Scope

RUNS: Final = 7
GROUPS: Final = {"failed and not": "status = error", "two models": "model = small", "slow and not": "latency > 100ms"}
GROUPS_BAR_MS: Final = 300.0
SPANS_OF_A_TRACE: Final = 100_000
ALIGN_BAR_S: Final = 5.0


def rows(*, quick: bool = False) -> list[BenchRow]:
    """Measure."""
    return [_groups_row(QUICK_SPANS if quick else MILLION), _alignment_row(10_000 if quick else SPANS_OF_A_TRACE)]


def _groups_row(spans: int) -> BenchRow:
    engine = Engine(folder(spans))
    took_ms = {name: _median_ms(engine, filter) for name, filter in GROUPS.items()}
    engine.close()
    slowest = max(took_ms.values())
    return BenchRow(
        what=f"compare two groups of traces in every field, {spans:,} spans, warm",
        bar=f"< {GROUPS_BAR_MS:.0f} ms",
        measured=f"{slowest:.0f} ms",
        ok=slowest < GROUPS_BAR_MS,
        beside=", ".join(f"{name} {ms:.0f} ms" for name, ms in took_ms.items()),
    )


def _median_ms(engine: Engine, filter: str) -> float:
    scope = Scope(now_ns=time.time_ns())
    compare_groups(engine, scope, filter)
    taken: list[float] = []
    for _ in range(RUNS):
        began_s = time.perf_counter()
        compare_groups(engine, scope, filter)
        taken.append(1e3 * (time.perf_counter() - began_s))
    return statistics.median(taken)


def _alignment_row(spans: int) -> BenchRow:
    """One root with children that are alike, in two orders: the dearest there is."""
    parents = [-1, *[0] * (spans - 1)]
    names = [str(at % 1000) for at in range(spans)]
    others = [str(at * 7919 % 1000) for at in range(spans)]
    kinds = ["tool"] * spans
    began_s = time.perf_counter()
    pairs = sum(1 for _ in align(Tree(parents, kinds, names, names), Tree(parents, kinds, others, others)))
    took_s = time.perf_counter() - began_s
    return BenchRow(
        what=f"align two traces of {spans:,} spans each",
        bar=f"< {ALIGN_BAR_S:.0f} s",
        measured=f"{took_s:.2f} s",
        ok=took_s < ALIGN_BAR_S,
        beside=f"{pairs:,} pairs",
    )
