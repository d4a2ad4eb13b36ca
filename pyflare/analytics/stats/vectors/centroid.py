"""Distances of the means of two samples of vectors."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final, Literal

import numpy as np

from pyflare.analytics.stats.result import Contribution, Effect, TwoSampleResult
from pyflare.analytics.stats.vectors.mean_distance import SquaredDistance, products_of, squared_distance
from pyflare.analytics.stats.vectors.pool import Floats, Pool, Rows, pool_vectors
from pyflare.analytics.stats.vectors.shrinkage import oracle_shrinkage
from pyflare.analytics.stats.vectors.spectrum import QuadraticTest, Spectrum, quadratic_test, spectrum_of

Metric = Literal["euclidean", "cosine", "mahalanobis"]
_EFFECTS: Final[dict[Metric, str]] = {
    "euclidean": "standardised_distance",
    "cosine": "half_cosine_distance",
    "mahalanobis": "normal_total_variation",
}
_MOST_DIMENSIONS: Final = 20
_NO_DIRECTION: Final = 1e-6
"""A mean shorter than this share of the vectors' spread points nowhere."""


def centroid_distance(
    reference: Rows,
    current: Rows,
    *,
    metric: Metric = "euclidean",
    weights: tuple[Floats | None, Floats | None] = (None, None),
    confidence: float = 0.95,
) -> TwoSampleResult:
    """Measure how far the mean of a current sample lies from that of a reference, and test whether it moved.

    - `euclidean`: the length of the difference of the means, in the units of the vectors.
    - `cosine`: one less the cosine of the angle between the means. Only what moves across the common mean is tested:
      vectors that all become longer have not moved. Undefined, NaN, where a mean is as good as 0.
    - `mahalanobis`: the length of the difference in standard deviations along each axis, with the covariance shrunk
      towards a ball by the oracle approximating rule, as it is needed where dimensions are many.

    Each p-value is that of the squared length under permutations of all rows, approximated by a weighted sum of
    chi-squared variables with the exact mean and variance. A change that leaves the mean where it is stays unseen: use
    `spectral_difference` or `mmd_features` for those.

    Args:
        reference: Shape `(n, n_dimensions)`. Rows with a NaN or an infinity are left out.
        current: Shape `(m, n_dimensions)`.
        metric: One of the three.
        weights: Of the rows of each sample. They may not depend on the vectors.
        confidence: Of the bounds.

    Returns:
        The distance as it is observed, and its p-value; for `euclidean` the 20 dimensions that add most to its square,
        each with both means. The effect leaves out what chance adds to the squared
        distance: for `euclidean`, `d / sqrt(d**2 + 4 * v)` with `v` the mean squared distance of vectors from their
        sample's mean: 0 to 1; for `cosine` half the cosine distance; for `mahalanobis`, `2 * Phi(d / 2) - 1`, the total
        variation distance of two normal distributions so far apart.

    Raises:
        DataError: Shapes do not fit.
        InsufficientDataError: Fewer than ten rows of a sample can be used.

    References:
        Hotelling, The generalization of Student's ratio, Annals of Mathematical Statistics 2 (1931); Chen and Qin, A
        two-sample test for high-dimensional data, Annals of Statistics 38 (2010), for the unbiased squared distance.

    Examples:
        >>> reference, current = np.eye(2).repeat(50, axis=0), np.eye(2).repeat([80, 20], axis=0)
        >>> found = centroid_distance(reference, current)
        >>> round(found.statistic, 3), round(found.effect.value, 2), found.p_value < 1e-4
        (0.424, 0.31, True)
    """
    pool = pool_vectors(reference, current, weights=weights)
    if pool.scale == 0:
        return _result(metric, (0.0, 0.0, 0.0), 0.0, 1.0, pool, confidence)
    if metric == "cosine":
        return _cosine(pool, confidence)
    if metric == "mahalanobis":
        return _mahalanobis(pool, confidence)
    spectrum = spectrum_of(pool.rows)
    test, distance = _tested(pool.rows, pool, spectrum, np.ones(spectrum.variances.size))
    value, low, high = (_standardised(bound, pool) for bound in distance.bounds(confidence))
    length = pool.scale * math.sqrt(test.statistic)
    found = _result(metric, (value, low, high), length, test.p_value, pool, confidence)
    return replace(found, contributions=_by_dimension(pool))


