"""The normal distribution far into its tails."""

from __future__ import annotations

import math
from statistics import NormalDist

from pyflare.errors import DataError


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


def critical_value(confidence: float) -> float:
    """How many standard errors lie on either side of an estimate within its bounds.

    Raises:
        DataError: The confidence is not between 0 and 1.

    Examples:
        >>> round(critical_value(0.95), 4)
        1.96
    """
    return NormalDist().inv_cdf((1 + checked_confidence(confidence)) / 2)


def checked_confidence(confidence: float) -> float:
    """The confidence of bounds, if it is one. Raises DataError."""
    if not 0 < confidence < 1:
        raise DataError(f"confidence: expected a number between 0 and 1, got {confidence!r}.")
    return confidence
