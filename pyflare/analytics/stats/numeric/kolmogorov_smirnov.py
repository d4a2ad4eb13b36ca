"""Kolmogorov and Smirnov's test: the largest difference between two distribution functions."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.numeric.ordered import Pooled, ordered, pool
from pyflare.analytics.stats.result import Effect, TwoSampleResult

_NULL_SQUARE: Final = math.pi**2 / 12
"""The mean of the squared limit statistic where nothing has changed."""


def kolmogorov_smirnov(
    reference: npt.ArrayLike,
    current: npt.ArrayLike,
    *,
    reference_weights: npt.ArrayLike | None = None,
    current_weights: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> TwoSampleResult:
    """Test whether two samples come from one distribution by the largest difference of their distribution functions.

    `D = max |F(x) - G(x)|`, with the p-value of its limit distribution.

    Args:
        reference: Shape `(n,)`. NaN is missing and left out; infinities are values.
        current: Shape `(m,)`. The same.
        reference_weights: Shape `(n,)`. Finite and not negative.
        current_weights: Shape `(m,)`. The same.
        confidence: Of the bounds of the effect.

    Raises:
        DataError: Values are not a list of numbers, or weights do not fit them.
        InsufficientDataError: A sample has no values.

    References:
        Smirnov, Annals of Mathematical Statistics 19 (1948).

    Examples:
        >>> kolmogorov_smirnov([1, 2, 3, 4], [3, 4, 5, 6]).statistic
        0.5
    """
    pooled = pool(ordered(reference, reference_weights), ordered(current, current_weights), exact=True)
    from scipy.special import kolmogorov

    n, m = pooled.sizes
    statistic = float(np.abs(pooled.difference).max())
    return TwoSampleResult(
        method="kolmogorov_smirnov",
        statistic=statistic,
        p_value=float(kolmogorov(statistic * math.sqrt(n * m / (n + m)))),
        p_value_kind="asymptotic",
        effect=largest_difference(pooled, confidence=confidence),
        n_reference=n,
        n_current=m,
    )


def largest_difference(pooled: Pooled, *, confidence: float = 0.95) -> Effect:
    """How far two distribution functions lie apart at most, less what chance adds, with bounds."""
    from scipy.special import kolmogi

    n, m = pooled.sizes
    observed = float(np.abs(pooled.difference).max())
    noise = 1 / n + 1 / m
    margin = float(kolmogi(1 - confidence)) * math.sqrt(noise)
    return Effect(
        name="largest_difference",
        value=math.sqrt(max(0.0, observed**2 - _NULL_SQUARE * noise)),
        low=max(0.0, observed - margin),
        high=min(1.0, observed + margin),
        confidence=confidence,
    )
