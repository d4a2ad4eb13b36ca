"""Anderson and Darling's test of two samples."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.numeric.bins import contributions, infinity_notes
from pyflare.analytics.stats.numeric.ordered import ordered, pool
from pyflare.analytics.stats.numeric.quadratic import midpoint_shares, root_effect, squared_difference
from pyflare.analytics.stats.result import TwoSampleResult


def anderson_darling(
    reference: npt.ArrayLike,
    current: npt.ArrayLike,
    *,
    reference_weights: npt.ArrayLike | None = None,
    current_weights: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> TwoSampleResult:
    """Test whether two samples come from one distribution, by squared differences relative to their variance.

    `A2 = n m / N * sum(w * (F - G)**2 / (H * (1 - H)))` over all values, where `H` is the distribution function of
    both samples together and `w` the share of observations at a value, half to either side of a tie. Without ties
    this is Pettitt's statistic. Nearly as good as a test of means for a shift, and better than Kolmogorov and
    Smirnov's or Cramér and von Mises' at the ends; for changes of spread see `compare_numbers`.

    The effect is the root of the true `sum(w * (F - G)**2 / (H * (1 - H)))`, 0 to about 1.2, less what chance adds.

    Args:
        reference: Shape `(n,)`. NaN is missing and left out; infinities are values.
        current: Shape `(m,)`. The same.
        reference_weights: Shape `(n,)`. Finite and not negative; None where each value counts once.
        current_weights: Shape `(m,)`. The same.
        confidence: Of the bounds of the effect, between 0 and 1.

    Returns:
        `A2`, its asymptotic p-value with ties allowed for, the effect, and the shares between the deciles of the
        reference. Where all values are the same, `A2` is 0 and the p-value 1.

    Raises:
        DataError: Values are not a list of numbers, weights do not fit them, or the confidence is not one.
        InsufficientDataError: A sample has no values.

    References:
        Pettitt, Biometrika 63 (1976); Scholz and Stephens, JASA 82 (1987), whose k-sample statistic it is for two.

    Examples:
        >>> found = anderson_darling([1, 2, 3, 4, 5, 6], [4.5, 5.5, 6.5, 7.5, 8.5, 9.5])
        >>> round(found.statistic, 3), round(found.p_value, 3)
        (3.207, 0.027)
    """
    before, after = ordered(reference, reference_weights), ordered(current, current_weights)
    pooled = pool(before, after, exact=True)
    shares = midpoint_shares(pooled)
    times = np.cumsum(pooled.reference + pooled.current)[:-1] / sum(pooled.sizes)
    found = squared_difference(pooled, shares / (times * (1 - times)), confidence=confidence)
    return TwoSampleResult(
        method="anderson_darling",
        statistic=found.value / (1 / before.size + 1 / after.size),
        p_value=found.p_value,
        p_value_kind="asymptotic",
        effect=root_effect("weighted_difference", found, confidence=confidence),
        n_reference=before.size,
        n_current=after.size,
        contributions=contributions(before, after),
        notes=infinity_notes(before, after),
    )
