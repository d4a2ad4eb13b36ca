"""Columns of numbers: whether they have moved, by how much, and in which range."""

from __future__ import annotations

from typing import Final

from pyflare.analytics.drift.column import Numbers, checked_kind
from pyflare.analytics.stats.numeric.bins import constant_notes, contributions, infinity_notes
from pyflare.analytics.stats.numeric.kolmogorov_smirnov import largest_difference
from pyflare.analytics.stats.numeric.ordered import ordered, pool
from pyflare.analytics.stats.numeric.rank_scores import rank_scores
from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.errors import InsufficientDataError

MIN_SIZE: Final = 8
"""Smaller samples are not compared."""


def compare_numbers(reference: Numbers, current: Numbers, *, confidence: float = 0.95) -> TwoSampleResult:
    """Compare two samples of numbers in every respect: location, scale, skewness, tails, extremes, outliers.

    The p-value is that of `rank_scores`: it depends on the order of the numbers alone, with infinities the largest and
    smallest and ties allowed for, except where a few values lie far out, whose distances count. The effect is the largest difference between the two
    distribution functions, 0 to 1: how many observations, as a share, have at most moved across any one value. Its
    estimate is reduced by what chance adds (see `kolmogorov_smirnov`). A shift of the mean by 0.1 standard
    deviations of normal numbers is an effect of 0.04, one of 0.25 is 0.1. Contributions are by bins between the
    deciles of the reference.

    Missing values are left out here: their shares are a distribution of their own.

    Args:
        reference: What is normal.
        current: What is compared with it.
        confidence: Of the bounds of the effect.

    Raises:
        DataError: They are no columns of numbers, or weights do not fit the values.
        InsufficientDataError: Either sample has fewer than eight values (effective ones where they are weighted).

    Examples:
        >>> import numpy as np
        >>> rng = np.random.default_rng(1)
        >>> before, after = Numbers(values=rng.normal(0, 1, 2000)), Numbers(values=rng.normal(0.5, 1, 2000))
        >>> found = compare_numbers(before, after)
        >>> found.effect.name, round(found.effect.value, 2), found.p_value < 1e-9
        ('largest_difference', 0.21, True)
    """
    before, after = (
        ordered(column.values, column.weights)
        for column in (checked_kind(reference, Numbers), checked_kind(current, Numbers))
    )
    for name, sample in (("reference", before), ("current", after)):
        if sample.size < MIN_SIZE:
            raise InsufficientDataError(f"fewer than {MIN_SIZE} values in the {name} sample")
    pooled = pool(before, after)
    statistic, p_value = rank_scores(pooled)
    return TwoSampleResult(
        method="rank_scores",
        statistic=statistic,
        p_value=p_value,
        p_value_kind="asymptotic",
        effect=largest_difference(pooled, confidence=confidence),
        n_reference=before.size,
        n_current=after.size,
        contributions=contributions(before, after),
        notes=(*constant_notes(pooled), *infinity_notes(before, after)),
    )
