"""Columns by the Population Stability Index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pyflare.analytics.drift.categories import align
from pyflare.analytics.drift.column import Categories, Column, Numbers
from pyflare.analytics.drift.columnwise import ColumnwiseDetector
from pyflare.analytics.drift.registered import DETECTORS
from pyflare.analytics.stats.categorical.psi import population_stability_index
from pyflare.analytics.stats.numeric.binned import binned
from pyflare.analytics.stats.numeric.bins import BINS
from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.errors import DataError


@DETECTORS.register("psi")
@dataclass(frozen=True, slots=True, kw_only=True)
class PSIDetector(ColumnwiseDetector):
    """Finds columns that have moved by the Population Stability Index, with what chance adds to it left out.

    Numbers are counted in bins between quantiles of the reference, categories by level: see
    `population_stability_index`. The threshold is one of the index less its mean without drift: 0.1 for a moderate
    change, 0.25 for a large one, at any sample size. Columns of vectors are left out.
    """

    kind: ClassVar[str] = "psi"
    looks_at: ClassVar[tuple[type[Column], ...]] = (Numbers, Categories)

    bins: int = BINS
    """Into so many bins of equal shares of the reference numbers are counted."""

    def __post_init__(self) -> None:
        ColumnwiseDetector.__post_init__(self)
        if self.bins < 2:
            raise DataError(f"bins: expected at least 2, got {self.bins!r}.")

    def _compare(self, reference: Column, current: Column) -> TwoSampleResult:
        if isinstance(reference, Categories) and isinstance(current, Categories):
            counts = align(reference, current)
            return population_stability_index(counts.reference, counts.current, levels=counts.levels)
        assert isinstance(reference, Numbers)
        assert isinstance(current, Numbers)
        return binned(
            reference.values,
            current.values,
            bins=self.bins,
            reference_weights=reference.weights,
            current_weights=current.weights,
        )
