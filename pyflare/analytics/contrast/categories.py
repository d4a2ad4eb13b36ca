"""Two groups over the levels of one category."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.contrast.gamma import chi_squared_quantile, chi_squared_tail
from pyflare.errors import DataError, InsufficientDataError

MIN_EXPECTED: Final = 5.0
"""A level of which fewer are expected in either group is rare: all rare levels count as one."""
MAX_LEVELS: Final = 50
"""Further levels count as rare."""

Counts = Sequence[int] | npt.NDArray[np.int64]
_Table = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryContrast:
    """How the levels of a category differ between two groups."""

    statistic: float
    """Pearson's chi-squared."""
    degrees: int
    p_value: float
    effect_size: float
    """The total variation distance, 0 to 1, less what chance alone adds to it."""
    effect_low: float
    effect_high: float
    """Bounds of the distance; see `contrast_categories`."""
    pooled: tuple[int, ...]
    """Positions of the rare levels, which counted as one."""


def contrast_categories(a: Counts, b: Counts, *, confidence: float = 0.95) -> CategoryContrast:
    """Test whether two groups have the same shares of each level, and measure how far apart they are.

    The test is Pearson's chi-squared. Levels of which fewer than five are expected in the smaller group, and those
    beyond the 50 most common, are counted as one; if that one is still too rare, it joins the least common level.
    Which levels are rare depends on both groups together, so the test keeps its level.

    The effect is the total variation distance, `sum(|p - q|) / 2`: the largest difference in the probability of any
    set of levels. Observed shares lie apart even where the true ones do not, the more so the more levels there are;
    therefore each squared difference is reduced by its variance before the sum. The bounds are Scheffé's, for all
    sets of levels at once: they hold the true distance with at least `confidence`, and with about that for two levels.

    Args:
        a: Shape `(n_levels,)`. How many of the first group have each level.
        b: Shape `(n_levels,)`. The same of the second group.
        confidence: Of the bounds, between 0 and 1.

    Raises:
        DataError: Shapes differ, or a count is negative.
        InsufficientDataError: A group is empty, or fewer than two levels are common enough.

    References:
        Scheffé, The analysis of variance (1959), chapter 3; Goodman, Annals of Mathematical Statistics 35 (1964).

    Examples:
        >>> found = contrast_categories([90, 10], [50, 50])
        >>> round(found.effect_size, 2), found.p_value < 1e-8
        (0.4, True)
    """
    counts = _checked(a, b)
    common, pooled = _pool(counts)
    if common.shape[1] < 2:
        raise InsufficientDataError("fewer than two of its values are common enough to be compared")
    sizes = common.sum(axis=1, keepdims=True)
    expected = sizes * common.sum(axis=0) / common.sum()
    statistic = float(((common - expected) ** 2 / expected).sum())
    degrees = common.shape[1] - 1
    effect, low, high = _distance(common / sizes, sizes[:, 0], degrees, confidence)
    return CategoryContrast(
        statistic=statistic,
        degrees=degrees,
        p_value=chi_squared_tail(statistic, degrees),
        effect_size=effect,
        effect_low=low,
        effect_high=high,
        pooled=pooled,
    )


def _checked(a: Counts, b: Counts) -> _Table:
    if len(a) != len(b):
        raise DataError(f"expected counts of the same levels, got {len(a)} and {len(b)}.")
    counts = np.asarray([a, b], dtype=np.float64)
    if not np.all(np.isfinite(counts)) or np.any(counts < 0):
        raise DataError("expected counts that are not negative.")
    if not np.all(counts.sum(axis=1) > 0):
        raise InsufficientDataError("one of the groups has no values")
    return counts


def _pool(counts: _Table) -> tuple[_Table, tuple[int, ...]]:
    """The table of common levels with the rare ones as one more, and which were rare."""
    totals = counts.sum(axis=0)
    smaller = counts.sum(axis=1).min() / totals.sum()
    is_common = totals * smaller >= MIN_EXPECTED
    is_common[np.argsort(-totals, kind="stable")[MAX_LEVELS:]] = False
    rare = np.flatnonzero(~is_common & (totals > 0))
    common = counts[:, is_common]
    if rare.size:
        one = counts[:, rare].sum(axis=1)
        if one.sum() * smaller >= MIN_EXPECTED:
            common = np.column_stack([common, one])
        elif common.shape[1]:
            common[:, common.sum(axis=0).argmin()] += one
    return common, tuple(int(level) for level in rare)


def _distance(shares: _Table, sizes: _Table, degrees: int, confidence: float) -> tuple[float, float, float]:
    """The total variation distance as it is estimated, and its bounds."""
    difference = shares[0] - shares[1]
    variance = (shares * (1 - shares) / sizes[:, None]).sum(axis=0)
    estimate = float(np.sqrt(np.maximum(difference**2 - variance, 0)).sum() / 2)
    observed = float(np.abs(difference).sum() / 2)
    spread = _spread(shares[:, difference > 0].sum(axis=1), sizes)
    widest = spread if degrees == 1 else math.sqrt((1 / sizes).sum()) / 2
    critical = math.sqrt(chi_squared_quantile(confidence, degrees))
    low, high = max(0.0, observed - critical * spread), min(1.0, observed + critical * widest)
    return min(max(estimate, low), 1.0), low, high


def _spread(shares: _Table, sizes: _Table) -> float:
    """The standard error of a difference in shares; never 0, also where nobody or everybody has the levels."""
    moderate = (shares * sizes + 1) / (sizes + 2)
    return float(math.sqrt((moderate * (1 - moderate) / sizes).sum()))
