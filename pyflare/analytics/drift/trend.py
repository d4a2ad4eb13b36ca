"""Where an effect is heading over the latest looks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Final, Literal

Trend = Literal["stable", "increasing", "decreasing"]

MIN_LOOKS: Final = 4
"""Fewer say nothing of a direction."""
_Z: Final = 1.96
_SHARE: Final = 0.25


def trend_of(effects: Sequence[float], *, threshold: float) -> Trend:
    """Say whether effects grow or shrink from look to look.

    They do where Mann and Kendall's test finds a direction at 5 % and the change from the first to the last look, by
    Theil and Sen's slope (the median of the slopes of all pairs), is at least a quarter of `threshold`. The test
    takes looks for independent; those of overlapping windows are not, so this describes and does not alarm.

    Args:
        effects: Effect sizes, the oldest first. NaN is left out. A few dozen: all pairs are looked at.
        threshold: The effect size from which a difference matters.

    Returns:
        `stable` where there are fewer than four effects.

    References:
        Mann, Econometrica 13 (1945); Kendall, Rank correlation methods (1948); Sen, JASA 63 (1968).

    Examples:
        >>> trend_of([0.01, 0.03, 0.06, 0.1, 0.13], threshold=0.1)
        'increasing'
        >>> trend_of([0.02, 0.01, 0.03, 0.02, 0.01], threshold=0.1)
        'stable'
    """
    known = [(position, effect) for position, effect in enumerate(effects) if not math.isnan(effect)]
    if len(known) < MIN_LOOKS:
        return "stable"
    pairs = [*combinations(known, 2)]
    score = sum((later > earlier) - (later < earlier) for (_, earlier), (_, later) in pairs)
    slopes = sorted((later - earlier) / (at - before) for (before, earlier), (at, later) in pairs)
    middle = len(slopes) // 2
    slope = slopes[middle] if len(slopes) % 2 else (slopes[middle - 1] + slopes[middle]) / 2
    change = slope * (known[-1][0] - known[0][0])
    if abs(score) <= _critical(len(known)) or abs(change) < _SHARE * threshold:
        return "stable"
    return "increasing" if change > 0 else "decreasing"


def _critical(count: int) -> float:
    """The largest score that is no sign of a direction: by the normal limit, with its correction for continuity."""
    return min(_Z * math.sqrt(count * (count - 1) * (2 * count + 5) / 18) + 1, count * (count - 1) / 2 - 1)
