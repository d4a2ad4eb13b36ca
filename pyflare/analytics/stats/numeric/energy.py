"""The energy distance of two samples of numbers."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.numeric.bins import contributions, infinity_notes
from pyflare.analytics.stats.numeric.ordered import ordered, pool
from pyflare.analytics.stats.numeric.quadratic import squared_difference
from pyflare.analytics.stats.numeric.units import in_one_unit
from pyflare.analytics.stats.result import Effect, TwoSampleResult


def energy_distance(
    reference: npt.ArrayLike,
    current: npt.ArrayLike,
    *,
    reference_weights: npt.ArrayLike | None = None,
    current_weights: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> TwoSampleResult:
    """Measure how much farther values of two samples lie from one another than values of one, and test whether so.

    `E = 2 mean|X - Y| - mean|X - X'| - mean|Y - Y'|`, which for numbers is `2 * integral of (F - G)**2`: in the
    numbers' unit, and 0 for equal distributions only. Like `wasserstein` it knows how far values have moved, not just
    past which others; single outliers weigh less than there.

    The effect is the energy coefficient `E / (2 mean|X - Y|)`, 0 to 1, less what chance adds. The p-value takes the
    values as they are and asks how they may be dealt to two samples. It lies where a handful of outliers make up most
    of the spread of all values: for those use `compare_numbers`.

    Args:
        reference: Shape `(n,)`. NaN is missing; infinities are left out, and a note says how many.
        current: Shape `(m,)`. The same.
        reference_weights: Shape `(n,)`. Finite and not negative; None where each value counts once.
        current_weights: Shape `(m,)`. The same.
        confidence: Of the bounds of the effect, between 0 and 1.

    Returns:
        `E`, its asymptotic p-value, the coefficient, and the shares between the deciles of the reference. Where all
        values are the same, `E` is 0, the p-value 1 and the effect 0.

    Raises:
        DataError: Values are not a list of numbers, weights do not fit them, or the confidence is not one.
        InsufficientDataError: A sample has no finite values.

    References:
        Székely and Rizzo, Energy statistics, Journal of Statistical Planning and Inference 143 (2013).

    Examples:
        >>> round(energy_distance([1, 2, 3], [2, 3, 4]).statistic, 4)
        0.6667
    """
    before, after = ordered(reference, reference_weights), ordered(current, current_weights)
    finite, unit = in_one_unit(before.finite(), after.finite())
    pooled = pool(*finite, exact=True)
    gaps = np.diff(pooled.values)
    found = squared_difference(pooled, gaps, confidence=confidence)
    n, m = pooled.sizes
    below, now_below = np.cumsum(pooled.reference)[:-1] / n, np.cumsum(pooled.current)[:-1] / m
    apart = float(gaps @ (below * (1 - now_below) + now_below * (1 - below))) or math.inf
    return TwoSampleResult(
        method="energy_distance",
        statistic=unit * (2 * found.value),
        p_value=found.p_value,
        p_value_kind="asymptotic",
        effect=Effect(
            name="energy_coefficient",
            value=max(found.low, found.value - found.expected) / apart,
            low=found.low / apart,
            high=min(1.0, found.high / apart),
            confidence=confidence,
        ),
        n_reference=n,
        n_current=m,
        contributions=contributions(before, after),
        notes=infinity_notes(before, after),
    )
