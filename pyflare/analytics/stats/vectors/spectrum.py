"""Differences of means, measured along the principal axes of both samples together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from pyflare.analytics.stats.quadratic_form import weighted_chi_squared_tail
from pyflare.analytics.stats.vectors.pool import Floats, Rows

_RANK: Final = 1e-6
"""Axes with less than this share of the largest variance are rounding."""
_SAMPLE: Final = 4_096
"""Rows from which the largest term of no consequence to large samples is estimated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spectrum:
    """The principal axes of centred rows."""

    variances: Floats
    """Shape `(rank,)`. Along each axis, the largest first."""
    axes: Rows
    """Shape `(n_features, rank)`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuadraticTest:
    """A squared difference of means, and what it is where nothing differs."""

    statistic: float
    mean: float
    """Over all permutations."""
    spread: float
    """Its standard deviation over all permutations."""
    p_value: float

    @property
    def z(self) -> float:
        """The statistic less its mean, in standard deviations; 0 where nothing varies."""
        return (self.statistic - self.mean) / self.spread if self.spread > 0 else 0.0


def spectrum_of(rows: Rows) -> Spectrum:
    """The axes of rows with mean 0: from their covariance, or from their inner products where rows are fewer."""
    n, width = rows.shape
    if n >= width:
        values, axes = np.linalg.eigh((rows.T @ rows) / np.float32(n))
        keep = _kept(values)
        return Spectrum(variances=values[keep].astype(np.float64), axes=axes[:, keep])
    values, left = np.linalg.eigh((rows @ rows.T) / np.float32(n))
    keep = _kept(values)
    variances = values[keep].astype(np.float64)
    return Spectrum(variances=variances, axes=(rows.T @ left[:, keep]) / np.sqrt(n * variances).astype(np.float32))


def _kept(values: Rows) -> list[int]:
    """Positions of the values that are not rounding, the largest first."""
    largest = max(float(values[-1]), 0.0)
    return [k for k in range(len(values) - 1, -1, -1) if values[k] > _RANK * largest]


def quadratic_test(rows: Rows, contrast: Floats, spectrum: Spectrum, counts: Floats) -> QuadraticTest:
    """Test a difference of means by its squared length, where each axis counts as told.

    Where all count 1 this is the squared distance of the means; where they count the inverse of their variance, it is
    Hotelling's statistic. Under permutations of the rows the statistic is about a sum of chi-squared variables, each
    weighted with what its axis counts times its variance. Mean and variance of the statistic over all permutations are known exactly, and the sum is moved
    and stretched to have them, so that the test holds its level in small samples too.

    Args:
        rows: Shape `(n, n_features)`, of mean 0.
        contrast: Shape `(n,)`. Weights of the rows that sum to 0.
        spectrum: Of the rows.
        counts: Shape `(rank,)`. What each axis counts, positive.
    """
    if spectrum.variances.size == 0:
        return QuadraticTest(statistic=0.0, mean=0.0, spread=0.0, p_value=1.0)
    along = (spectrum.axes.T @ (contrast.astype(np.float32) @ rows)).astype(np.float64)
    statistic = float((counts * along**2).sum())
    mean, spread = _moments(rows, contrast, spectrum, counts)
    p_value = tail_of(statistic, mean, spread, spectrum.variances * counts)
    return QuadraticTest(statistic=statistic, mean=mean, spread=spread, p_value=p_value)


def tail_of(statistic: float, mean: float, spread: float, weights: Floats) -> float:
    """The tail of a weighted sum of chi-squared variables, moved and stretched to have a mean and a spread."""
    z = (statistic - mean) / spread
    return weighted_chi_squared_tail(float(weights.sum()) + z * math.sqrt(2 * float((weights**2).sum())), weights)


def _moments(rows: Rows, contrast: Floats, spectrum: Spectrum, counts: Floats) -> tuple[float, float]:
    n = len(rows)
    weights = spectrum.variances * counts
    some = rows[:: max(1, n // _SAMPLE)] @ (spectrum.axes * np.sqrt(counts).astype(np.float32))
    diagonal = n * float(((some.astype(np.float64) ** 2).sum(axis=1) ** 2).mean())
    return permutation_moments(
        contrast, trace=n * float(weights.sum()), squares=n**2 * float((weights**2).sum()), diagonal=diagonal
    )


def permutation_moments(contrast: Floats, *, trace: float, squares: float, diagonal: float) -> tuple[float, float]:
    """Mean and standard deviation of `contrast @ K @ contrast` over all permutations of the contrast.

    Args:
        contrast: Shape `(n,)`, at least four. Sums to 0.
        trace: Of `K`, which is symmetric and whose rows sum to 0.
        squares: The sum of its squares.
        diagonal: The sum of the squares of its diagonal.

    References:
        Kazi-Aoual, Hitier, Sabatier and Lebreton, Refined approximations to permutation tests for multivariate
        inference, Computational Statistics and Data Analysis 20 (1995).
    """
    n = contrast.size
    second, fourth = float((contrast**2).sum()), float((contrast**4).sum())
    mean = trace * second / (n - 1)
    pairs, triples = n * (n - 1), n * (n - 1) * (n - 2)
    raw = (
        fourth / n * diagonal
        + 4 * fourth / pairs * diagonal
        + (second**2 - fourth) / pairs * (trace**2 + 2 * squares - 3 * diagonal)
        + (2 * fourth - second**2) / triples * (12 * diagonal - 2 * trace**2 - 4 * squares)
        + (3 * second**2 - 6 * fourth) / (triples * (n - 3)) * (trace**2 + 2 * squares - 6 * diagonal)
    )
    return mean, math.sqrt(max(raw - mean**2, 1e-12 * mean**2))
