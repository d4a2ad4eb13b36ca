"""Maximum Mean Discrepancy over pairs of neighbours in the order given, in one pass."""

from __future__ import annotations

import math

import numpy as np

from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.analytics.stats.vectors.features import chosen_bandwidth
from pyflare.analytics.stats.vectors.mean_distance import SquaredDistance, effect_of
from pyflare.analytics.stats.vectors.mmd_features import LARGEST
from pyflare.analytics.stats.vectors.pool import Floats, Rows, pool_vectors


def mmd_linear(
    reference: Rows,
    current: Rows,
    *,
    bandwidth: float | None = None,
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> TwoSampleResult:
    """Estimate the Maximum Mean Discrepancy from two rows of each sample at a time.

    Each two rows of both give `h = k(x1, x2) + k(y1, y2) - k(x1, y2) - k(x2, y1)`, whose mean is the squared
    discrepancy. They are independent, so the mean is about normal, and the p-value is the normal tail. It looks at
    each row once and finds far less than `mmd_features`, which takes hardly longer: use it for samples that are too
    large for anything else, or as a check that assumes little.

    Args:
        reference: Shape `(n, n_dimensions)`. Rows with a NaN or an infinity are left out.
        current: Shape `(m, n_dimensions)`. Of the larger sample as many random rows are used as of the smaller.
        bandwidth: In the units of the vectors; by default the median distance of random pairs of both samples.
        rng: Chooses and pairs rows.
        confidence: Of the bounds.

    Returns:
        The mean of `h`, which may be negative, and its p-value. The effect, `mmd`, is the discrepancy by its largest
        possible value: `sqrt(squared / 2)`, 0 to 1.

    Raises:
        DataError: Shapes do not fit, or the bandwidth is not positive.
        InsufficientDataError: Fewer than ten rows of a sample can be used.

    References:
        Gretton et al., A kernel two-sample test, JMLR 13 (2012), section 6.

    Examples:
        >>> rng = np.random.default_rng(1)
        >>> mmd_linear(rng.normal(size=(2000, 4)), rng.normal(size=(2000, 4)) + 1, rng=rng).p_value < 1e-9
        True
    """
    pool = pool_vectors(reference, current)
    width = chosen_bandwidth(bandwidth, pool, rng=rng)
    n, m = pool.n_reference, len(pool.rows) - pool.n_reference
    half = min(n, m) // 2
    x, y = pool.rows[rng.permutation(n)[: 2 * half]], pool.rows[n + rng.permutation(m)[: 2 * half]]
    h = (
        _kernel(x[::2], x[1::2], width)
        + _kernel(y[::2], y[1::2], width)
        - _kernel(x[::2], y[1::2], width)
        - _kernel(x[1::2], y[::2], width)
    )
    mean, spread = float(h.mean()), float(h.std(ddof=1)) / math.sqrt(half)
    distance = SquaredDistance(unbiased=mean, spread=spread)
    return TwoSampleResult(
        method="mmd_linear",
        statistic=mean,
        p_value=math.erfc(mean / spread / math.sqrt(2)) / 2 if spread > 0 else 1.0,
        p_value_kind="asymptotic",
        effect=effect_of("mmd", distance, confidence, most=LARGEST),
        n_reference=float(n),
        n_current=float(m),
        notes=(*pool.notes, f"bandwidth {width * (pool.scale or 1.0):.4g}"),
    )


def _kernel(first: Rows, second: Rows, width: float) -> Floats:
    distance = first - second
    values: Floats = np.exp(np.einsum("ij,ij->i", distance, distance, dtype=np.float64) / (-2 * width**2))
    return values
