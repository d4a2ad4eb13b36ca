"""Kolmogorov and Smirnov's test: the largest difference between two distribution functions."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.normal import checked_confidence
from pyflare.analytics.stats.numeric.bins import contributions, infinity_notes
from pyflare.analytics.stats.numeric.ordered import Pooled, ordered, pool
from pyflare.analytics.stats.numeric.smirnov import smirnov_p_value
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
    """Test whether two samples come from one distribution, by the largest difference of their distribution functions.

    `D = max |F(x) - G(x)|`. Sees shifts of location well, changes of spread or of the tails badly: next to the median
    a difference must be much larger than near the ends to be found. `compare_numbers` sees all of them. With a
    million rows a difference of 0.003 is significant: look at the effect.

    The effect is `D` less what chance adds, `sqrt(max(0, D**2 - pi**2 / 12 * (1 / n + 1 / m)))`; its bounds are those
    of the true largest difference, wide enough for all of the distribution at once (Kolmogorov).

    Args:
        reference: Shape `(n,)`. NaN is missing and left out; infinities are values.
        current: Shape `(m,)`. The same.
        reference_weights: Shape `(n,)`. Finite and not negative; None where each value counts once.
        current_weights: Shape `(m,)`. The same.
        confidence: Of the bounds of the effect, between 0 and 1.

    Returns:
        `D`, its p-value (see `smirnov_p_value`: allowing for ties, exact up to 2,000 observations), the effect, and
        the shares between the deciles of the reference. Where all values are the same, `D` is 0 and the p-value 1.

    Raises:
        DataError: Values are not a list of numbers, weights do not fit them, or the confidence is not one.
        InsufficientDataError: A sample has no values.

    References:
        Smirnov, Annals of Mathematical Statistics 19 (1948).

    Examples:
        >>> found = kolmogorov_smirnov([1, 2, 3, 4], [3, 4, 5, 6])
        >>> found.statistic, round(found.p_value, 4)
        (0.5, 0.7714)
    """
    before, after = ordered(reference, reference_weights), ordered(current, current_weights)
    pooled = pool(before, after, exact=True)
    p_value, kind = smirnov_p_value(pooled)
    return TwoSampleResult(
        method="kolmogorov_smirnov",
        statistic=float(np.abs(pooled.difference).max()),
        p_value=p_value,
        p_value_kind=kind,
        effect=largest_difference(pooled, confidence=confidence),
        n_reference=before.size,
        n_current=after.size,
        contributions=contributions(before, after),
        notes=infinity_notes(before, after),
    )


def largest_difference(pooled: Pooled, *, confidence: float = 0.95) -> Effect:
    """How far two distribution functions lie apart at most, less what chance adds, with bounds."""
    from scipy.special import kolmogi

    n, m = pooled.sizes
    observed = float(np.abs(pooled.difference).max())
    noise = 1 / n + 1 / m
    margin = float(kolmogi(1 - checked_confidence(confidence))) * math.sqrt(noise)
    return Effect(
        name="largest_difference",
        value=math.sqrt(max(0.0, observed**2 - _NULL_SQUARE * noise)),
        low=max(0.0, observed - margin),
        high=min(1.0, observed + margin),
        confidence=confidence,
    )
