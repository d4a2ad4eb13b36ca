"""Welch's test of two means."""

from __future__ import annotations

import math

import numpy.typing as npt

from pyflare.analytics.stats.normal import critical_value
from pyflare.analytics.stats.numeric.moments import UNMEASURED, finite_samples, moments_result
from pyflare.analytics.stats.numeric.units import in_one_unit
from pyflare.analytics.stats.result import Effect, TwoSampleResult


def mean_difference(
    reference: npt.ArrayLike,
    current: npt.ArrayLike,
    *,
    reference_weights: npt.ArrayLike | None = None,
    current_weights: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> TwoSampleResult:
    """Test whether two means are equal, whatever the variances (Welch).

    `t = (mean(Y) - mean(X)) / sqrt(var(X) / n + var(Y) / m)`, with Welch's degrees of freedom. The best there is for
    a shift of normal numbers; where tails are heavy, ranks see more, and where they are heavy and samples small, its
    p-value is off.

    The effect is the difference in standard deviations of the reference (Glass); NaN where that has none.

    Args:
        reference: Shape `(n,)`. NaN is missing; infinities are left out, and a note says how many.
        current: Shape `(m,)`. The same.
        reference_weights: Shape `(n,)`. Finite and not negative; None where each value counts once.
        current_weights: Shape `(m,)`. The same. Observations are then counted by effective numbers (Kish).
        confidence: Of the bounds of the effect, between 0 and 1.

    Returns:
        `t`, its two-sided p-value, the effect with its sign, and the shares between the deciles of the reference.
        Where neither sample varies, the p-value is 1 if the means are equal and else 0.

    Raises:
        DataError: Values are not a list of numbers, weights do not fit them, or the confidence is not one.
        InsufficientDataError: A sample has fewer than two finite values.

    References:
        Welch, Biometrika 34 (1947); Glass, Educational Researcher 5 (1976).

    Examples:
        >>> found = mean_difference([1, 2, 3, 4], [3, 4, 5, 7])
        >>> round(found.statistic, 3), round(found.p_value, 3)
        (2.102, 0.084)
    """
    before, after, finite = finite_samples(reference, current, reference_weights, current_weights)
    (mean, variance), (mean_now, variance_now) = (sample.moments() for sample in in_one_unit(*finite)[0])
    n, m = finite[0].size, finite[1].size
    squared_error = variance / n + variance_now / m
    difference = mean_now - mean
    statistic = difference / math.sqrt(squared_error) if squared_error > 0 else math.copysign(math.inf, difference)
    statistic = 0.0 if difference == 0 else statistic
    degrees = squared_error**2 / ((variance / n) ** 2 / (n - 1) + (variance_now / m) ** 2 / (m - 1) or 1.0)
    unit = math.sqrt(variance) if variance > 0 else math.nan
    margin = critical_value(confidence) * math.sqrt(
        squared_error + (difference**2 / (2 * (n - 1)) if variance > 0 else 0.0)
    )
    return moments_result(
        "mean_difference",
        statistic,
        _student(statistic, degrees),
        Effect(
            name="standardised_mean_difference",
            value=difference / unit,
            low=(difference - margin) / unit,
            high=(difference + margin) / unit,
            confidence=confidence,
        ),
        (before, after),
        finite,
        notes=() if unit > 0 else (UNMEASURED,),
    )


def _student(statistic: float, degrees: float) -> float:
    """The two-sided p-value of Student's t."""
    from scipy.special import betainc

    if math.isinf(statistic):
        return 0.0
    return float(betainc(degrees / 2, 0.5, degrees / (degrees + statistic**2))) if degrees > 0 else 1.0
