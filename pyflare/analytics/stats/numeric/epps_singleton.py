"""Epps and Singleton's test of two samples: their characteristic functions at a few points."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.gamma import chi_squared_tail
from pyflare.analytics.stats.normal import critical_value
from pyflare.analytics.stats.numeric.moments import finite_samples, moments_result
from pyflare.analytics.stats.numeric.ordered import Array, Ordered
from pyflare.analytics.stats.result import Effect, TwoSampleResult
from pyflare.errors import DataError

POINTS: Final = (0.4, 0.8)
"""Where the functions are compared, in units of one over half the interquartile range: the authors' choice."""
_SMALL: Final = 25
"""Smaller samples have the authors' statistic corrected, as they found by simulation."""
_NOTHING: Final = 1e-10
"""A direction with less than this share of the variance has none: of few values, one tells the others."""
_HALF_RANGE: Final = 0.6744897501960817
"""Half the interquartile range of normal numbers, in standard deviations."""


def epps_singleton(
    reference: npt.ArrayLike,
    current: npt.ArrayLike,
    *,
    points: Sequence[float] = POINTS,
    pooled: bool = True,
    reference_weights: npt.ArrayLike | None = None,
    current_weights: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> TwoSampleResult:
    """Test whether two samples come from one distribution, by their empirical characteristic functions.

    `W = d' S^-1 d`, where `d` is the difference of the means of `cos(t x / s)` and `sin(t x / s)` at each point `t`,
    `S` its estimated covariance and `s` half the interquartile range of both samples together. It sees changes of
    shape that leave mean and variance alone (one hump that becomes two) better than any test of ranks, needs no
    continuous distribution, and sees less of a shift than a test of means. What lies far out turns round the circle
    and tells nothing.

    The authors estimate `S` from each sample by itself and take `W` for chi-squared with as many degrees of freedom
    as `S` has rank: four, unless there are fewer than five values. The smaller sample then decides what is much, and
    does not know: of 5,000 normal numbers against 100, 5 % becomes 21 %. Here both samples together tell the
    covariance, as they may where nothing has changed. `W / (N - 1)` then has the beta distribution that it would have
    of normal waves, with the mean that it has of any, `rank / (N - 1)`. That keeps the rate also of small samples
    and of unequal ones.

    The effect is Mahalanobis' distance between the means of the waves, less what chance adds: by how many standard
    deviations they lie apart in the combination in which they do so most. Its bounds take the root of `W` for normal,
    with a standard deviation of 1.

    Args:
        reference: Shape `(n,)`. NaN is missing; infinities are left out, and a note says how many.
        current: Shape `(m,)`. The same.
        points: Where the functions are compared, positive: frequencies as multiples of `1 / s`.
        pooled: Whether both samples together tell the covariance; without it the test is the authors', as SciPy's is.
        reference_weights: Shape `(n,)`. Finite and not negative; None where each value counts once.
        current_weights: Shape `(m,)`. The same. Observations are then counted by effective numbers (Kish).
        confidence: Of the bounds of the effect, between 0 and 1.

    Returns:
        `W`, its asymptotic p-value, the effect, and the shares between the deciles of the reference. Where all values
        are the same, `W` is 0 and the p-value 1. Where the quartiles are the same and other values are not, `s` is
        found from the standard deviation.

    Raises:
        DataError: Values are not a list of numbers, weights do not fit them, or points are none or not positive.
        InsufficientDataError: A sample has fewer than two finite values.

    References:
        Epps and Singleton, Journal of Statistical Computation and Simulation 26 (1986); Goerg and Kaiser, Stata
        Journal 9 (2009), for its use with discrete data.

    Examples:
        >>> import numpy as np
        >>> rng = np.random.default_rng(1)
        >>> one_hump, two_humps = rng.normal(size=2000), rng.choice((-0.8, 0.8), 2000) + 0.6 * rng.normal(size=2000)
        >>> found = epps_singleton(one_hump, two_humps)
        >>> round(found.effect.value, 3), found.p_value < 1e-9
        (0.226, True)
    """
    at = np.asarray(points, np.float64)
    if at.ndim != 1 or not at.size or not np.all(np.isfinite(at) & (at > 0)):
        raise DataError(f"points: expected positive numbers, got {points!r}.")
    before, after, finite = finite_samples(reference, current, reference_weights, current_weights)
    means, covariances = zip(*_moments(finite, at / _scale(finite)), strict=True)
    sizes, difference = (finite[0].size, finite[1].size), means[1] - means[0]
    if pooled:
        statistic, rank = _distance(difference, _together(covariances, difference, sizes))
        p_value, apart = _beta_tail(statistic, rank, sum(sizes)), _within(statistic, sum(sizes))
    else:
        statistic, rank = _distance(difference, covariances[0] / sizes[0] + covariances[1] / sizes[1])
        statistic *= _correction(*sizes)
        p_value, apart = chi_squared_tail(statistic, max(rank, 1)), statistic
    return moments_result(
        "epps_singleton",
        statistic,
        p_value,
        _effect(apart, rank, sizes, confidence=confidence),
        (before, after),
        finite,
    )


def _scale(samples: tuple[Ordered, Ordered]) -> float:
    """Half the interquartile range of both samples together, or what it would be of normal numbers as spread out."""
    values = np.concatenate([sample.values for sample in samples])
    order = np.argsort(values, kind="stable")
    values, weights = values[order], np.concatenate([_weights(sample) for sample in samples])[order]
    # From 0 at the first value to 1 at the last, as quantiles are interpolated where all count the same.
    shares = (np.cumsum(weights) - weights) / (weights.sum() - weights.mean())
    low, high = np.interp((0.25, 0.75), shares, values)
    if high > low:
        return float(high - low) / 2
    deviation = math.sqrt(float(np.average((values - np.average(values, weights=weights)) ** 2, weights=weights)))
    return _HALF_RANGE * deviation or 1.0


def _weights(sample: Ordered) -> Array:
    """How much each value counts; they add up to the sample's size."""
    if sample.cumulative is None:
        return np.ones(sample.values.size)
    return np.diff(sample.cumulative, prepend=0.0)


def _moments(samples: tuple[Ordered, Ordered], frequencies: Array) -> Iterator[tuple[Array, Array]]:
    """The mean and covariance of the cosines and sines of each sample. Shapes `(k,)`, `(k, k)`; `k` twice the points."""
    for sample in samples:
        angles = frequencies[:, None] * sample.values
        waves = np.concatenate([np.cos(angles), np.sin(angles)])
        weights = _weights(sample)
        mean = waves @ weights / weights.sum()
        waves -= mean[:, None]
        yield mean, (waves * weights) @ waves.T / weights.sum()


def _together(covariances: Sequence[Array], difference: Array, sizes: tuple[float, float]) -> Array:
    """The covariance of the difference where both samples are of one distribution."""
    n, m = sizes
    within = n * covariances[0] + m * covariances[1]
    between = n * m / (n + m) * np.outer(difference, difference)
    covariance: Array = (within + between) / (n + m - 1) * (1 / n + 1 / m)
    return covariance


def _distance(difference: Array, spread: Array) -> tuple[float, int]:
    """The squared length of a difference in units of its spread, in as many directions as there is any."""
    variances, directions = np.linalg.eigh(spread)
    kept = variances > max(_NOTHING * float(variances[-1]), np.finfo(np.float64).tiny)
    along = directions[:, kept].T @ difference
    return float((along**2 / variances[kept]).sum()), int(kept.sum())


def _beta_tail(statistic: float, rank: int, size: float) -> float:
    """The chance that `size - 1` times a beta variable, its mean `rank`, is larger than the statistic."""
    from scipy.special import betaincc

    rest = size - 1 - rank
    return float(betaincc(rank / 2, rest / 2, min(statistic / (size - 1), 1.0))) if rank and rest > 0 else 1.0


def _correction(n: float, m: float) -> float:
    """The authors', for small samples."""
    if max(n, m) >= _SMALL:
        return 1.0
    return float(1 / (1 + (n + m) ** -0.45 + 10.1 * (n**-1.7 + m**-1.7)))


def _within(statistic: float, size: float) -> float:
    """The statistic as it is with the covariance within the samples, to which their difference adds nothing."""
    return statistic / max(1 - statistic / (size - 1), 1 / size)


def _effect(squared: float, rank: int, sizes: tuple[float, float], *, confidence: float) -> Effect:
    """How far apart the means of the waves are, from the squared distance in standard errors."""
    root, reach, unit = math.sqrt(squared), critical_value(confidence), math.sqrt(1 / sizes[0] + 1 / sizes[1])
    low, high = (_true_root(max(0.0, bound), rank) for bound in (root - reach, root + reach))
    value = min(max(math.sqrt(max(squared - rank, 0.0)), low), high)
    return Effect(name="waves_apart", value=value * unit, low=low * unit, high=high * unit, confidence=confidence)


def _true_root(root: float, rank: int) -> float:
    """The distance that is seen as this one where chance adds in so many directions."""
    return math.sqrt(max(root**2 - max(rank - 0.5, 0.0), 0.0))