def _by_dimension(pool: Pool) -> tuple[Contribution, ...]:
    """What each dimension adds to the squared distance, the largest first; all but 20 together."""
    means = np.stack([(-pool.contrast).clip(min=0), pool.contrast.clip(min=0)]) @ pool.rows * pool.scale + pool.centre
    parts = (means[1] - means[0]) ** 2
    if not parts.any():
        return ()
    parts /= parts.sum()
    order = np.argsort(-parts, kind="stable")
    found = [
        Contribution(
            label=f"dimension {at}",
            reference=float(means[0, at]),
            current=float(means[1, at]),
            contribution=float(parts[at]),
        )
        for at in order[:_MOST_DIMENSIONS]
    ]
    if order.size > _MOST_DIMENSIONS:
        rest = float(parts[order[_MOST_DIMENSIONS:]].sum())
        found.append(Contribution(label="all others", reference=math.nan, current=math.nan, contribution=rest))
    return tuple(found)


def _cosine(pool: Pool, confidence: float) -> TwoSampleResult:
    centre = pool.centre / pool.scale
    moved = pool.contrast.clip(min=0) @ pool.rows, (-pool.contrast).clip(min=0) @ pool.rows
    means = [centre + mean for mean in moved]
    lengths = [float(np.linalg.norm(mean)) for mean in means]
    if min(lengths) < _NO_DIRECTION:
        undefined = (math.nan, math.nan, math.nan)
        return _result("cosine", undefined, math.nan, math.nan, pool, confidence, "a mean is 0, so there is no angle")
    distance = 1 - min(1.0, max(-1.0, float(means[0] @ means[1]) / (lengths[0] * lengths[1])))
    along = (centre / np.linalg.norm(centre)).astype(np.float32)
    across = pool.rows - np.outer(pool.rows @ along, along)
    spectrum = spectrum_of(across)
    test, squared = _tested(across, pool, spectrum, np.ones(spectrum.variances.size))
    # To first order, what moves across the common mean by `d` turns it by `d / |mean|`.
    ratio = distance / test.statistic if test.statistic > 0 else 0.0
    value, low, high = (min(1.0, ratio * bound / 2) for bound in squared.bounds(confidence))
    return _result("cosine", (value, low, high), distance, test.p_value, pool, confidence)


def _mahalanobis(pool: Pool, confidence: float) -> TwoSampleResult:
    n, width = pool.rows.shape
    spectrum = spectrum_of(pool.rows)
    share = oracle_shrinkage(spectrum.variances, n_rows=n, n_dimensions=width)
    counts = 1 / ((1 - share) * spectrum.variances + share * spectrum.variances.sum() / width)
    test, distance = _tested(pool.rows, pool, spectrum, counts)
    between = (1 - share) * _between(pool)
    value, low, high = (_apart(_within(bound, between)) for bound in distance.bounds(confidence))
    length = math.sqrt(_within(test.statistic, between))
    return _result("mahalanobis", (value, low, high), length, test.p_value, pool, confidence)


def _tested(rows: Rows, pool: Pool, spectrum: Spectrum, counts: Floats) -> tuple[QuadraticTest, SquaredDistance]:
    """The test of a squared length, and its unbiased estimate."""
    test = quadratic_test(rows, pool.contrast, spectrum, counts)
    along = rows @ (spectrum.axes * np.sqrt(counts).astype(np.float32))
    norms = np.einsum("ij,ij->i", along, along, dtype=np.float64)
    return test, squared_distance(products_of(along, pool.contrast), norms, pool.contrast, null_spread=test.spread)


def _between(pool: Pool) -> float:
    """What a squared difference of the means adds to the variance of both samples together."""
    current = 1 - pool.n_reference / len(pool.rows)
    return current * (1 - current)


def _within(squared: float, between: float) -> float:
    """A squared distance by the covariance of both samples together, as one by that within the samples."""
    return squared / max(1e-12, 1 - between * squared)


def _standardised(squared: float, pool: Pool) -> float:
    """A squared distance, in units of the pooled spread, as a share of what it could be at most."""
    within = max(1e-12, 1 - squared * _between(pool))
    return math.sqrt(squared / (squared + 4 * within))


def _apart(squared: float) -> float:
    """The total variation distance of two normal distributions with that squared Mahalanobis distance."""
    return math.erf(math.sqrt(squared / 8))


def _result(
    metric: Metric,
    effect: tuple[float, float, float],
    statistic: float,
    p_value: float,
    pool: Pool,
    confidence: float,
    note: str | None = None,
) -> TwoSampleResult:
    n_reference, n_current = pool.effective
    value, low, high = effect
    return TwoSampleResult(
        method=f"centroid_{metric}",
        statistic=statistic,
        p_value=p_value,
        p_value_kind="none" if math.isnan(p_value) else "asymptotic",
        effect=Effect(name=_EFFECTS[metric], value=value, low=low, high=high, confidence=confidence),
        n_reference=n_reference,
        n_current=n_current,
        notes=pool.notes + ((note,) if note else ()),
    )
