"""Thirty columns against thirty: how long a comparison takes beside SciPy's test of the same numbers, and how much memory."""

from __future__ import annotations

import statistics
import time
import tracemalloc
from collections.abc import Callable
from typing import Final

import numpy as np
from scipy.stats import ks_2samp

from benchmarks.row import BenchRow
from pyflare.analytics.drift.column import Categories, Numbers
from pyflare.analytics.drift.columns import compare_columns
from pyflare.analytics.drift.detector import Sample

NUMERIC: Final = 20
CATEGORICAL: Final = 10
LEVELS: Final = 8
SIZES: Final = (100_000, 1_000_000)
QUICK_SIZES: Final = (100_000,)
ROUNDS: Final = 3
TIMES_FASTER: Final = 2
"""Beside what is at the bottom of other libraries' drift reports, which take many times as long as it."""
MEMORY: Final = 1.5


def sample(rng: np.random.Generator, n_rows: int) -> Sample:
    """Numbers of several shapes, some rounded so that many are the same, and categories."""
    draw: tuple[Callable[[], np.ndarray], ...] = (
        lambda: rng.normal(size=n_rows),
        lambda: rng.lognormal(sigma=1.5, size=n_rows),
        lambda: rng.standard_t(3, size=n_rows),
        lambda: np.floor(rng.exponential(200, size=n_rows)),
    )
    levels = tuple(f"level {position}" for position in range(LEVELS))
    numbers = {f"number_{i}": Numbers(values=draw[i % len(draw)]()) for i in range(NUMERIC)}
    codes = {f"category_{i}": rng.integers(LEVELS, size=n_rows).astype(np.int32) for i in range(CATEGORICAL)}
    return numbers | {name: Categories(codes=found, levels=levels) for name, found in codes.items()}


def size_bytes(columns: Sample) -> int:
    """What the columns themselves take."""
    return sum(
        column.values.nbytes if isinstance(column, Numbers) else column.codes.nbytes
        for column in columns.values()
        if isinstance(column, Numbers | Categories)
    )


def _cpu_s(run: Callable[[], object]) -> float:
    started = time.process_time()
    run()
    return time.process_time() - started


def _scipy(reference: Sample, current: Sample) -> None:
    for name, column in reference.items():
        other = current[name]
        if isinstance(column, Numbers) and isinstance(other, Numbers):
            ks_2samp(column.values, other.values, method="asymp")


def _peak_bytes(run: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def rows(*, quick: bool = False) -> list[BenchRow]:
    """The lines of the table."""
    return [row for n_rows in (QUICK_SIZES if quick else SIZES) for row in _rows(n_rows)]


def _rows(n_rows: int) -> list[BenchRow]:
    rng = np.random.default_rng(n_rows)
    reference, current = sample(rng, n_rows), sample(rng, n_rows)
    data_bytes = size_bytes(reference) + size_bytes(current)
    peak_bytes = _peak_bytes(lambda: compare_columns(reference, current))
    pairs = [
        (_cpu_s(lambda: compare_columns(reference, current)), _cpu_s(lambda: _scipy(reference, current)))
        for _ in range(ROUNDS)
    ]
    faster = statistics.median(theirs_s / ours_s for ours_s, theirs_s in pairs)
    ours_s, theirs_s = (statistics.median(column) for column in zip(*pairs, strict=True))
    share = 1 + peak_bytes / data_bytes
    what = f"drift of {NUMERIC + CATEGORICAL} columns, {n_rows:,} rows against as many"
    return [
        BenchRow(
            what=f"{what}: time",
            bar=f"at least {TIMES_FASTER}× as fast as SciPy's `ks_2samp` of the {NUMERIC} numeric ones",
            measured=f"{faster:.0f}×",
            ok=faster >= TIMES_FASTER,
            beside=f"{ours_s:.2f} s of CPU, SciPy {theirs_s:.2f} s",
        ),
        BenchRow(
            what=f"{what}: memory",
            bar=f"at most {MEMORY}× the data, which is counted",
            measured=f"{share:.2f}×",
            ok=share <= MEMORY,
            beside=f"{data_bytes / 1e6:.0f} MB of data",
        ),
    ]
