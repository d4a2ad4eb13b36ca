"""Cramér and von Mises' test of two samples."""

from __future__ import annotations

import numpy.typing as npt

from pyflare.analytics.stats.numeric.bins import contributions, infinity_notes
from pyflare.analytics.stats.numeric.ordered import ordered, pool
from pyflare.analytics.stats.numeric.quadratic import midpoint_shares, root_effect, squared_difference
from pyflare.analytics.stats.result import TwoSampleResult


def cramer_von_mises(
    reference: npt.ArrayLike,
    current: npt.ArrayLike,
    *,
    reference_weights: npt.ArrayLike | None = None,
    current_weights: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> TwoSampleResult:
    """Test whether two samples come from one distribution, by squared differences of their distribution functions.

    `T = n m / N * sum(w * (F - G)**2)` over all values, where `w` is the share of observations at a value, half to
    either side of a tie. Sees shifts nearly as well as a test of means, and changes of spread and tails badly:
    `anderson_darling` gives the ends more weight, `compare_numbers` sees all of them.

    The effect is the root of the true `sum(w * (F - G)**2)`, a mean difference of distribution functions from 0 to
    0.58, less what chance adds.

    Args:
        reference: Shape `(n,)`. NaN is missing and left out; infinities are values.
        current: Shape `(m,)`. The same.
        reference_weights: Shape `(n,)`. Finite and not negative; None where each value counts once.
        current_weights: Shape `(m,)`. The same.
        confidence: Of the bounds of the effect, between 0 and 1.

    Returns:
        `T`, its asymptotic p-value with ties allowed for, the effect, and the shares between the deciles of the
        reference. Where all values are the same, `T` is 0 and the p-value 1.

    Raises:
        DataError: Values are not a list of numbers, weights do not fit them, or the confidence is not one.
        InsufficientDataError: A sample has no values.

    References:
        Anderson, On the distribution of the two-sample Cramér-von Mises criterion, Annals of Mathematical
        Statistics 33 (1962).

    Examples:
        >>> found = cramer_von_mises([1, 2, 3, 4, 5, 6], [4.5, 5.5, 6.5, 7.5, 8.5, 9.5])
        >>> round(found.statistic, 3), round(found.p_value, 3)
        (0.653, 0.023)
    """
    before, after = ordered(reference, reference_weights), ordered(current, current_weights)
    pooled = pool(before, after, exact=True)
    found = squared_difference(pooled, midpoint_shares(pooled), confidence=confidence)
    return TwoSampleResult(
        method="cramer_von_mises",
        statistic=found.value / (1 / before.size + 1 / after.size),
        p_value=found.p_value,
        p_value_kind="asymptotic",
        effect=root_effect("mean_difference_of_distributions", found, confidence=confidence),
        n_reference=before.size,
        n_current=after.size,
        contributions=contributions(before, after),
        notes=infinity_notes(before, after),
    )
