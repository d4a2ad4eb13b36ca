"""Tails of permutation distributions, without permuting."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from pyflare.analytics.stats.normal import normal_density, normal_tail
from pyflare.analytics.stats.numeric.ordered import Array

_CENTRE: Final = 0.02
"""Nearer to the mean than so many standard errors the approximation is numerically 0 / 0, and the normal one exact."""
_STEPS: Final = 60
_PRECISION: Final = 1e-10
_SHORTEST: Final = 1e-6
_NEGLIGIBLE: Final = 1e-9
"""Scores of variance 1 that differ by less are the same."""


def permutation_p_value(scores: Array, reference: Array, current: Array) -> float:
    """The two-sided p-value of a sum of scores over a sample, under all ways to draw that sample from both together.

    The sum `sum(scores * current)` is compared with that of `m` observations drawn at random, without putting back,
    from the `n + m` of both samples. Its tail is found by the double saddlepoint approximation: relative errors of
    some per cent however far out, where the normal approximation is wrong by factors as soon as scores are skewed and
    samples unequal; more only where one score outweighs all others. The p-value is twice the smaller tail; where sums can take few values only, the observed one counts
    by half (mid-p), as near as the approximation is. Small samples, ties and outliers need no extra care.

    Args:
        scores: Shape `(n_values,)`. The score of each value.
        reference: Shape `(n_values,)`. How many of the reference have each value.
        current: Shape `(n_values,)`. The same of the current sample.

    Returns:
        Between 0 and 1; 1 where all scores are the same.

    References:
        Robinson, Saddlepoint approximations for permutation tests and confidence intervals, JRSS B 44 (1982);
        Booth and Butler, Randomization distributions and saddlepoint approximations, Biometrika 77 (1990).

    Examples:
        >>> import numpy as np
        >>> current = np.array([0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 1, 1])
        >>> round(permutation_p_value(np.arange(12.0), 1 - current, current), 3)
        0.024
    """
    together = reference + current
    total, m = float(together.sum()), float(current.sum())
    centred = scores - (scores * together).sum() / total
    variance = float((centred**2 * together).sum()) * m * (total - m) / (total * (total - 1))
    if variance <= 0:
        return 1.0
    z = float((centred * current).sum()) / math.sqrt(variance)
    if abs(z) < _CENTRE:
        return 2 * normal_tail(abs(z))
    standard = centred * (math.copysign(1.0, z) / math.sqrt(float((centred**2 * together).sum()) / total))
    tail = _extreme(standard, together, current)
    if tail is None:
        tail = _tail(standard, together, current)
    one_sided = normal_tail(abs(z)) if tail is None else float(tail)
    return min(1.0, 2 * min(one_sided, 1 - one_sided))


def _extreme(scores: Array, together: Array, current: Array) -> float | None:
    """The chance of the largest sum there is, or None where `current` does not have it: it has no saddlepoint."""
    m, total = float(current.sum()), float(together.sum())
    order = np.argsort(-scores)
    before = np.cumsum(together[order]) - together[order]
    most = float((scores[order] * np.clip(m - before, 0, together[order])).sum())
    if float((scores * current).sum()) < most - _NEGLIGIBLE * m:
        return None
    last = scores[order][np.flatnonzero(before < m)[-1]]
    above = float(together[scores > last + _NEGLIGIBLE].sum())
    there = float(together[np.abs(scores - last) <= _NEGLIGIBLE].sum())
    return min(1.0, math.exp(_log_choose(there, m - above) - _log_choose(total, m)))


def _log_choose(n: float, k: float) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _tail(scores: Array, together: Array, current: Array) -> float | None:
    """The chance of a sum at least as large as that of `current`, or None where no saddlepoint is found."""
    m, total = float(current.sum()), float(together.sum())
    target = np.array([m, float((scores * current).sum())])
    base = math.log(m) - math.log(total - m)
    point = np.zeros(2)
    value = 0.0
    for _ in range(_STEPS):
        share = _logistic(base + point[0] + point[1] * scores)
        gradient = np.array([(together * share).sum(), (together * share * scores).sum()]) - target
        spread = together * share * (1 - share)
        cross = (spread * scores).sum()
        hessian = np.array([[spread.sum(), cross], [cross, (spread * scores**2).sum()]])
        if (determinant := float(np.linalg.det(hessian))) <= 0 or not math.isfinite(determinant):
            return None
        step = np.linalg.solve(hessian, gradient)
        if (decrement := float(step @ gradient)) < _PRECISION:
            return _lugannani_rice(point[1], value, determinant, m * (1 - m / total))
        point, value = _descend(point, step, decrement, value, scores, together, target, base)
    return None


def _descend(
    point: Array,
    step: Array,
    decrement: float,
    value: float,
    scores: Array,
    together: Array,
    target: Array,
    base: float,
) -> tuple[Array, float]:
    """As much of a Newton step, halved and halved again, as makes the convex function smaller."""
    rest, length = math.log1p(math.exp(base)), 1.0
    while True:
        there = point - length * step
        exponents = np.logaddexp(0.0, base + there[0] + there[1] * scores) - rest
        found = float((together * exponents).sum() - there @ target)
        if found <= value - 1e-4 * length * decrement or length < _SHORTEST:
            return there, found
        length /= 2


def _lugannani_rice(slope: float, value: float, determinant: float, base: float) -> float | None:
    """The tail from the saddlepoint, its exponent and the curvature there."""
    if slope <= 0 or value >= 0:
        return None
    w, u = math.sqrt(-2 * value), float(slope) * math.sqrt(determinant / base)
    tail = normal_tail(w) + normal_density(w) * (1 / u - 1 / w)
    return tail if 0 <= tail <= 1 else None


def _logistic(exponents: Array) -> Array:
    return 1 / (1 + np.exp(-np.clip(exponents, -700, 700)))
