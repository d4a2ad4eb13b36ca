"""Drift monitors on a folder: `workspace.drift`, and the same comparison of Arrow tables from any store.

`monitor` says what is looked at, `reading` reads it, `comparing` does all the rest with plain arrays, `explain` says
which traces are behind it. What is found are rows of the table `drift`.
"""

from pyflare.workspace.drift.comparing import SegmentDrift, compare_tables
from pyflare.workspace.drift.explain import DriftExplanation
from pyflare.workspace.drift.monitor import DriftMonitor
from pyflare.workspace.drift.periods import Reference
from pyflare.workspace.drift.references import StoredReference
from pyflare.workspace.drift.run import MonitorRun

__all__ = [
    "DriftExplanation",
    "DriftMonitor",
    "MonitorRun",
    "Reference",
    "SegmentDrift",
    "StoredReference",
    "compare_tables",
]
