"""A compaction that kills its own process at a step."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import duckdb  # noqa: F401  (what a compaction imports when it needs it, here before processes are forked)
import pandas as pd  # noqa: F401
import pyarrow.parquet  # noqa: F401

from pyflare.store.compaction import compact


def main(folder: str, step: str, count: str) -> None:
    """Compact; die at a step that has been reached so many times before."""
    left = int(count)

    def die_at(reached: str) -> None:
        nonlocal left
        left -= reached == step
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    compact(Path(folder), on_step=die_at, max_bytes=1, now_ns=2_000_000_000_000_000_000)
