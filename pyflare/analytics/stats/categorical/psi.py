"""The Population Stability Index, and how large it is by chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pyflare.analytics.stats.categorical.divergence import Divergence, divergence_result
from pyflare.analytics.stats.categorical.table import Counts
from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.errors import DataError


def population_stability_index(
    reference: Counts,
    current: Counts,
    *,
    levels: Sequence[str] | None = None,
    pseudo_count: float = 0.5,
    confidence: float = 0.95,
) -> TwoSampleResult:
    """Measure how far counts have moved from a reference, and test whether chance explains it.

    `sum((q - p) ln(q / p))` over all levels or bins, where `p` and `q` are the shares in the reference and in the
    current sample: the symmetrised Kullback-Leibler divergence, in nats. With no drift it still averages about
    `(n_levels - 1) * (1 / n + 1 / m)`: 0.18 for ten bins of 100 observations each sample, which a fixed limit of 0.1
    calls drift every time, and 0.00002 for a million. Divided by `1 / n + 1 / m` it is distributed as chi-squared
    where nothing has changed; its p-value takes the exact mean and variance given the totals (`conditional_p_value`),
    so it holds for small samples too. Rare levels count as one: see `pool`.

    Args:
        reference: Shape `(n_levels,)`. Observations of each level or bin; effective ones where they are weighted.
        current: Shape `(n_levels,)`. The same of the current sample.
        levels: Their names, for the contributions; None for their positions.
        pseudo_count: Added to every count, so that a level which one sample lacks adds something finite. Positive.
        confidence: Of the effect's bounds, between 0 and 1.

    Returns:
        The index of the pooled levels, its p-value, and as effect the index less what chance adds to it. The effect's
        bounds are those of the index that a noncentral chi-squared distribution would give the observed one. People
        read 0.1 as a moderate change and 0.25 as a large one (Siddiqi, Credit risk scorecards, 2006).

    Raises:
        DataError: Shapes differ, a count is negative or not finite, or the confidence or the pseudo-count is out of range.
        InsufficientDataError: A sample is empty, or fewer than two levels are common enough.

    References:
        Jeffreys, Proceedings of the Royal Society A 186 (1946); Yurdakul and Naranjo, Journal of Risk Model
        Validation 14 (2020), on its distribution.

    Examples:
        >>> found = population_stability_index([500, 500], [400, 600])
        >>> round(found.statistic, 4), found.p_value < 1e-4
        (0.0405, True)
    """
    if not 0 < pseudo_count < np.inf:
        raise DataError(f"pseudo_count: expected a positive number, got {pseudo_count!r}.")
    index = Divergence(
        name="population_stability_index",
        of=lambda p, q: (q - p) * np.log(q / p),
        curvature=1.0,
        pseudo_count=pseudo_count,
    )
    return divergence_result(index, reference, current, levels=levels, confidence=confidence)
