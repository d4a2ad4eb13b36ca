"""Columns of categories by Pearson's chi-squared test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pyflare.analytics.drift.categories import align
from pyflare.analytics.drift.column import Categories, Column
from pyflare.analytics.drift.columnwise import ColumnwiseDetector
from pyflare.analytics.drift.registered import DETECTORS
from pyflare.analytics.stats.categorical.chi_squared import chi_squared
from pyflare.analytics.stats.result import TwoSampleResult


@DETECTORS.register("chi_square")
@dataclass(frozen=True, slots=True, kw_only=True)
class ChiSquareDetector(ColumnwiseDetector):
    """Finds columns of categories that have moved, by Pearson's chi-squared test of two samples.

    The well-known test, with its p-value corrected for all columns and its effect, the total variation distance, held
    against a threshold: see `chi_squared` and `compare_columns`. One new level among many it sees late, where
    `FeatureDriftDetector` sees it. Columns that do not hold categories are left out.
    """

    kind: ClassVar[str] = "chi_square"
    looks_at: ClassVar[tuple[type[Column], ...]] = (Categories,)

    def _compare(self, reference: Column, current: Column) -> TwoSampleResult:
        assert isinstance(reference, Categories)
        assert isinstance(current, Categories)
        counts = align(reference, current)
        return chi_squared(counts.reference, counts.current, levels=counts.levels)
