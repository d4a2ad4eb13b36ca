"""A compaction in many small commits, so that there are many moments to be killed at.

    python -m tests.guarantees.compactor FOLDER DESCRIPTOR

Writes a byte to the descriptor when its imports are done, and one for each step.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import duckdb  # noqa: F401  (what a compaction imports when it needs it, here before processes are forked)
import pandas as pd  # noqa: F401
import pyarrow.parquet  # noqa: F401

from pyflare.store.compaction import compact

COMMIT_BYTES: Final = 1 << 20


def main(folder: str, descriptor: int) -> None:
    """Compact once."""

    def say(step: str) -> None:
        os.write(descriptor, step[:1].encode())

    say("ready")
    result = compact(Path(folder), max_bytes=COMMIT_BYTES, on_step=say)
    assert result.done, result.reason


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
