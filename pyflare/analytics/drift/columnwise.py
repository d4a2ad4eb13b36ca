"""What detectors have in common that look at each column by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from pyflare.analytics.drift.column import Categories, Column, Numbers, Vectors
from pyflare.analytics.drift.columns import (
    ALPHA,
    MIN_SIZE,
    THRESHOLD,
    check_options,
    check_samples,
    compare_by_kind,
    compare_columns,
)
from pyflare.analytics.drift.detector import Sample
from pyflare.analytics.drift.explaining import result_of
from pyflare.analytics.drift.holding import ReferenceDetector
from pyflare.analytics.drift.result import DriftResult
from pyflare.analytics.stats.multiplicity import Correction
from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.errors import DataError


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnwiseDetector(ReferenceDetector):
    """Compares each column with the reference's, all corrected together. Its subclasses say how, and what it means."""

    looks_at: ClassVar[tuple[type[Column], ...]] = (Numbers, Categories, Vectors)
    """What columns may hold; others are left out."""

    alpha: float = ALPHA
    """The level, between 0 and 1; see `compare_columns`."""
    threshold: float = THRESHOLD
    """The effect size from which a difference matters, 0 to 1."""
    thresholds: Mapping[str, float] = field(default_factory=dict)
    """The same for single columns."""
    correction: Correction = "benjamini-hochberg"
    """For how many columns there are."""
    min_size: int = MIN_SIZE
    """A column with fewer values in either sample is `unknown`."""
    columns: tuple[str, ...] = ()
    """Which columns to look at; none for all that it can."""

    def __post_init__(self) -> None:
        check_options(self.alpha, {"threshold": self.threshold, **self.thresholds})

    def compute(self, current: Sample, *, now: datetime, alpha: float | None = None) -> DriftResult:
        """Compare each column with the reference's.

        Args:
            current: The columns of the reference; others that it has are not looked at.
            now: The time of the result, UTC.
            alpha: In place of the configured level, as where many looks share it: see `alpha_of_look`.

        Raises:
            DataError: There is no reference, or the samples cannot be compared: see `compare_columns`.
        """
        level = self.alpha if alpha is None else alpha
        columns = compare_columns(
            self.reference,
            current,
            alpha=level,
            threshold=self.threshold,
            thresholds=self.thresholds,
            correction=self.correction,
            drift_type=self.drift_type,
            min_size=self.min_size,
            compare=self._compare,
        )
        return result_of(columns, drift_type=self.drift_type, threshold=self.threshold, alpha=level, now=now)

    def _selected(self, sample: Sample) -> Sample:
        if absent := [name for name in self.columns if name not in sample]:
            raise DataError(f"the reference lacks {absent}; it has {list(sample)}.")
        chosen = {name: sample[name] for name in self.columns or sample}
        fitting = {name: column for name, column in chosen.items() if isinstance(column, self.looks_at)}
        if not fitting:
            kinds = " or ".join(kind.__name__ for kind in self.looks_at)
            raise DataError(f"expected at least one column of {kinds} in the reference, got none.")
        check_samples(fitting, fitting)
        return fitting

    def _compare(self, reference: Column, current: Column) -> TwoSampleResult:
        return compare_by_kind(reference, current)
