"""Squared differences of two distribution functions, added up with weights: three tests are of this kind."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from pyflare.analytics.stats.normal import critical_value
from pyflare.analytics.stats.numeric.ordered import Array, Pooled
from pyflare.analytics.stats.quadratic_form import weighted_chi_squared_tail
from pyflare.analytics.stats.result import Effect

MOST: Final = 300
"""Values beyond so many are taken together for the law of the statistic, which hardly knows them apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SquaredDifference:
    """`sum(w * (F - G)**2)` of two samples."""

    value: float
    """The sum itself."""
    expected: float
    """Its mean where nothing has changed."""
    p_value: float
    low: float
    high: float
    """Bounds of the true sum, of first order: good where it is well away from 0."""


def squared_difference(pooled: Pooled, weights: Array, *, confidence: float) -> SquaredDifference:
    """Add up squared differences of two distribution functions, and test whether they are more than chance.

    Where nothing has changed, the differences times `sqrt(n m / (n + m))` are a Brownian bridge at the shares of both
    samples up to each value, so their weighted squares are a sum of weighted chi-squared variables. The weights are
    the eigenvalues of the bridge's covariance, with those of the values that occur: ties need no other treatment.

    Args:
        pooled: Two samples over the same values.
        weights: Shape `(n_values - 1,)`. Of the difference up to each value but the largest, where there is none.
        confidence: Of the bounds.
    """
    n, m = pooled.sizes
    noise = 1 / n + 1 / m
    difference = pooled.difference[:-1]
    value = float(weights @ difference**2)
    variances, eigenvalues = _law(pooled, weights)
    spread = standard_error(pooled, 2 * weights * difference)
    margin = critical_value(confidence) * spread
    return SquaredDifference(
        value=value,
        expected=variances * noise,
        p_value=weighted_chi_squared_tail(value / noise, eigenvalues) if eigenvalues.size else 1.0,
        low=max(0.0, value - margin),
        high=value + margin,
    )


def midpoint_shares(pooled: Pooled) -> Array:
    """Of all observations, half of those on either side of each step between values. Shape `(n_values - 1,)`."""
    together = pooled.reference + pooled.current
    shares: Array = (together[:-1] + together[1:]) / (2 * together.sum())
    return shares


def root_effect(name: str, found: SquaredDifference, *, confidence: float) -> Effect:
    """The root of a squared difference less its mean by chance, with the roots of its bounds."""
    return Effect(
        name=name,
        value=math.sqrt(max(found.low, found.value - found.expected)),
        low=math.sqrt(found.low),
        high=math.sqrt(found.high),
        confidence=confidence,
    )


def standard_error(pooled: Pooled, gradient: Array) -> float:
    """The standard error of a function of the differences, from its derivative by each of them.

    Args:
        pooled: Two samples over the same values.
        gradient: Shape `(n_values - 1,)`.
    """
    influence = np.append(np.cumsum(gradient[::-1])[::-1], 0.0)
    return math.sqrt(sum(_variance(influence, sample) / sample.sum() for sample in (pooled.reference, pooled.current)))


def _variance(values: Array, counts: Array) -> float:
    share = counts / counts.sum()
    return float(share @ (values - share @ values) ** 2)


def _law(pooled: Pooled, weights: Array) -> tuple[float, Array]:
    """The mean and the eigenvalues of the weighted squares of a bridge at the values of two samples."""
    together = pooled.reference + pooled.current
    total = float(together.sum())
    times = np.cumsum(together)[:-1] / total
    parts = weights * times * (1 - times) * (total / (total - 1))
    if times.size > MOST:
        times, parts = _thinned(times, parts)
    if not times.size:
        return 0.0, times
    root = np.sqrt(parts / (times * (1 - times)))
    covariance = np.minimum.outer(times, times) - np.outer(times, times)
    eigenvalues = np.linalg.eigvalsh(covariance * np.outer(root, root))
    return float(parts.sum()), np.maximum(eigenvalues, 0.0)


def _thinned(times: Array, parts: Array) -> tuple[Array, Array]:
    """Neighbouring values as one, in cells of like shares of the statistic's mean, which stays the same."""
    evenly = np.arange(times.size) / times.size
    by_part = np.cumsum(parts) / parts.sum()
    cells = np.minimum(((evenly + by_part) / 2 * MOST).astype(np.int64), MOST - 1)
    _, cells = np.unique(cells, return_inverse=True)
    mass = np.bincount(cells, parts)
    middle = np.bincount(cells, parts * times) / np.where(mass > 0, mass, 1.0)
    thinned: Array = mass[mass > 0].astype(np.float64)
    return middle[mass > 0], thinned
