"""The upper tail of a sum of weighted chi-squared variables: the law of most distances between means."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.arrays import numbers_of
from pyflare.errors import DataError

_STEP: Final = 0.1
"""Distance of the points of the trapezoidal rule, in standard deviations along the contour."""
_POINTS: Final = 64
"""Points looked at together, until they add nothing more."""
_MOST_POINTS: Final = 64 * 400
_PRECISION: Final = 1e-16

_Array = npt.NDArray[np.float64]


def weighted_chi_squared_tail(statistic: float, weights: npt.ArrayLike) -> float:
    """The probability that `sum(w_k * Z_k**2)` is larger than `statistic`, for independent standard normal `Z_k`.

    The generating function `M(s) = prod(1 - 2 w_k s) ** -0.5` is inverted: the tail is the integral of
    `M(s) exp(-s * statistic) / s` over `2 pi i`, along a parabola through the saddle point that bends the way of
    steepest descent. There the trapezoidal rule converges geometrically, so the relative error stays below 1e-9 in
    the far tail too (p-values of 1e-200), where inversion on the imaginary axis (Imhof) is left with rounding.

    Args:
        statistic: Where the tail begins.
        weights: Shape `(n_terms,)`. Not negative; zeros are left out.

    Returns:
        Between 0 and 1. 1 where no weight is positive and the statistic is 0 or less, else 0.

    Raises:
        DataError: A weight is negative or not finite, or the statistic is NaN.

    References:
        Imhof, Biometrika 48 (1961); Rice, Distribution of quadratic forms in normal random variables, SIAM Journal
        on Scientific and Statistical Computing 1 (1980), who integrates along such a contour.

    Examples:
        >>> round(weighted_chi_squared_tail(3.841458820694124, [1.0]), 9)
        0.05
    """
    w = numbers_of(weights)
    if w.ndim != 1 or not np.all(np.isfinite(w)) or np.any(w < 0) or math.isnan(statistic):
        raise DataError("expected a statistic that is a number, and weights that are finite and not negative.")
    if statistic <= 0:
        return 1.0
    w = w[w > 0]
    if w.size == 0 or math.isinf(statistic):
        return 0.0
    scale = float(w.max())
    return _invert(statistic / scale, w / scale)


def _invert(q: float, w: _Array) -> float:
    """The tail, by the integral on that side of the pole at 0 where it is small."""
    least = 0.5 / math.sqrt(2 * float((w**2).sum()))
    saddle = _saddle(q, w)
    start = max(saddle, least) if q >= w.sum() else min(saddle, -least)
    tail = _integral(q, w, start)
    return min(1.0, max(0.0, tail if start > 0 else 1 + tail))


def _saddle(q: float, w: _Array) -> float:
    """Where the derivative of `log M(s) - s q` is 0, by bisection; `s` is below half the inverse of the largest weight."""
    low, high = -0.5 * w.size / q, 0.5
    for _ in range(200):
        middle = (low + high) / 2
        if float((w / (1 - 2 * w * middle)).sum()) > q:
            high = middle
        else:
            low = middle
        if high - low < 1e-6 * (0.5 - low):
            break
    return low


def _integral(q: float, w: _Array, start: float) -> float:
    """Along `start + bend * y**2 + i y`, in points that lie evenly in `y`."""
    second = float((2 * (w / (1 - 2 * w * start)) ** 2).sum())
    third = float((8 * (w / (1 - 2 * w * start)) ** 3).sum())
    bend, step = third / (6 * second), _STEP / math.sqrt(second)
    height = _log_integrand(q, w, np.asarray([start + 0j]))[0].real
    total, largest = 0.0, 0.0
    for first in range(0, _MOST_POINTS, _POINTS):
        y = step * np.arange(first, first + _POINTS)
        values = np.exp(_log_integrand(q, w, start + bend * y**2 + 1j * y) - height)
        values = (values * (1 - 2j * bend * y) / (start + bend * y**2 + 1j * y)).real
        if first == 0:
            values[0] /= 2
        total += float(values.sum())
        largest = max(largest, float(np.abs(values).max()))
        if float(np.abs(values[-8:]).max()) < _PRECISION * largest:
            break
    return math.exp(height) * total * step / math.pi if height > -745 else 0.0


def _log_integrand(q: float, w: _Array, s: npt.NDArray[np.complex128]) -> npt.NDArray[np.complex128]:
    found: npt.NDArray[np.complex128] = -0.5 * np.log(1 - 2 * np.multiply.outer(s, w)).sum(axis=1) - s * q
    return found
