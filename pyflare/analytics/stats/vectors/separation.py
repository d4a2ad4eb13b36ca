"""How well rows of two samples can be told apart by a score."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.result import Effect
from pyflare.analytics.stats.vectors.pool import Floats, Rows
from pyflare.analytics.stats.vectors.spectrum import Spectrum

FOLDS: Final = 5

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """How well scores that were found without their own rows tell the samples apart."""

    delta: float
    """Cliff's delta of the scores, averaged over folds; -1 to 1."""
    effect: Effect
    """The same, where it is positive."""


def folds_of(n_rows: int, n_reference: int, *, rng: np.random.Generator) -> list[Positions]:
    """Positions of five parts of the rows, each with its share of both samples."""
    reference, current = rng.permutation(n_reference), n_reference + rng.permutation(n_rows - n_reference)
    return [np.sort(np.concatenate([reference[k::FOLDS], current[k::FOLDS]])) for k in range(FOLDS)]


def cross_fitted_scores(
    rows: Rows, contrast: Floats, spectrum: Spectrum, counts: Floats, folds: list[Positions]
) -> Floats:
    """Score each row along the difference of means of the other folds, where each axis counts as told.

    The axes are those of all rows: they do not know which row is of which sample, so a score still knows nothing of
    its own row's.
    """
    whiten = spectrum.axes * counts.astype(np.float32)
    scores = np.empty(len(rows))
    for fold in folds:
        direction = whiten @ (spectrum.axes.T @ (_without(contrast, fold).astype(np.float32) @ rows))
        scores[fold] = rows[fold] @ direction
    return scores


def _without(contrast: Floats, fold: Positions) -> Floats:
    """The weights of a difference of means of all rows but a fold's."""
    rest = np.array(contrast)
    rest[fold] = 0
    rest[rest > 0] /= rest[rest > 0].sum()
    rest[rest < 0] /= -rest[rest < 0].sum()
    return rest


def separation(scores: Floats, contrast: Floats, folds: list[Positions], *, confidence: float = 0.95) -> Separation:
    """Measure how much more often a current row's score is larger than a reference row's, fold by fold.

    The estimate is the mean over folds of Cliff's delta, `P(current > reference) - P(current < reference)`, which is
    `2 * AUC - 1`. A fold's delta is unbiased, and so is their mean. But folds share what they learn from, and where
    nothing differs the variance of their mean is larger than that of independent folds: twice as large where scores
    are linear in the means, and never more than that in large samples. So the variance is doubled.

    Args:
        scores: Shape `(n,)`, each found without its own fold.
        contrast: Shape `(n,)`. Weights: positive for the current sample, negative for the reference; sums to 0.
        folds: Positions that together are all rows.
        confidence: Of the bounds.

    References:
        Lopez-Paz and Oquab, Revisiting classifier two-sample tests, ICLR 2017; DeLong, DeLong and Clarke-Pearson,
        Biometrics 44 (1988), for a delta's variance; Bengio and Grandvalet, No unbiased estimator of the variance
        of k-fold cross-validation, JMLR 5 (2004), for why it must be bounded.
    """
    found = [_delta(scores[fold], contrast[fold]) for fold in folds]
    delta = float(np.mean([d for d, _ in found]))
    spread = math.sqrt(2 * math.fsum(v for _, v in found)) / len(found)
    half = NormalDist().inv_cdf((1 + confidence) / 2) * max(spread, 1e-12)
    effect = Effect(
        name="separation",
        value=min(1.0, max(0.0, delta)),
        low=min(1.0, max(0.0, delta - half)),
        high=min(1.0, max(0.0, delta + half)),
        confidence=confidence,
    )
    return Separation(delta=delta, effect=effect)


def _delta(scores: Floats, contrast: Floats) -> tuple[float, float]:
    """Cliff's delta of one fold, and its variance."""
    is_current = contrast > 0
    reference, current = -contrast[contrast < 0], contrast[is_current]
    above = _placements(scores[is_current], scores[contrast < 0], reference)
    below = _placements(scores[contrast < 0], scores[is_current], current)
    a, b = current / current.sum(), reference / reference.sum()
    delta = float(2 * (a @ above) - 1)
    spread = 4 * ((a**2) @ (above - a @ above) ** 2 + (b**2) @ (below - b @ below) ** 2)
    return delta, float(spread)


def _placements(scores: Floats, among: Floats, weights: Floats) -> Floats:
    """For each score the weight of the others below it, equal ones by half."""
    order = np.argsort(among)
    below = np.concatenate([[0.0], np.cumsum(weights[order])]) / weights.sum()
    ordered = among[order]
    placements: Floats = (
        below[np.searchsorted(ordered, scores, "left")] + below[np.searchsorted(ordered, scores, "right")]
    ) / 2
    return placements
