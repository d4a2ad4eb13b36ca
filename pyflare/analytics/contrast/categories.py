"""Two groups over the levels of one category."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.categorical.chi_squared import pearson
from pyflare.analytics.stats.categorical.table import pool, two_rows
from pyflare.analytics.stats.categorical.total_variation import total_variation
from pyflare.analytics.stats.gamma import chi_squared_tail
from pyflare.errors import InsufficientDataError

MAX_LEVELS: Final = 50
"""Further levels count as rare."""

Counts = Sequence[int] | npt.NDArray[np.int64]


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

    The effect is the total variation distance, less what chance alone adds to it: see `total_variation`.

    Args:
        a: Shape `(n_levels,)`. How many of the first group have each level.
        b: Shape `(n_levels,)`. The same of the second group.
        confidence: Of the bounds, between 0 and 1.

    Raises:
        DataError: Shapes differ, or a count is negative.
        InsufficientDataError: A group is empty, or fewer than two levels are common enough.

    Examples:
        >>> found = contrast_categories([90, 10], [50, 50])
        >>> round(found.effect_size, 2), found.p_value < 1e-8
        (0.4, True)
    """
    pooled = pool(two_rows(a, b), max_levels=MAX_LEVELS)
    common = pooled.counts
    if common.shape[1] < 2:
        raise InsufficientDataError("fewer than two of its values are common enough to be compared")
    statistic, degrees = pearson(common)
    effect = total_variation(common, confidence=confidence)
    return CategoryContrast(
        statistic=statistic,
        degrees=degrees,
        p_value=chi_squared_tail(statistic, degrees),
        effect_size=effect.value,
        effect_low=effect.low,
        effect_high=effect.high,
        pooled=pooled.rare,
    )
