"""Two means of vectors and of kernel features, compared along all principal axes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.analytics.stats.vectors.features import bandwidth_of, fourier_features
from pyflare.analytics.stats.vectors.pool import Floats, Pool, Rows, pool_vectors
from pyflare.analytics.stats.vectors.separation import Separation, cross_fitted_scores, folds_of, separation
from pyflare.analytics.stats.vectors.spectrum import QuadraticTest, Spectrum, quadratic_test, spectrum_of

RIDGE: Final = 0.1
"""Added to each axis' variance before it is divided by, as a share of the largest."""
N_FREQUENCIES: Final = 256
MOST_DIMENSIONS: Final = 512
"""Of longer vectors, that many dimensions are looked at: the space of as many random rows."""
_BLOCK: Final = 1_024


def spectral_difference(
    reference: Rows,
    current: Rows,
    *,
    weights: tuple[Floats | None, Floats | None] = (None, None),
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> TwoSampleResult:
    """Test whether two samples of vectors come from one distribution, and measure how well they can be told apart.

    Each vector is mapped to its coordinates and to random features of a Gaussian kernel, in equal parts. The
    statistic is the squared difference of the mean features along the principal axes of both samples together, each
    divided by its variance plus a tenth of the largest: `sum(d_k**2 / (v_k + 0.1 * v_1))`. So it lies between Maximum
    Mean Discrepancy, which is drowned by a few wide axes, and Hotelling's statistic, which is drowned by many narrow
    ones: the shift of a small new topic is neither.

    The p-value is that of the permutation distribution, approximated by a weighted sum of chi-squared variables with
    its exact mean and variance: it means something far below what permutations could show.

    The effect, `separation`, is how much more often a current row scores higher than a reference row than lower, along
    the direction that separates the rest of the rows: `2 * AUC - 1`, about the share of a topic that is new. 0 where
    nothing differs, 1 where no row could be of either. It never exceeds `t * (2 - t)`, where `t` is the total
    variation distance.

    Args:
        reference: Shape `(n, n_dimensions)`. Rows with a NaN or an infinity are left out.
        current: Shape `(m, n_dimensions)`.
        weights: Of the rows of each sample. They may not depend on the vectors.
        rng: Draws the features, the folds and, for long vectors, the dimensions.
        confidence: Of the bounds.

    Returns:
        The statistic less its mean where nothing differs, in standard deviations; p-value, effect. Where all vectors
        are the same: 0, 1 and 0, and a note.

    Raises:
        DataError: Shapes do not fit.
        InsufficientDataError: Fewer than ten rows of a sample can be used.

    References:
        Gretton et al., A kernel two-sample test, JMLR 13 (2012); Hagrass, Sriperumbudur and Li, Spectral regularized
        kernel two-sample tests, Annals of Statistics 52 (2024).

    Examples:
        >>> rng = np.random.default_rng(1)
        >>> reference, current = rng.normal(size=(400, 16)), rng.normal(size=(400, 16)) + 0.25
        >>> found = spectral_difference(reference, current, rng=rng)
        >>> found.p_value < 1e-6, found.effect.value > 0.2
        (True, True)
    """
    pool = pool_vectors(reference, current, weights=weights)
    mapped = map_pool(pool, rng=rng)
    test = mapped.test(pool)
    n_reference, n_current = pool.effective
    return TwoSampleResult(
        method="spectral_difference",
        statistic=test.z,
        p_value=test.p_value,
        p_value_kind="asymptotic",
        effect=mapped.separation(pool, rng=rng, confidence=confidence).effect,
        n_reference=n_reference,
        n_current=n_current,
        notes=pool.notes,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """Rows as features, with their principal axes and what a difference along each counts."""

    features: Rows
    """Shape `(n, n_features)`, of mean 0."""
    spectrum: Spectrum
    counts: Floats
    """Shape `(rank,)`."""

    def test(self, pool: Pool) -> QuadraticTest:
        """Whether the mean features differ."""
        return quadratic_test(self.features, pool.contrast, self.spectrum, self.counts)

    def separation(self, pool: Pool, *, rng: np.random.Generator, confidence: float) -> Separation:
        """How well rows can be told apart along what separates the others."""
        folds = folds_of(len(self.features), pool.n_reference, rng=rng)
        scores = cross_fitted_scores(self.features, pool.contrast, self.spectrum, self.counts, folds)
        return separation(scores, pool.contrast, folds, confidence=confidence)

    def distances(self) -> Floats:
        """How far each row lies from the mean of all, squared, as the axes count. Shape `(n,)`."""
        scaled, found = self.spectrum.axes * np.sqrt(self.counts).astype(np.float32), np.empty(len(self.features))
        for start in range(0, len(found), _BLOCK):
            along = self.features[start : start + _BLOCK] @ scaled
            found[start : start + _BLOCK] = np.einsum("ij,ij->i", along, along)
        return found

    def coordinates(self, n_axes: int) -> Rows:
        """The rows along their widest axes, shape `(n, at most n_axes)`."""
        along: Rows = self.features @ self.spectrum.axes[:, :n_axes]
        return along


def map_pool(pool: Pool, *, rng: np.random.Generator) -> Mapped:
    """Features of pooled rows. Which row is of which sample plays no part in it."""
    features = spectral_features(pool, rng=rng)
    spectrum = spectrum_of(features)
    counts = 1 / (spectrum.variances + RIDGE * spectrum.variances.max(initial=0.0))
    return Mapped(features=features, spectrum=spectrum, counts=counts)


def spectral_features(pool: Pool, *, rng: np.random.Generator) -> Rows:
    """Coordinates and kernel features of pooled rows, each part of mean 0 and mean squared length 1."""
    coordinates = narrow(pool.rows, rng=rng)
    kernel = fourier_features(pool, bandwidth=bandwidth_of(pool, rng=rng), n_frequencies=N_FREQUENCIES, rng=rng)
    features = np.empty((len(coordinates), coordinates.shape[1] + kernel.shape[1]), dtype=np.float32)
    features[:, : coordinates.shape[1]] = _standard(coordinates)
    features[:, coordinates.shape[1] :] = _standard(kernel)
    return features


def narrow(rows: Rows, *, rng: np.random.Generator) -> Rows:
    """Rows of at most 512 dimensions: longer ones are projected onto the space of 512 of them, chosen at random."""
    if rows.shape[1] <= MOST_DIMENSIONS or len(rows) <= MOST_DIMENSIONS:
        return rows
    chosen = rows[rng.choice(len(rows), MOST_DIMENSIONS, replace=False)]
    basis, _ = np.linalg.qr(chosen.T)
    projected: Rows = rows @ basis
    return projected


def _standard(rows: Rows) -> Rows:
    centred: Rows = rows - rows.mean(axis=0, dtype=np.float64).astype(np.float32)
    spread = float(np.sqrt(np.einsum("ij,ij->", centred, centred, dtype=np.float64) / len(rows)))
    if spread > 0:
        centred /= np.float32(spread)
    return centred
