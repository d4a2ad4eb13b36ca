"""Two groups over values of which each member has several, or none: models called, tags, tools."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.contrast.categories import MAX_LEVELS, Counts
from pyflare.analytics.stats.categorical.table import MIN_EXPECTED
from pyflare.analytics.stats.gamma import chi_squared_tail
from pyflare.errors import DataError, InsufficientDataError

MIN_MEMBERS: Final = 5
"""Values that fewer members of both groups together have are not looked at."""
_TIE: Final = 1e-7
"""Tables whose probability differs by less than this, relatively, count as equally probable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceContrast:
    """How the values differ that members of two groups have."""

    value: int
    """Position of the value that differs most surely."""
    p_value: float
    """Corrected for the number of values."""
    effect_size: float
    """How far apart the shares of members are that have it, 0 to 1."""
    effect_low: float
    effect_high: float
    """Bounds of that difference, for all values at once."""
    values_tested: int


def contrast_presence(a: Counts, b: Counts, sizes: tuple[int, int], *, confidence: float = 0.95) -> PresenceContrast:
    """Test for each value whether members of two groups have it equally often, and measure the clearest difference.

    Each value is a table of two by two: Fisher's exact test where fewer than five are expected in a cell, else
    Pearson's chi-squared. The smallest p-value counts, times the number of values (Bonferroni), so the field as a
    whole keeps its level; the bounds are widened likewise. Looked at are the 50 most common values that at least
    five members have.

    Args:
        a: Shape `(n_values,)`. How many members of the first group have each value.
        b: Shape `(n_values,)`. The same of the second group.
        sizes: How many members the groups have.
        confidence: Of the bounds, between 0 and 1.

    Raises:
        DataError: Shapes differ, or more members have a value than there are.
        InsufficientDataError: A group is empty, or no value is common enough.

    Examples:
        >>> found = contrast_presence([40, 50], [10, 50], (100, 100))
        >>> found.value, round(found.effect_size, 2)
        (0, 0.3)
    """
    counts = _checked(a, b, sizes)
    totals = counts.sum(axis=0)
    candidates = [int(value) for value in np.argsort(-totals, kind="stable")[:MAX_LEVELS]]
    tested = [value for value in candidates if totals[value] >= MIN_MEMBERS]
    if not tested:
        raise InsufficientDataError("none of its values is common enough to be compared")
    found = [(_two_by_two(int(counts[0, value]), int(counts[1, value]), sizes), value) for value in tested]
    p_value, value = min(found)
    effect, low, high = _difference(counts[:, value], sizes, confidence, len(tested))
    return PresenceContrast(
        value=value,
        p_value=min(1.0, p_value * len(tested)),
        effect_size=effect,
        effect_low=low,
        effect_high=high,
        values_tested=len(tested),
    )


def _checked(a: Counts, b: Counts, sizes: tuple[int, int]) -> npt.NDArray[np.int64]:
    if len(a) != len(b):
        raise DataError(f"expected counts of the same values, got {len(a)} and {len(b)}.")
    if min(sizes) < 1:
        raise InsufficientDataError("one of the groups is empty")
    counts = np.asarray([a, b], dtype=np.int64).reshape(2, len(a))
    if np.any(counts < 0) or np.any(counts > np.asarray(sizes)[:, None]):
        raise DataError("expected counts between 0 and the size of the group.")
    return counts


def _two_by_two(a: int, b: int, sizes: tuple[int, int]) -> float:
    """The p-value of `a` among the first and `b` among the second having it."""
    total, having = sum(sizes), a + b
    smallest = min(sizes) * min(having, total - having) / total
    if smallest == 0:
        return 1.0
    if smallest < MIN_EXPECTED:
        return fisher_exact(a, b, sizes)
    expected = sizes[0] * having / total
    statistic = (a - expected) ** 2 * total**3 / (sizes[0] * sizes[1] * having * (total - having))
    return chi_squared_tail(statistic, 1)


def fisher_exact(a: int, b: int, sizes: tuple[int, int]) -> float:
    """Fisher's exact test of two by two, two-sided: the probability of all tables not more probable than this one."""
    having = a + b
    least, most = max(0, having - sizes[1]), min(having, sizes[0])
    logs = [_log_choose(sizes[0], x) + _log_choose(sizes[1], having - x) for x in range(least, most + 1)]
    observed = logs[a - least]
    weights = [math.exp(log - observed) for log in logs if log <= observed + _TIE]
    total = math.fsum(math.exp(log - observed) for log in logs)
    return min(1.0, math.fsum(weights) / total)


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _difference(
    having: npt.NDArray[np.int64], sizes: tuple[int, int], confidence: float, looks: int
) -> tuple[float, float, float]:
    """The difference in shares, and its bounds by Agresti and Caffo."""
    shares = having / np.asarray(sizes)
    observed = float(abs(shares[0] - shares[1]))
    n = np.asarray(sizes) + 2.0
    moderate = (having + 1) / n
    centre = float(moderate[0] - moderate[1])
    centre = centre if shares[0] >= shares[1] else -centre
    half = NormalDist().inv_cdf(1 - (1 - confidence) / (2 * looks)) * math.sqrt(
        float((moderate * (1 - moderate) / n).sum())
    )
    low, high = centre - half, min(1.0, max(centre + half, half - centre))
    return observed, min(max(0.0, low), observed), max(high, observed)
