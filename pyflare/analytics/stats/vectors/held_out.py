"""Scores that were found without the row's own fold, and how surely current rows have the highest of them."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.vectors.pool import Floats, Rows
from pyflare.analytics.stats.vectors.separation import Positions

_STEP: Final = 1e-4
"""Scores as near as this, in their standard deviations, are equal: equal rows may differ by rounding."""
_ROUNDING: Final = 1e-12
"""Of a statistic, which is of the order of one over the root of the number of rows."""


def exponential_scores(n: int) -> Floats:
    """What each of `n` ranks counts, the lowest first: `1 / n + 1 / (n - 1) + … - 1`, of mean 0 and variance about 1.

    These are the expected values of ordered exponential variables, less 1. The highest ranks count most: a new topic
    of 3 % takes the ranks at the top, and hardly moves their mean.

    References:
        Savage, Contributions to the theory of rank order statistics: the two-sample case, Annals of Mathematical
        Statistics 27 (1956).

    Examples:
        >>> exponential_scores(3).round(3).tolist()
        [-0.667, -0.167, 0.833]
    """
    scores: Floats = np.cumsum(1 / np.arange(n, 0, -1)) - 1
    return scores


def ranked_contrast(scores: npt.NDArray[np.floating], contrast: npt.NDArray[np.floating]) -> tuple[Floats, Floats]:
    """How much higher the current rows of a fold rank, by `exponential_scores`, and its variance where nothing differs.

    Args:
        scores: Shape `(k, n)`. Of the fold's rows, `k` times. Equal ones share the mean of what their ranks count.
        contrast: Shape `(k, n)`. Weights: positive for the current sample, negative for the reference.

    Returns:
        Both of shape `(k,)`: the statistic, whose mean is 0 where the scores know nothing of the contrast; and its
        variance over all orders of the contrast.
    """
    n = scores.shape[1]
    steps = np.rint(scores * (1 / (_STEP * np.maximum(scores.std(axis=1, keepdims=True), 1e-30))))
    order = np.argsort(steps, axis=1)
    ordered = np.take_along_axis(steps, order, axis=1)
    counts = _shared(np.tile(exponential_scores(n), (len(scores), 1)), ordered)
    statistic = np.einsum("kn,kn->k", np.take_along_axis(contrast, order, axis=1), counts, dtype=np.float64)
    return statistic, counts.var(axis=1, ddof=1) * n * contrast.var(axis=1, dtype=np.float64)


def _shared(counts: Floats, ordered: npt.NDArray[np.floating]) -> Floats:
    """What ranks count, where equal values of a row share the mean of theirs. All of shape `(k, n)`."""
    is_first = np.ones(ordered.shape, np.bool_)
    is_first[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    starts = np.flatnonzero(is_first)
    sizes = np.diff(starts, append=ordered.size)
    shared: Floats = np.repeat(np.add.reduceat(counts.ravel(), starts) / sizes, sizes).reshape(counts.shape)
    return shared


def cautious_p_value(scores: Floats, contrast: Floats, folds: list[Positions]) -> float:
    """The one-sided p-value of scores by folds, whatever found them.

    Folds share what they learn from, so the variance of their sum is up to twice that of independent ones: see
    `separation`. It is doubled.

    Args:
        scores: Shape `(n,)`, each found without its own fold.
        contrast: Shape `(n,)`. Weights of the rows, which sum to 0.
        folds: Positions that together are all rows.
    """
    found = [ranked_contrast(scores[None, fold], contrast[None, fold]) for fold in folds]
    statistic, variance = (math.fsum(float(part[0]) for part in parts) for parts in zip(*found, strict=True))
    return math.erfc(statistic / math.sqrt(2 * variance) / math.sqrt(2)) / 2 if variance > 0 else 1.0


def permuted_discriminant(
    features: Rows, contrast: Floats, folds: list[Positions], *, n_permutations: int, rng: np.random.Generator
) -> tuple[Floats, float]:
    """Score each row along the difference of means of the other folds, and test the scores by permutations.

    All of it is done anew for each permutation of the contrast within the folds, so the p-value is exact whatever the
    features are: `(1 + k) / (1 + n_permutations)`, where `k` permutations reach the statistic. Where none does, it is
    `cautious_p_value`, if that is smaller: valid as well, and able to be far smaller.

    Args:
        features: Shape `(n, n_features)`. They may not depend on which row is of which sample.
        contrast: Shape `(n,)`. Weights of the rows, which sum to 0.
        folds: Positions that together are all rows.
        n_permutations: How many, at least one.
        rng: Draws them.

    Returns:
        The scores, shape `(n,)`, and the one-sided p-value.
    """
    parts = [_permuted(contrast[fold].astype(np.float32), n_permutations, rng) for fold in folds]
    means = [part @ features[fold] for part, fold in zip(parts, folds, strict=True)]
    everywhere = np.sum(means, axis=0)
    scores, statistics = np.empty(len(features)), np.zeros(n_permutations + 1)
    for part, mean, fold in zip(parts, means, folds, strict=True):
        found = (everywhere - mean) @ features[fold].T
        scores[fold] = found[0]
        statistics += ranked_contrast(found, part)[0]
    reached = int((statistics[1:] >= statistics[0] - _ROUNDING).sum())
    p_value = (1 + reached) / (1 + n_permutations)
    return scores, p_value if reached else min(p_value, cautious_p_value(scores, contrast, folds))


def _permuted(contrast: Rows, n_permutations: int, rng: np.random.Generator) -> Rows:
    """The contrast as it is, and in random orders. Shape `(n_permutations + 1, n)`."""
    rows = np.tile(contrast, (n_permutations + 1, 1))
    rows[1:] = rng.permuted(rows[1:], axis=1)
    return rows
