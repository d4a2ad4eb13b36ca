"""The Hellinger distance of two samples over the same levels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pyflare.analytics.stats.categorical.divergence import Divergence, divergence_result
from pyflare.analytics.stats.categorical.table import Counts
from pyflare.analytics.stats.result import TwoSampleResult


def hellinger(
    reference: Counts, current: Counts, *, levels: Sequence[str] | None = None, confidence: float = 0.95
) -> TwoSampleResult:
    """Measure how far two samples are apart in the roots of their shares, and test whether chance explains it.

    `H² = sum((sqrt(q) - sqrt(p))²) / 2`, between 0 and 1; `H` is a metric. The root gives seldom levels more weight
    than their shares do, less than the logarithm of the stability index, and needs no pseudo-count. With no drift
    `H²` averages about `(n_levels - 1) * (1 / n + 1 / m) / 8`, which the effect leaves out; the p-value is that of
    `conditional_p_value`. Rare levels count as one: see `pool`.

    It lies where one sample is far smaller and p-values below 0.01 are asked for: a level of which five are expected
    and none is there weighs much, so that of 300 observations against 20,000 one sample in 280 has a p-value below
    0.001. `g_test` and `compare_categories` are accurate there.

    Args:
        reference: Shape `(n_levels,)`. Observations of each level; effective ones where they are weighted.
        current: Shape `(n_levels,)`. The same of the current sample.
        levels: Their names, for the contributions; None for their positions.
        confidence: Of the effect's bounds, between 0 and 1.

    Returns:
        The squared distance of the pooled levels, its p-value, and as effect the distance: the root of the square
        less what chance adds to it, 0 to 1. Its bounds are found as those of `population_stability_index`.

    Raises:
        DataError: Shapes differ, a count is negative or not finite, or the confidence is not one.
        InsufficientDataError: A sample is empty, or fewer than two levels are common enough.

    References:
        Hellinger, Journal für die reine und angewandte Mathematik 136 (1909).

    Examples:
        >>> round(hellinger([60, 40], [40, 60]).statistic, 4)
        0.0202
    """
    distance = Divergence(
        name="hellinger", of=lambda p, q: (np.sqrt(q) - np.sqrt(p)) ** 2 / 2, curvature=1 / 8, is_squared=True
    )
    return divergence_result(distance, reference, current, levels=levels, confidence=confidence)
