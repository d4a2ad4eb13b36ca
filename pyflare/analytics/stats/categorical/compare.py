"""How two samples are compared over the levels of a category where no method is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from pyflare.analytics.stats.categorical.chi_squared import chi_squared
from pyflare.analytics.stats.categorical.table import Counts
from pyflare.analytics.stats.result import TwoSampleResult


def compare_categories(
    reference: Counts, current: Counts, *, levels: Sequence[str] | None = None, confidence: float = 0.95
) -> TwoSampleResult:
    """Compare two samples over the same levels: see `chi_squared`."""
    return chi_squared(reference, current, levels=levels, confidence=confidence)
