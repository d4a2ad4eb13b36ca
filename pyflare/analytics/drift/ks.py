"""Columns of numbers by Kolmogorov and Smirnov's test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pyflare.analytics.drift.column import Column, Numbers
from pyflare.analytics.drift.columnwise import ColumnwiseDetector
from pyflare.analytics.drift.registered import DETECTORS
from pyflare.analytics.stats.numeric.kolmogorov_smirnov import kolmogorov_smirnov
from pyflare.analytics.stats.result import TwoSampleResult


@DETECTORS.register("ks")
@dataclass(frozen=True, slots=True, kw_only=True)
class KSTestDetector(ColumnwiseDetector):
    """Finds columns of numbers that have moved, by the largest difference of their distribution functions.

    The well-known test, with its p-value corrected for all columns and its effect held against a threshold: see
    `kolmogorov_smirnov` and `compare_columns`. It sees shifts of location; changes of spread and of the tails it sees
    late, where `FeatureDriftDetector` sees them. Columns that do not hold numbers are left out.
    """

    kind: ClassVar[str] = "ks"
    looks_at: ClassVar[tuple[type[Column], ...]] = (Numbers,)

    def _compare(self, reference: Column, current: Column) -> TwoSampleResult:
        assert isinstance(reference, Numbers)
        assert isinstance(current, Numbers)
        return kolmogorov_smirnov(
            reference.values,
            current.values,
            reference_weights=reference.weights,
            current_weights=current.weights,
        )
