"""How far apart two samples over the same levels are, whatever their sizes."""

from __future__ import annotations

import math

import numpy as np

from pyflare.analytics.stats.categorical.table import Table
from pyflare.analytics.stats.gamma import chi_squared_quantile
from pyflare.analytics.stats.normal import checked_confidence
from pyflare.analytics.stats.result import Effect


def total_variation(counts: Table, *, confidence: float = 0.95) -> Effect:
    """Measure the largest difference in the probability of any set of levels, `sum(|p - q|) / 2`.

    Observed shares lie apart even where the true ones do not, the more so the more levels there are; therefore each
    squared difference is reduced by its variance before the sum. The bounds are Scheffé's, for all sets of levels at
    once: they hold the true distance with at least `confidence`, and with about that for two levels.

    Args:
        counts: Shape `(2, n_levels)`, of which every level occurs: see `pool`.
        confidence: Of the bounds, between 0 and 1.

    Returns:
        The distance, 0 to 1: a tenth of the observations would have to change level for 0.1. With one level, 0 with
        bounds of 0.

    Raises:
        DataError: The confidence is not between 0 and 1.

    References:
        Scheffé, The analysis of variance (1959), chapter 3; Goodman, Annals of Mathematical Statistics 35 (1964).

    Examples:
        >>> import numpy as np
        >>> effect = total_variation(np.array([[60.0, 40.0], [40.0, 60.0]]))
        >>> round(effect.value, 3), round(effect.low, 3), round(effect.high, 3)
        (0.188, 0.064, 0.336)
    """
    confidence, sizes = checked_confidence(confidence), counts.sum(axis=1)
    shares, degrees = counts / sizes[:, None], counts.shape[1] - 1
    if degrees == 0:
        return Effect(name="total_variation", value=0.0, low=0.0, high=0.0, confidence=confidence)
    difference = shares[0] - shares[1]
    variance = (shares * (1 - shares) / sizes[:, None]).sum(axis=0)
    estimate = float(np.sqrt(np.maximum(difference**2 - variance, 0)).sum() / 2)
    observed = float(np.abs(difference).sum() / 2)
    spread = _spread(shares[:, difference > 0].sum(axis=1), sizes)
    widest = spread if degrees == 1 else math.sqrt((1 / sizes).sum()) / 2
    critical = math.sqrt(chi_squared_quantile(confidence, degrees))
    low, high = max(0.0, observed - critical * spread), min(1.0, observed + critical * widest)
    value = min(max(estimate, low), 1.0)
    return Effect(name="total_variation", value=value, low=low, high=high, confidence=confidence)


def _spread(shares: Table, sizes: Table) -> float:
    """The standard error of a difference in shares; never 0, also where nobody or everybody has the levels."""
    moderate = (shares * sizes + 1) / (sizes + 2)
    return float(math.sqrt((moderate * (1 - moderate) / sizes).sum()))
