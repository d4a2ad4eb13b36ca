"""The whole way of a span: the CPU of the call and of its compaction, against the call alone with OpenTelemetry.

Both halves of ours are of the same spans, and the baseline is taken beside them. A
compaction counts from its first import on, in a process of its own, and takes in
about as much as a busy writer leaves until it starts one (`compact_after_bytes`).
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from benchmarks import tracing
from benchmarks.row import BenchRow
from pyflare.store.catalog import load_catalog

CALLS: Final = 150_000
ROUNDS: Final = 5
QUICK_ROUNDS: Final = 1
BAR: Final = 0.9


def compaction_us(folder: str) -> float:
    """CPU microseconds per span of compacting a folder."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "pyflare.store.compactor", folder], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu_s * 1e6 / sum(part.rows for part in load_catalog(Path(folder)).parts_of("spans"))


def _round(shape: str) -> tuple[float, float, float]:
    """The baseline, our call and its compaction, in microseconds of CPU."""
    with tempfile.TemporaryDirectory() as folder:
        theirs = tracing.in_process("otel", shape)
        ours = tracing.in_process("pyflare", shape, calls=CALLS, path=folder)
        return theirs["cpu_us"], ours["cpu_us"], compaction_us(folder)


def rows(*, quick: bool = False) -> list[BenchRow]:
    """The lines of the table."""
    return [_row(shape, QUICK_ROUNDS if quick else ROUNDS) for shape in tracing.SHAPES]


def _row(shape: str, count: int) -> BenchRow:
    rounds = [_round(shape) for _ in range(count)]
    ratio = statistics.median((call + compaction) / baseline for baseline, call, compaction in rounds)
    baseline_us, call_us, compaction_us_ = (statistics.median(values) for values in zip(*rounds, strict=True))
    return BenchRow(
        what=f"CPU of a traced call and its compaction, {shape}",
        bar=f"at most {BAR:.1f}× opentelemetry-sdk",
        measured=f"{ratio:.2f}×",
        ok=ratio <= BAR,
        beside=f"{call_us:.1f} + {compaction_us_:.1f} µs against {baseline_us:.1f} µs",
    )
