"""Whether the few values that lie far out come from both of two samples."""

from __future__ import annotations

from typing import Final

import numpy as np

from pyflare.analytics.stats.numeric.ordered import Array, Pooled
from pyflare.analytics.stats.numeric.saddlepoint import permutation_p_value

_NEAR: Final = 3.0
"""Spreads from the median at which a value begins to count; of normal values one in 370 lies as far."""
_FAR: Final = 4.0
"""Spreads from the median of what must be there for there to be outliers; of normal values one in 16,000."""
_MOST: Final = 2.0
"""What a value counts at most: how many spreads it lies beyond the nearest that count."""
_FEW: Final = (3, 32)
"""How many values may lie far out: fewer say nothing, and more are seen by tests of ranks."""
_LARGEST_SHARE: Final = 0.01
"""Where more than this share counts, the tails are heavy and what lies in them is no outlier."""
_NORMAL_QUARTILES: Final = 1.3489795
"""How far apart the quartiles of normal values of spread 1 are."""


def outlier_p_value(pooled: Pooled) -> float | None:
    """Test whether the values that lie far out are as far out, and as many, in both samples.

    Ranks say that a value is the largest, and not by how much. Here a value `x` counts
    `min(max(|x - median| / spread - 3, 0), 2)`, where the median and the spread (the distance of the quartiles, in
    units of that of normal values) are of both samples together. The sum over the current sample has a permutation
    distribution (see `permutation_p_value`): its p-value is valid whatever the tails, and can be no smaller than
    about `2**(1 - k)` for `k` outliers among samples of one size, however far out they lie.

    Whether the test is made depends on both samples together only, so to be selective costs no false alarms: there
    must be some outliers and few, 3 to 32 values beyond four spreads and at most 1 % beyond three. Heavy tails have
    more than that, light ones of a moderate number of values have less.

    Returns:
        The two-sided p-value; None where there are no outliers, where the quartiles are the same or infinite, and for
        weighted samples.

    References:
        Tukey, Exploratory data analysis (1977), on telling outliers by quartiles, which they do not move.

    Examples:
        >>> import numpy as np
        >>> from pyflare.analytics.stats.numeric.ordered import ordered, pool
        >>> usual = np.random.default_rng(1).normal(size=(2, 500))
        >>> outlier_p_value(pool(ordered(usual[0]), ordered(usual[1]))) is None
        True
        >>> usual[1, :6] = 9.0
        >>> outlier_p_value(pool(ordered(usual[0]), ordered(usual[1]))) < 0.1
        True
    """
    if pooled.is_weighted or (distances := _distances(pooled)) is None:
        return None
    together = pooled.reference + pooled.current
    n_far, n_near = float(together[distances > _FAR].sum()), float(together[distances > _NEAR].sum())
    if not (_FEW[0] <= n_far <= _FEW[1] and n_near <= _LARGEST_SHARE * together.sum()):
        return None
    return permutation_p_value(np.clip(distances - _NEAR, 0, _MOST), pooled.reference, pooled.current)


def _distances(pooled: Pooled) -> Array | None:
    """How many spreads each value lies from the median."""
    (first, middle), (third, middle_from_above) = _quartile_and_median(pooled, 1), _quartile_and_median(pooled, -1)
    spread = (third - first) / _NORMAL_QUARTILES
    if not 0 < spread < np.inf:
        return None
    with np.errstate(over="ignore"):
        distances: Array = np.abs(pooled.values - (middle / 2 + middle_from_above / 2)) / spread
    return distances


def _quartile_and_median(pooled: Pooled, step: int) -> tuple[float, float]:
    """Counted from the smallest value upwards (1) or from the largest down (-1)."""
    up_to = np.cumsum((pooled.reference + pooled.current)[::step])
    quartile, median = pooled.values[::step][np.searchsorted(up_to, up_to[-1] * np.array([0.25, 0.5]))]
    return float(quartile), float(median)
