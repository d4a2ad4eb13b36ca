"""A test of two variances that needs no normal distribution."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.normal import critical_value, normal_tail
from pyflare.analytics.stats.numeric.moments import finite_samples, moments_result
from pyflare.analytics.stats.numeric.ordered import Ordered
from pyflare.analytics.stats.numeric.units import in_one_unit
from pyflare.analytics.stats.result import Effect, TwoSampleResult
from pyflare.errors import InsufficientDataError


def variance_ratio(
    reference: npt.ArrayLike,
    current: npt.ArrayLike,
    *,
    reference_weights: npt.ArrayLike | None = None,
    current_weights: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> TwoSampleResult:
    """Test whether two variances are equal, whatever the distributions.

    `z = ln(var(Y) / var(X)) / s`, where `s**2` adds up `(kurtosis - 1) / size` of both samples, each with its own
    kurtosis: the classical F test takes 3 for it and is wrong for anything that is not normal. For large samples;
    heavy tails need very large ones, and have no kurtosis at all beyond some weight.

    The effect is `ln(sd(Y) / sd(X))`: 0.1 is a spread 10 % larger.

    Args:
        reference: Shape `(n,)`. NaN is missing; infinities are left out, and a note says how many.
        current: Shape `(m,)`. The same.
        reference_weights: Shape `(n,)`. Finite and not negative; None where each value counts once.
        current_weights: Shape `(m,)`. The same. Observations are then counted by effective numbers (Kish).
        confidence: Of the bounds of the effect, between 0 and 1.

    Returns:
        `z`, its two-sided p-value, the effect with its sign, and the shares between the deciles of the reference.

    Raises:
        DataError: Values are not a list of numbers, weights do not fit them, or the confidence is not one.
        InsufficientDataError: A sample has fewer than two finite values, or all its values are the same.

    References:
        Layard, Robust large-sample tests for homogeneity of variances, JASA 68 (1973).

    Examples:
        >>> import numpy as np
        >>> found = variance_ratio(np.arange(100), 2 * np.arange(100))
        >>> round(found.effect.value, 4), found.p_value < 1e-9
        (0.6931, True)
    """
    before, after, finite = finite_samples(reference, current, reference_weights, current_weights)
    (log_variance, error), (log_variance_now, error_now) = (_log_variance(sample) for sample in finite)
    difference, spread = log_variance_now - log_variance, math.sqrt(error + error_now)
    margin = critical_value(confidence) * spread
    return moments_result(
        "variance_ratio",
        difference / spread,
        2 * normal_tail(abs(difference) / spread),
        Effect(
            name="log_ratio_of_spreads",
            value=difference / 2,
            low=(difference - margin) / 2,
            high=(difference + margin) / 2,
            confidence=confidence,
        ),
        (before, after),
        finite,
    )


def _log_variance(sample: Ordered) -> tuple[float, float]:
    """The logarithm of the variance, and the square of its standard error."""
    (scaled,), unit = in_one_unit(sample)
    mean, variance = scaled.moments()
    if not variance > 0:
        raise InsufficientDataError("all values of a sample are the same")
    weights = None if sample.cumulative is None else np.diff(sample.cumulative, prepend=0.0)
    fourth = float(np.average((scaled.values - mean) ** 4, weights=weights))
    second = variance * (sample.size - 1) / sample.size
    return math.log(variance) + 2 * math.log(unit), max(fourth / second**2 - 1, 0.0) / sample.size or math.inf
