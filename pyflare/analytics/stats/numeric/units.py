"""Units in which squares of numbers, and squares of these, can be added up."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from pyflare.analytics.stats.numeric.ordered import Ordered

_LEAST: Final = 1e-60
_MOST: Final = 1e60
"""Where the largest number lies between these, the fourth powers of all are numbers that differ from 0."""


def in_one_unit(*samples: Ordered) -> tuple[list[Ordered], float]:
    """Finite samples divided by a unit, and that unit: 1 for usual numbers, else as large as the largest of them.

    The squares of 1e200 are beyond all numbers, and those of 1e-200 are 0: a variance of either would be wrong. The unit
    is a power of two, so nothing is rounded.
    """
    largest = max(max(abs(float(sample.values[0])), abs(float(sample.values[-1]))) for sample in samples)
    if largest == 0 or _LEAST <= largest <= _MOST:
        return list(samples), 1.0
    unit = math.ldexp(1.0, math.frexp(largest)[1] - 1)
    return [replace(sample, values=sample.values / unit) for sample in samples], unit
