"""How divergences of two samples over the same levels are distributed where nothing has changed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.categorical.table import Table

Array = npt.NDArray[np.float64]
Parts = Callable[[Array, Array], Array]
"""What levels add to a divergence, from the reference's counts and the current ones, both of shape `(n,)`.

Scaled as chi-squared is: where a level is not rare, its part has the mean `1 - share` and the variance
`2 * (1 - share)²`.
"""

_LARGE: Final = 1_000.0
"""Variance of a count above which its part has the moments of a chi-squared variable, to one in a thousand."""
_REACH: Final = 12.0
"""Standard deviations from the mean within which counts are summed."""


def conditional_p_value(counts: Table, parts: Parts) -> float:
    """The chance of as large a sum of parts where nothing has changed, given how often each level occurs at all.

    A gamma distribution is fitted to the mean and variance that the sum has given the totals: each level's count is
    hypergeometric then, and its part is averaged over that distribution, not over its normal limit. That is what
    makes rare levels count as much as they should, for any divergence that is a sum over levels.

    Args:
        counts: Shape `(2, n_levels)`, at least two levels, each of which occurs.
        parts: What levels add.
    """
    return gamma_tail(float(parts(counts[0], counts[1]).sum()), *conditional_moments(counts, parts))


def gamma_tail(statistic: float, mean: float, variance: float) -> float:
    """The chance that a gamma variable with this mean and variance exceeds the statistic."""
    from scipy.special import gammaincc

    return float(gammaincc(mean**2 / variance, max(statistic, 0.0) * mean / variance))


def conditional_moments(counts: Table, parts: Parts) -> tuple[float, float]:
    """The mean and variance of the sum of parts given the totals, where nothing has changed."""
    sizes, totals = counts.sum(axis=1), counts.sum(axis=0)
    shares = totals / totals.sum()
    distinct, inverse = np.unique(totals, return_inverse=True)
    both = float(sizes[0]), float(sizes[1])
    moments = np.array([_moments_of_level(float(total), both, parts) for total in distinct])[inverse]
    # Levels share the observations, which makes their parts vary together a little.
    together = 2 * (1 - float(shares @ shares))
    return float(moments[:, 0].sum()), float(moments[:, 1].sum()) + together


def _moments_of_level(total: float, sizes: tuple[float, float], parts: Parts) -> tuple[float, float]:
    """The mean and variance of the part of a level that occurs `total` times."""
    n, m = sizes
    share = total / (n + m)
    mean = m * share
    variance = mean * (n / (n + m)) * (1 - share)
    if variance > _LARGE:
        return 1 - share, 2 * (1 - share) ** 2
    reach = _REACH * math.sqrt(variance) + 5
    first, last = max(0.0, total - n, math.floor(mean - reach)), min(total, m, math.ceil(mean + reach))
    # Weighted totals are not whole numbers; counts then are as far apart as ever, up to the last that fits.
    current = np.arange(first, last + 1e-9)
    reference = total - current
    weights = np.exp(_log_density(reference, current, sizes))
    weights /= weights.sum()
    values = parts(reference, current)
    average = float(weights @ values)
    return average, float(weights @ (values - average) ** 2)


def _log_density(reference: Array, current: Array, sizes: tuple[float, float]) -> Array:
    """The logarithm of the hypergeometric probability of counts, but for a constant."""
    from scipy.special import gammaln

    n, m = sizes
    logs: Array = -(
        gammaln(current + 1) + gammaln(m - current + 1) + gammaln(reference + 1) + gammaln(n - reference + 1)
    )
    logs -= logs.max()
    return logs
