"""What every drift detector does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol, runtime_checkable

from pyflare.analytics.drift.column import Column
from pyflare.analytics.drift.result import DriftResult, DriftType

Sample = Mapping[str, Column]
"""Columns by name, all of the same length."""


@runtime_checkable
class DriftDetector(Protocol):
    """Keeps a reference and compares what comes with it. Its fields are its configuration."""

    @property
    def type(self) -> DriftType:
        """What kind of drift it finds."""
        ...

    def set_reference(self, reference: Sample) -> None:
        """Take what is normal. Raises DataError, InsufficientDataError."""
        ...

    def compute(self, current: Sample, *, now: datetime, alpha: float | None = None) -> DriftResult:
        """Compare. `alpha` replaces the configured one, as where many looks share it. Raises DataError, …."""
        ...

    def to_bytes(self) -> bytes:
        """The detector with its reference, to be loaded elsewhere by `load_detector`."""
        ...
