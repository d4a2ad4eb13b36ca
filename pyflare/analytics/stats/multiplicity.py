"""Many p-values: corrected for how many there are, or made into one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.arrays import numbers_of
from pyflare.errors import DataError

_LARGEST: Final = 0.99

PValues = Sequence[float] | npt.NDArray[np.float64]
Correction = Literal["benjamini-hochberg", "holm"]
"""Which error is kept: the expected share of false alarms among the alarms, or the chance of any false alarm."""


def adjust(p_values: PValues, *, correction: Correction) -> npt.NDArray[np.float64]:
    """Correct p-values for how many there are: see `benjamini_hochberg` and `holm`. Raises DataError."""
    if correction not in ("benjamini-hochberg", "holm"):
        raise DataError(f"correction: expected 'benjamini-hochberg' or 'holm', got {correction!r}.")
    return holm(p_values) if correction == "holm" else benjamini_hochberg(p_values)


def benjamini_hochberg(p_values: PValues) -> npt.NDArray[np.float64]:
    """Adjust p-values so that of all fields called significant at level `q`, a share of `q` is expected to be false.

    Sound where the tests are independent, and where they depend positively, as fields of the same traces do
    (Benjamini and Yekutieli 2001).

    Args:
        p_values: Shape `(n_fields,)`. Between 0 and 1.

    Returns:
        Shape `(n_fields,)`. The q-values, none smaller than its p-value; empty for no fields.

    Raises:
        DataError: A p-value is not between 0 and 1.

    References:
        Benjamini and Hochberg, Controlling the false discovery rate, JRSS B 57 (1995).

    Examples:
        >>> benjamini_hochberg([0.01, 0.04, 0.03, 0.5]).round(4).tolist()
        [0.04, 0.0533, 0.0533, 0.5]
    """
    p = _checked(p_values)
    order = np.argsort(p)[::-1]
    ranks = np.arange(p.size, 0, -1)
    adjusted = np.minimum.accumulate(p[order] * p.size / ranks) if p.size else p
    q = np.empty_like(p)
    q[order] = np.minimum(adjusted, 1.0)
    return q


def holm(p_values: PValues) -> npt.NDArray[np.float64]:
    """Adjust p-values so that the chance of any false alarm at level `alpha` is at most `alpha`.

    The smallest is multiplied by their number, the next by one less, and so on, none below the one before it. It
    holds however the tests depend on each other, and is never weaker than Bonferroni's correction.

    Args:
        p_values: Shape `(n_tests,)`. Between 0 and 1.

    Returns:
        Shape `(n_tests,)`. The adjusted p-values; empty for no tests.

    Raises:
        DataError: A p-value is not between 0 and 1.

    References:
        Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6 (1979).

    Examples:
        >>> holm([0.01, 0.04, 0.03, 0.005]).round(4).tolist()
        [0.03, 0.06, 0.06, 0.02]
    """
    p = _checked(p_values)
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1)) if p.size else p
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def combine_cauchy(p_values: PValues, *, weights: Sequence[float] | None = None) -> float:
    """Make one p-value of several tests of the same hypothesis, whatever their dependence.

    Each p-value becomes a Cauchy variable, `tan((0.5 - p) * pi)`. A weighted mean of Cauchy variables is one again
    where they are independent and where they are all the same, and in the tail whatever their dependence (bivariate
    normal scores): so small combined p-values are accurate, those near 1 are not and mean nothing here. P-values
    above 0.99 count as 0.99: one of exactly 1, as discrete tests give, would silence all others.

    Args:
        p_values: Shape `(n_tests,)`, at least one. Between 0 and 1.
        weights: Shape `(n_tests,)`, positive; None for equal ones. They need not add up to 1.

    Raises:
        DataError: No p-value, one not between 0 and 1, or weights that are not positive or not as many.

    References:
        Liu and Xie, Cauchy combination test, Journal of the American Statistical Association 115 (2020);
        Fang and others, Statistica Sinica 33 (2023), on bounding large p-values.

    Examples:
        >>> round(combine_cauchy([0.02, 0.02]), 6), combine_cauchy([1e-30, 0.9]) < 1e-29
        (0.02, True)
    """
    p = _checked(p_values)
    shares = np.ones(p.size) if weights is None else numbers_of(weights)
    if not p.size or shares.shape != p.shape or not np.all(shares > 0):
        raise DataError(f"expected p-values and as many positive weights, got {p_values!r} and {weights!r}.")
    total = math.fsum(
        _cauchy(float(value)) * float(share) for value, share in zip(p, shares / shares.sum(), strict=True)
    )
    return _cauchy_tail(total)


def _cauchy(p: float) -> float:
    """The value that a Cauchy variable exceeds with probability `p`, within bounds."""
    return 1 / math.tan(math.pi * min(max(p, 1e-300), _LARGEST))


def _cauchy_tail(value: float) -> float:
    """The chance that a Cauchy variable exceeds `value`, accurate also where it is tiny."""
    return math.atan2(1, value) / math.pi


def _checked(p_values: PValues) -> npt.NDArray[np.float64]:
    p = numbers_of(p_values)
    if p.ndim != 1 or not np.all((p >= 0) & (p <= 1)):
        raise DataError(f"p_values: expected a list of numbers between 0 and 1, got {p_values!r}.")
    return p
