"""Embeddings against embeddings: time, memory, and the power on a small new topic beside the plainest tests."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Final

import numpy as np

from benchmarks.row import BenchRow
from pyflare.analytics.drift.column import Vectors
from pyflare.analytics.drift.vectors import compare_vectors
from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.analytics.stats.vectors.centroid import centroid_distance
from pyflare.analytics.stats.vectors.classifier import classifier_test
from pyflare.analytics.stats.vectors.mmd_features import mmd_features
from pyflare.analytics.stats.vectors.vector_difference import vector_difference

ROWS: Final = 10_000
DIMENSIONS: Final = 1_536
MOST_S: Final = {"mmd": 2.0, "default": 5.0}
MEMORY_MB: Final = 500
TOPICS: Final = 12
SHARE: Final = 0.03
REPETITIONS: Final = 60
ALPHA: Final = 0.05
FALSE_ALARMS: Final = 0.15
"""The end of the binomial 99 % band of 5 % at 60 repetitions."""


def rows(*, quick: bool = False) -> list[BenchRow]:
    """The lines of the table."""
    n_rows = ROWS // 10 if quick else ROWS
    return [
        *_costs("mmd", f"Maximum Mean Discrepancy with p-value, {n_rows:,} × {DIMENSIONS:,} against the same", n_rows),
        *_costs("default", f"comparison of embeddings as detectors make it, {n_rows:,} × {DIMENSIONS:,}", n_rows),
        *_power(REPETITIONS // 6 if quick else REPETITIONS),
    ]


def _costs(test: str, what: str, n_rows: int) -> list[BenchRow]:
    """The first comparison of a new process with one thread, all that it loads for it included."""
    command = [sys.executable, "-m", "benchmarks.drift_embeddings", test, str(n_rows)]
    alone = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    done = subprocess.run(command, env=os.environ | alone, capture_output=True, text=True, check=True)
    seconds, peak_mb = map(float, done.stdout.split())
    most_s = MOST_S[test]
    return [
        BenchRow(
            what=what,
            bar=f"≤ {most_s:g} s with one thread",
            measured=f"{seconds:.2f} s",
            ok=seconds <= most_s,
        ),
        BenchRow(
            what=f"{what}: memory beside the data",
            bar=f"≤ {MEMORY_MB} MB",
            measured=f"{peak_mb:.0f} MB",
            ok=peak_mb <= MEMORY_MB,
        ),
    ]


def _measure(test: str, n_rows: int) -> tuple[float, float]:
    """CPU seconds of the first comparison, and the memory in MB that a second one takes beside the data."""
    rng = np.random.default_rng(1)
    reference, current = (rng.standard_normal((n_rows, DIMENSIONS), dtype=np.float32) for _ in range(2))
    columns = Vectors(values=reference), Vectors(values=current)
    run: dict[str, Callable[[], object]] = {
        "mmd": lambda: mmd_features(reference, current, rng=np.random.default_rng(1)),
        "default": lambda: compare_vectors(*columns),
    }
    started = time.process_time()
    run[test]()
    seconds = time.process_time() - started
    tracemalloc.start()
    try:
        run[test]()
        return seconds, tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def _power(repetitions: int) -> list[BenchRow]:
    """How often a new topic is found, and how often one where there is none, by each test."""
    tests: dict[str, Callable[[np.ndarray, np.ndarray, np.random.Generator], TwoSampleResult]] = {
        "default": lambda a, b, rng: vector_difference(a, b, rng=rng),
        "Maximum Mean Discrepancy": lambda a, b, rng: mmd_features(a, b, rng=rng),
        "centroid": lambda a, b, rng: centroid_distance(a, b),
        "classifier": lambda a, b, rng: classifier_test(a, b, rng=rng),
    }
    alarms, found = dict.fromkeys(tests, 0), dict.fromkeys(tests, 0)
    for seed in range(repetitions):
        rng = np.random.default_rng(seed)
        reference, same, moved = _texts(rng, 0.0), _texts(rng, 0.0), _texts(rng, SHARE)
        for name, test in tests.items():
            alarms[name] += test(reference, same, rng).p_value <= ALPHA
            found[name] += test(reference, moved, rng).p_value <= ALPHA
    best_other = max(count for name, count in found.items() if name != "default")
    return [
        BenchRow(
            what=f"a new topic of {SHARE:.0%} among 1,000 embeddings: found by the default test",
            bar="as often as by the best other",
            measured=f"{found['default'] / repetitions:.0%}",
            ok=found["default"] >= best_other,
            beside=", ".join(f"{name} {count / repetitions:.0%}" for name, count in found.items()),
        ),
        BenchRow(
            what="the same without a new topic: false alarms at 5 %",
            bar=f"≤ {FALSE_ALARMS:.0%} of {repetitions}",
            measured=f"{alarms['default'] / repetitions:.0%}",
            ok=alarms["default"] <= FALSE_ALARMS * repetitions,
            beside=", ".join(f"{name} {count / repetitions:.0%}" for name, count in alarms.items()),
        ),
    ]


def _texts(rng: np.random.Generator, new: float, n_rows: int = 1_000, n_dimensions: int = 128) -> np.ndarray:
    """Directions around twelve topics, unequally wide along each axis; a share of them around a thirteenth."""
    centres = np.random.default_rng(6).standard_normal((TOPICS + 1, n_dimensions)) / np.sqrt(n_dimensions)
    spread = 1 / np.sqrt(np.arange(1, n_dimensions + 1))
    spread /= np.sqrt((spread**2).sum())
    topics = np.where(rng.random(n_rows) < new, TOPICS, rng.integers(0, TOPICS, n_rows))
    vectors = centres[topics] + spread * rng.standard_normal((n_rows, n_dimensions))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


if __name__ == "__main__":
    print(*_measure(sys.argv[1], int(sys.argv[2])))
