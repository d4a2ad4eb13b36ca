"""Maximum Mean Discrepancy by random features, in time linear in the number of rows."""

from __future__ import annotations

from typing import Final

import numpy as np

from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.analytics.stats.vectors.features import chosen_bandwidth, fourier_features
from pyflare.analytics.stats.vectors.mean_distance import effect_of, products_of, squared_distance
from pyflare.analytics.stats.vectors.pool import Floats, Rows, samples_of
from pyflare.analytics.stats.vectors.spectrum import quadratic_test, spectrum_of

LARGEST: Final = 2.0
"""What the squared discrepancy never exceeds, as the kernel lies between 0 and 1."""


def mmd_features(
    reference: Rows,
    current: Rows,
    *,
    weights: tuple[Floats | None, Floats | None] = (None, None),
    bandwidth: float | None = None,
    n_frequencies: int = 512,
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> TwoSampleResult:
    """Estimate the Maximum Mean Discrepancy of two samples by random Fourier features, with a p-value.

    The squared discrepancy is `E k(x, x') + E k(y, y') - 2 E k(x, y)` for the Gaussian kernel `k = exp(-|x - y|**2 /
    (2 * bandwidth**2))`. Here it is the squared distance of mean features, in `O((n + m) * n_frequencies *
    n_dimensions)`; `mmd_exact` gives what it approximates, in quadratic time. The test is one of its own, of the mean
    features drawn, and holds its level however few they are; the power comes near that of the exact one.

    The p-value is that of the permutation distribution, approximated by a weighted sum of chi-squared variables that
    has its exact mean and variance.

    Args:
        reference: Shape `(n, n_dimensions)`. Rows with a NaN or an infinity are left out.
        current: Shape `(m, n_dimensions)`.
        weights: Of the rows of each sample. They may not depend on the vectors.
        bandwidth: In the units of the vectors; by default the median distance of random pairs of both samples.
        n_frequencies: Each gives a cosine and a sine.
        rng: Draws the frequencies.
        confidence: Of the bounds.

    Returns:
        The unbiased squared discrepancy, which may be negative, and its p-value. The effect, `mmd`, is the
        discrepancy by its largest possible value: `sqrt(squared / 2)`, 0 to 1.

    Raises:
        DataError: Shapes do not fit, or the bandwidth is not positive.
        InsufficientDataError: Fewer than ten rows of a sample can be used.

    References:
        Gretton et al., A kernel two-sample test, JMLR 13 (2012); Zhao and Meng, FastMMD, Neural Computation 27 (2015).

    Examples:
        >>> rng = np.random.default_rng(1)
        >>> mmd_features(rng.normal(size=(300, 4)), rng.normal(size=(300, 4)) + 1, rng=rng).p_value < 1e-9
        True
    """
    pool = samples_of(reference, current, weights=weights)
    width = chosen_bandwidth(bandwidth, pool, rng=rng)
    features = fourier_features(pool, bandwidth=width, n_frequencies=n_frequencies, rng=rng)
    products = products_of(features, pool.contrast)
    features -= features.mean(axis=0, dtype=np.float64).astype(np.float32)
    spectrum = spectrum_of(features)
    test = quadratic_test(features, pool.contrast, spectrum, np.ones(spectrum.variances.size))
    distance = squared_distance(products, np.ones(len(features)), pool.contrast, null_spread=test.spread)
    n_reference, n_current = pool.effective
    return TwoSampleResult(
        method="mmd_features",
        statistic=distance.unbiased,
        p_value=test.p_value,
        p_value_kind="asymptotic",
        effect=effect_of("mmd", distance, confidence, most=LARGEST),
        n_reference=n_reference,
        n_current=n_current,
        notes=(*pool.notes, f"bandwidth {width * (pool.scale or 1.0):.4g}"),
    )
