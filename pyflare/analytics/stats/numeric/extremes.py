"""Whether the smallest and the largest values of two samples come from both of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from pyflare.analytics.stats.categorical.hypergeometric import level_p_value
from pyflare.analytics.stats.numeric.ordered import Pooled

DEPTHS: Final = (8, 32, 128)
"""How many values of either end are looked at: few for what is rare, more to be sure of it."""
_LEAST_SHARE: Final = 8
"""Of both samples together there must be so many times as many."""
_MOST_SHARE: Final = 0.25
"""With ties, more than this of all observations may be at an end: they are no extremes."""


def extreme_p_values(pooled: Pooled) -> list[float]:
    """Test for each end, and some depths, whether as many of the extreme values are current as of all values.

    How many of the `k` smallest observations are of the current sample is hypergeometric where nothing has changed,
    so the p-values are exact (mid-p). They see what moments of ranks cannot: values below or above all that there
    were before, a default that has begun to be filled in, a few outliers of one sample. Of a tie that reaches beyond
    the depth all observations count.

    Returns:
        One p-value for each depth that the samples are large enough for, at most six; none for weighted samples,
        whose counts are not whole.
    """
    return largest_p_values(_mirrored(pooled)) + largest_p_values(pooled)


def largest_p_values(pooled: Pooled) -> list[float]:
    """Test the same of the largest values alone: at most three p-values."""
    if pooled.is_weighted:
        return []
    size, n = sum(pooled.sizes), pooled.sizes[0]
    counts_before = np.cumsum(pooled.reference[::-1])
    counts = counts_before + np.cumsum(pooled.current[::-1])
    depths = [depth for depth in DEPTHS if depth * _LEAST_SHARE <= size]
    ends = sorted({int(np.searchsorted(counts, depth)) for depth in depths})
    return [
        level_p_value(float(counts_before[end]), float(counts[end] - counts_before[end]), n, size - n)
        for end in ends
        if counts[end] <= _MOST_SHARE * size
    ]


def _mirrored(pooled: Pooled) -> Pooled:
    return replace(pooled, values=-pooled.values[::-1], reference=pooled.reference[::-1], current=pooled.current[::-1])
