"""`python -m benchmarks.peers.speed LIBRARY ROWS`: what thirty columns cost, in the library's environment."""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from benchmarks.peers.environments import OURS
from benchmarks.peers.scenarios import Array

NUMERIC: Final = 20
CATEGORICAL: Final = 10
LEVELS: Final = tuple(f"level {at}" for at in range(20))


def columns(rows: int, *, seed: int) -> dict[str, Array]:
    """Twenty columns of numbers and ten of codes."""
    rng = np.random.default_rng(seed)
    numbers = {f"number {at}": rng.standard_normal(rows) for at in range(NUMERIC)}
    return numbers | {f"category {at}": rng.integers(0, len(LEVELS), rows, np.int32) for at in range(CATEGORICAL)}


def _ours(reference: dict[str, Array], current: dict[str, Array]) -> Callable[[], object]:
    from pyflare.analytics.drift.column import Categories, Numbers
    from pyflare.analytics.drift.columns import compare_columns

    def of(values: Array) -> Any:
        is_number = values.dtype == np.float64
        return Numbers(values=values) if is_number else Categories(codes=values, levels=LEVELS)

    before, now = ({name: of(values) for name, values in sample.items()} for sample in (reference, current))
    return lambda: compare_columns(before, now)


def _evidently(reference: dict[str, Array], current: dict[str, Array]) -> Callable[[], object]:
    import pandas as pd
    from evidently import Dataset, Report
    from evidently.presets import DataDriftPreset

    def of(sample: dict[str, Array]) -> Any:
        frame = pd.DataFrame(sample)
        names = [name for name in sample if name.startswith("category")]
        return Dataset.from_pandas(frame.assign(**{name: np.array(LEVELS)[frame[name]] for name in names}))

    before, now = of(reference), of(current)
    return lambda: Report([DataDriftPreset()]).run(now, before)


def main() -> None:
    """Measure, once warm, and print it as JSON."""
    warnings.simplefilter("ignore")
    library, rows = sys.argv[1], int(sys.argv[2])
    prepare = _ours if library == OURS else _evidently
    prepare(columns(1000, seed=1), columns(1000, seed=2))()
    work = prepare(columns(rows, seed=1), columns(rows, seed=2))
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started_s = time.process_time()
    work()
    took_s = time.process_time() - started_s
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb) / 1e3
    print(
        json.dumps({"cpu_s": took_s, "grown_mb": grown_mb, "data_mb": 2 * rows * (8 * NUMERIC + 4 * CATEGORICAL) / 1e6})
    )


if __name__ == "__main__":
    main()
