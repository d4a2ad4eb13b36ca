"""How far apart two means of features are, without what chance alone adds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from pyflare.analytics.stats.result import Effect
from pyflare.analytics.stats.vectors.pool import Floats, Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class SquaredDistance:
    """The squared distance of two means in a space of features."""

    unbiased: float
    """Negative about as often as not where nothing differs."""
    spread: float
    """Its standard error."""

    def bounds(self, confidence: float) -> tuple[float, float, float]:
        """The estimate and its bounds, none below 0."""
        half = NormalDist().inv_cdf((1 + confidence) / 2) * self.spread
        return max(0.0, self.unbiased), max(0.0, self.unbiased - half), max(0.0, self.unbiased + half)


def squared_distance(products: Floats, norms: Floats, contrast: Floats, *, null_spread: float) -> SquaredDistance:
    """Estimate a squared distance of means from each row's inner products with them.

    The squared length of a sample's mean has each row's own in it, which the unbiased estimate leaves out: with
    weights `w` it is `(|sum(w_i f_i)|**2 - sum(w_i**2 |f_i|**2)) / (1 - sum(w_i**2))`. The standard error joins that
    where nothing differs with that of large differences, `2 * sd(witness)` of each sample, where a row's witness is
    its product with the difference of the means.

    Args:
        products: Shape `(n, 2)`. Each row's inner product with the mean of the reference, and with the current one.
        norms: Shape `(n,)`. Squared lengths of the rows.
        contrast: Shape `(n,)`. Weights of the rows in the difference.
        null_spread: The standard deviation of the squared distance where nothing differs.

    References:
        Gretton et al., A kernel two-sample test, JMLR 13 (2012), lemma 6 and corollary 16.
    """
    witness = products[:, 1] - products[:, 0]
    samples = ((-contrast).clip(min=0), contrast.clip(min=0))
    unbiased = -2 * float(samples[0] @ products[:, 1])
    variance = null_spread**2
    for sample, w in enumerate(samples):
        squares = w**2
        unbiased += float(w @ products[:, sample] - squares @ norms) / (1 - float(squares.sum()))
        variance += 4 * float(squares @ (witness - w @ witness) ** 2)
    return SquaredDistance(unbiased=unbiased, spread=math.sqrt(variance))


def products_of(rows: Rows, contrast: Floats) -> Floats:
    """Each row's inner product with the mean of the reference, and with that of the current sample; shape `(n, 2)`."""
    means = np.stack([(-contrast).clip(min=0), contrast.clip(min=0)]).astype(np.float32) @ rows
    products: Floats = (rows @ means.T).astype(np.float64)
    return products


def effect_of(name: str, distance: SquaredDistance, confidence: float, *, most: float = 1.0) -> Effect:
    """The distance as a share of the largest that is possible, whose square is `most`."""
    value, low, high = (min(1.0, math.sqrt(bound / most)) for bound in distance.bounds(confidence))
    return Effect(name=name, value=value, low=low, high=high, confidence=confidence)
