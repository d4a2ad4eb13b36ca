"""The normal distribution far into its tails."""

from __future__ import annotations

import math


def normal_tail(z: float) -> float:
    """The probability that a standard normal variable is larger than `z`, to full relative precision.

    Examples:
        >>> round(normal_tail(1.959963984540054), 6)
        0.025
    """
    return math.erfc(z / math.sqrt(2)) / 2


def normal_density(z: float) -> float:
    """The density of a standard normal variable at `z`."""
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
