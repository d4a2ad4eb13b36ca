"""A line of the table that `python -m benchmarks` prints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchRow:
    """One promise and what came of it on this machine."""

    what: str
    bar: str
    """The promise, with its unit; empty where nothing is promised."""
    measured: str
    """The ratio or value that the bar is about, with its unit."""
    ok: bool
    beside: str = ""
    """Absolute values behind a ratio, or how many samples there were."""
