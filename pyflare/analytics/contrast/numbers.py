"""Two groups of numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.errors import DataError, InsufficientDataError

MIN_SIZE: Final = 8
"""Smaller groups are not compared: the normal approximation would not hold."""

Numbers = Sequence[float] | npt.NDArray[np.float64]
_Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberContrast:
    """How two groups of numbers differ."""

    statistic: float
    """Mann and Whitney's U of the first group."""
    p_value: float
    delta: float
    """Cliff's delta, -1 to 1: how much more often a number of the first group is larger than smaller."""
    effect_size: float
    """Its magnitude, 0 to 1."""
    effect_low: float
    effect_high: float
    """Bounds of the magnitude."""


def contrast_numbers(a: Numbers, b: Numbers, *, confidence: float = 0.95) -> NumberContrast:
    """Test whether numbers of two groups tend to be equally large, and measure by how much they do not.

    The test is Mann and Whitney's, two-sided, by the normal approximation with corrections for ties and continuity.
    The effect is Cliff's delta, `P(a > b) - P(a < b)`, which no transformation of the numbers changes. Its standard
    error is that of DeLong, from the placement of each number among those of the other group; the bounds are Cliff's
    asymmetric ones, which stay within -1 and 1. Where the bounds of delta hold 0, those of its magnitude begin there.

    Args:
        a: Shape `(n,)`. Finite.
        b: Shape `(m,)`. Finite.
        confidence: Of the bounds, between 0 and 1.

    Raises:
        DataError: A number is not finite.
        InsufficientDataError: A group has fewer than eight numbers, or all numbers are the same.

    References:
        Mann and Whitney, Annals of Mathematical Statistics 18 (1947); Cliff, Psychological Bulletin 114 (1993);
        DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988); Feng and Cliff, JMASM 3 (2004).

    Examples:
        >>> found = contrast_numbers(range(10, 30), range(20))
        >>> round(found.delta, 3), found.p_value < 0.001
        (0.75, True)
    """
    first, second = _checked(a), _checked(b)
    n, m = first.size, second.size
    if min(n, m) < MIN_SIZE:
        raise InsufficientDataError(f"fewer than {MIN_SIZE} of a group have a number")
    above, below = _placements(first, second), _placements(second, first)
    delta = float((2 * above.mean()) - 1)
    u = float(above.sum() * m)
    spread = math.sqrt(n * m / 12 * (n + m + 1 - _ties(first, second) / ((n + m) * (n + m - 1))))
    if spread == 0:
        raise InsufficientDataError("all have the same number")
    z = max(0.0, abs(u - n * m / 2) - 0.5) / spread
    low, high = _bounds(delta, _variance(above, below), min(n, m), confidence)
    reach = max(abs(low), abs(high))
    return NumberContrast(
        statistic=u,
        p_value=min(1.0, math.erfc(z / math.sqrt(2))),
        delta=delta,
        effect_size=abs(delta),
        effect_low=0.0 if low <= 0 <= high else min(abs(low), abs(high)),
        effect_high=reach,
    )


def _checked(values: Numbers) -> _Array:
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1 or not np.all(np.isfinite(numbers)):
        raise DataError("expected a list of finite numbers.")
    return numbers


def _placements(numbers: _Array, among: _Array) -> _Array:
    """For each number the share of the others below it, equal ones by half."""
    ordered = np.sort(among)
    left, right = np.searchsorted(ordered, numbers, "left"), np.searchsorted(ordered, numbers, "right")
    placements: _Array = (left + right) / (2.0 * among.size)
    return placements


def _ties(first: _Array, second: _Array) -> float:
    """What equal numbers take from the variance of U."""
    _, counts = np.unique(np.concatenate([first, second]), return_counts=True)
    sizes = counts.astype(np.float64)
    return float((sizes**3 - sizes).sum())


def _variance(above: _Array, below: _Array) -> float:
    """The variance of delta: four times that of the area under the curve."""
    return float(4 * (above.var(ddof=1) / above.size + below.var(ddof=1) / below.size))


def _bounds(delta: float, variance: float, smaller: int, confidence: float) -> tuple[float, float]:
    """Cliff's bounds. Where the groups do not overlap at all, those of one more pair that would."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    if variance == 0:
        nearest = 1 - 2 * z**2 / (smaller + z**2)
        return (nearest, 1.0) if delta > 0 else (-1.0, -nearest)
    rest = 1 - delta**2
    half = z * math.sqrt(variance) * math.sqrt(rest**2 + z**2 * variance)
    middle, scale = delta - delta**3, rest + z**2 * variance
    return max(-1.0, (middle - half) / scale), min(1.0, (middle + half) / scale)
