"""Drift monitors on a folder: `workspace.drift`, and the same comparison of Arrow tables from any store.

`monitor` says what is looked at, `reading` reads it, `comparing` does all the rest with plain arrays, `explain` says
which traces are behind it. What is found are rows of the table `drift`.
"""

from __future__ import annotations

import importlib.util

from pyflare.errors import MissingExtraError

for _needed in ("numpy", "scipy"):
    if importlib.util.find_spec(_needed) is None:
        raise MissingExtraError("A drift monitor", "drift")

from pyflare.workspace.drift.comparing import SegmentDrift, compare_tables  # noqa: E402  (only after the check above)
from pyflare.workspace.drift.explanation import DriftExplanation  # noqa: E402
from pyflare.workspace.drift.monitor import DriftMonitor  # noqa: E402
from pyflare.workspace.drift.periods import Reference  # noqa: E402
from pyflare.workspace.drift.references import StoredReference  # noqa: E402
from pyflare.workspace.drift.run import MonitorRun  # noqa: E402

__all__ = [
    "DriftExplanation",
    "DriftMonitor",
    "MonitorRun",
    "Reference",
    "SegmentDrift",
    "StoredReference",
    "compare_tables",
]
