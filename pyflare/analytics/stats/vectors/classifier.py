"""A classifier that tries to tell two samples of vectors apart."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.analytics.stats.vectors.held_out import cautious_p_value, permuted_discriminant
from pyflare.analytics.stats.vectors.pool import Floats, Pool, Rows, pool_vectors, thin_pool
from pyflare.analytics.stats.vectors.separation import Positions, folds_of, separation
from pyflare.analytics.stats.vectors.shrinkage import oracle_shrinkage
from pyflare.analytics.stats.vectors.spectrum import spectrum_of
from pyflare.errors import DataError

Classifier = Callable[[Rows, npt.NDArray[np.bool_], Rows], npt.ArrayLike]
"""Learns from rows and whether each is of the current sample, and scores other rows: the larger, the more current."""
MOST_ROWS: Final = 20_000
"""Of a larger sample, so many random rows."""
_PERMUTATIONS: Final = 199
_LENGTH: Final = 1 / 32
"""How much the length of a row counts, as a share of all its coordinates together."""


def classifier_test(
    reference: Rows,
    current: Rows,
    *,
    classifier: Classifier | None = None,
    weights: tuple[Floats | None, Floats | None] = (None, None),
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> TwoSampleResult:
    """Test whether rows can be told apart by a classifier that was not shown them.

    The rows are divided into five parts, and those of each are scored by what was learned from the other four. The
    test asks whether current rows have the highest scores of their part, by `exponential_scores` of the ranks: the
    area under the curve counts all ranks alike, and hardly moves where 3 % of the rows are new and all others as ever.

    Parts are not independent: what helps the one hurts the other. Where nothing differs, the variance of their mean
    is up to twice that of independent ones, and a test that takes them for independent raises 12 % of false alarms
    where it says 5 %. So the default classifier is fitted anew for 199 permutations, in one pass for all, and its
    p-value is exact; where none reaches the statistic it is that of a doubled variance, if this is smaller. Of a
    classifier of one's own it is the latter always, which is right for linear ones and cautious for others.

    Args:
        reference: Shape `(n, n_dimensions)`. Rows with a NaN or an infinity are left out.
        current: Shape `(m, n_dimensions)`.
        classifier: By default Fisher's linear discriminant, with the covariance shrunk by the oracle approximating
            rule, of the vectors and of how far out they lie: a spread that has changed moves no mean. Of a sample of
            more than 20,000 rows, as many random ones are used.
        weights: Of the rows of each sample. They may not depend on the vectors.
        rng: Divides the rows, and permutes them.
        confidence: Of the bounds.

    Returns:
        The area under the curve, averaged over the parts, and the one-sided p-value. The effect, `separation`, is
        `2 * AUC - 1`.

    Raises:
        DataError: Shapes do not fit, or the classifier's scores are not finite numbers, one per row.
        InsufficientDataError: Fewer than ten rows of a sample can be used.

    References:
        Lopez-Paz and Oquab, Revisiting classifier two-sample tests, ICLR 2017; Kim, Ramdas, Singh and Wasserman,
        Classification accuracy as a proxy for two-sample testing, Annals of Statistics 49 (2021).

    Examples:
        >>> rng = np.random.default_rng(1)
        >>> found = classifier_test(rng.normal(size=(300, 4)), rng.normal(size=(300, 4)) + 1, rng=rng)
        >>> found.statistic > 0.85, found.p_value < 1e-9
        (True, True)
    """
    pool = pool_vectors(reference, current, weights=weights)
    used = pool if classifier else thin_pool(pool, most=MOST_ROWS, rng=rng)
    folds = folds_of(len(used.rows), used.n_reference, rng=rng)
    if classifier:
        scores = _scored(classifier, used, folds)
        p_value = cautious_p_value(scores, used.contrast, folds)
    else:
        features = _features(used)
        scores, p_value = permuted_discriminant(features, used.contrast, folds, n_permutations=_PERMUTATIONS, rng=rng)
    apart = separation(scores, used.contrast, folds, confidence=confidence)
    n_reference, n_current = pool.effective
    return TwoSampleResult(
        method="classifier_test",
        statistic=(1 + apart.delta) / 2,
        p_value=p_value,
        p_value_kind="asymptotic" if classifier else "permutation",
        effect=apart.effect,
        n_reference=n_reference,
        n_current=n_current,
        notes=(*pool.notes, *_thinned(pool, used)),
    )


def _thinned(pool: Pool, used: Pool) -> tuple[str, ...]:
    return () if used is pool else (f"{MOST_ROWS:,} random rows of a sample were compared",)


def _features(pool: Pool) -> Rows:
    """Rows along their principal axes, each as wide as the others but for the shrinkage, and how far out they lie."""
    spectrum = spectrum_of(pool.rows)
    n, width = pool.rows.shape
    share = oracle_shrinkage(spectrum.variances, n_rows=n, n_dimensions=width)
    widths = (1 - share) * spectrum.variances + share * max(float(spectrum.variances.sum()) / width, 1e-12)
    # A column of zeros beside the axes leaves room for the length, without a copy of all rows.
    whiten = np.zeros((width, spectrum.variances.size + 1), np.float32)
    whiten[:, :-1] = spectrum.axes / np.sqrt(widths).astype(np.float32)
    features = pool.rows @ whiten
    squares = np.einsum("ij,ij->i", features, features)
    spread = max(float(squares.std()), 1e-30)
    features[:, -1] = (squares - squares.mean()) * (math.sqrt(_LENGTH * spectrum.variances.size) / spread)
    return features


def _scored(classifier: Classifier, pool: Pool, folds: list[Positions]) -> Floats:
    scores = np.empty(len(pool.rows))
    is_current = pool.contrast > 0
    for fold in folds:
        rest = np.setdiff1d(np.arange(len(scores)), fold, assume_unique=True)
        found = np.asarray(classifier(pool.rows[rest], is_current[rest], pool.rows[fold]), dtype=np.float64)
        if found.shape != fold.shape or not np.all(np.isfinite(found)):
            raise DataError(f"classifier: expected {fold.size} finite scores, got an array of shape {found.shape}.")
        scores[fold] = found
    return scores
