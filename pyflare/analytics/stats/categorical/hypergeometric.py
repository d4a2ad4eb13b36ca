"""How probable a level's count is where both samples have the same share of it, given how often it occurs at all."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.categorical.table import Table
from pyflare.analytics.stats.gamma import chi_squared_tail

_EXACT_UP_TO: Final = 100_000.0
"""Variance of a count above which the likelihood ratio's tail is as good as the sum, and cheaper."""
_REACH: Final = 12.0
"""Standard deviations beyond the mean at which a sum of probabilities may end."""


def level_p_values(counts: Table) -> npt.NDArray[np.float64]:
    """Test each level against all others together.

    Given how often a level occurs in both samples together, its count in one of them is hypergeometric where nothing
    has changed. The p-value is twice the smaller tail, with half of the observed count's own probability (mid-p,
    Lancaster 1961): the exact test without its excess of caution. Counts are rounded to whole numbers.

    Args:
        counts: Shape `(2, n_levels)`.

    Returns:
        Shape `(n_levels,)`. 1 for a level that nobody or everybody has.
    """
    sizes = np.rint(counts.sum(axis=1))
    return np.array([level_p_value(float(a), float(b), float(sizes[0]), float(sizes[1])) for a, b in counts.T])


def level_p_value(reference: float, current: float, n_reference: float, n_current: float) -> float:
    """The p-value of one level: see `level_p_values`."""
    a, b = float(round(reference)), float(round(current))
    having, total = a + b, n_reference + n_current
    mean = n_current * having / total
    variance = mean * (n_reference / total) * (total - having) / max(total - 1, 1)
    if variance == 0:
        return 1.0
    if variance > _EXACT_UP_TO:
        return chi_squared_tail(_likelihood_ratio(a, b, n_reference, n_current), 1)
    # Counted from the sample in which the level is in excess, so that the sum always runs away from the mean.
    if b >= mean:
        return _upper(b, having, n_current, total, variance)
    return _upper(a, having, n_reference, total, variance)


def _upper(count: float, having: float, size: float, total: float, variance: float) -> float:
    """Twice the mid-p tail at and above `count`, or the one below if that is smaller: together they are 1."""
    log_density = _log_choose(size, count) + _log_choose(total - size, having - count) - _log_choose(total, having)
    last = min(having, size, count + 10 + math.ceil(_REACH * math.sqrt(variance)))
    k = np.arange(count, last)
    ratios = (having - k) * (size - k) / ((k + 1) * (total - having - size + k + 1))
    above = float(np.cumprod(ratios).sum())
    twice = 2 * math.exp(log_density) * (0.5 + above)
    return min(twice, 2 - twice)


def _log_choose(n: float, k: float) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _likelihood_ratio(a: float, b: float, n_reference: float, n_current: float) -> float:
    total, having = n_reference + n_current, a + b
    cells = ((a, n_reference, having), (b, n_current, having))
    others = ((n_reference - a, n_reference, total - having), (n_current - b, n_current, total - having))
    return 2 * math.fsum(o * math.log(o * total / (n * m)) for o, n, m in (*cells, *others) if o > 0)
