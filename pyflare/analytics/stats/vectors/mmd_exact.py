"""Maximum Mean Discrepancy over all pairs of rows, in blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.analytics.stats.vectors.features import chosen_bandwidth
from pyflare.analytics.stats.vectors.mean_distance import effect_of, squared_distance
from pyflare.analytics.stats.vectors.mmd_features import LARGEST
from pyflare.analytics.stats.vectors.pool import Floats, Pool, Rows, pool_vectors
from pyflare.analytics.stats.vectors.spectrum import permutation_moments, tail_of

_BLOCK: Final = 1_024
_LANDMARKS: Final = 512
"""Rows from whose kernel matrix the shape of the distribution without change is taken."""

Array = npt.NDArray[np.floating[Any]]


def mmd_exact(
    reference: Rows,
    current: Rows,
    *,
    weights: tuple[Floats | None, Floats | None] = (None, None),
    bandwidth: float | None = None,
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> TwoSampleResult:
    """Compute the Maximum Mean Discrepancy of two samples from all pairs of rows, with a p-value.

    The squared discrepancy is `E k(x, x') + E k(y, y') - 2 E k(x, y)` for the Gaussian kernel `k = exp(-|x - y|**2 /
    (2 * bandwidth**2))`, each mean over pairs of different rows. The kernel matrix is passed through once, 1,024 rows
    at a time, so memory grows with the number of rows only; time grows with its square.

    The p-value is that of the permutation distribution: its mean and variance are exact, from the same pass, and its
    shape is that of a sum of chi-squared variables with the weights of the kernel matrix of 512 random rows.

    Args:
        reference: Shape `(n, n_dimensions)`. Rows with a NaN or an infinity are left out.
        current: Shape `(m, n_dimensions)`.
        weights: Of the rows of each sample. They may not depend on the vectors.
        bandwidth: In the units of the vectors; by default the median distance of random pairs of both samples.
        rng: Chooses pairs for the bandwidth, and the 512 rows.
        confidence: Of the bounds.

    Returns:
        The unbiased squared discrepancy, which may be negative, and its p-value. The effect, `mmd`, is the
        discrepancy by its largest possible value: `sqrt(squared / 2)`, 0 to 1.

    Raises:
        DataError: Shapes do not fit, or the bandwidth is not positive.
        InsufficientDataError: Fewer than ten rows of a sample can be used.

    References:
        Gretton et al., A kernel two-sample test, JMLR 13 (2012), lemma 6.

    Examples:
        >>> x = np.arange(20.0).reshape(-1, 1)
        >>> found = mmd_exact(x, x + 20, bandwidth=5.0, rng=np.random.default_rng(1))
        >>> round(found.statistic, 3), found.p_value < 1e-6
        (0.827, True)
    """
    pool = pool_vectors(reference, current, weights=weights)
    width = chosen_bandwidth(bandwidth, pool, rng=rng)
    passed = _pass(pool, width)
    mean, spread = permutation_moments(
        pool.contrast, trace=passed.trace, squares=passed.squares, diagonal=passed.diagonal
    )
    biased = float(pool.contrast @ (passed.products[:, 1] - passed.products[:, 0]))
    distance = squared_distance(passed.products, np.ones(len(pool.rows)), pool.contrast, null_spread=spread)
    n_reference, n_current = pool.effective
    return TwoSampleResult(
        method="mmd_exact",
        statistic=distance.unbiased,
        p_value=tail_of(biased, mean, spread, _shape(pool.rows, width, rng)) if pool.scale > 0 else 1.0,
        p_value_kind="asymptotic",
        effect=effect_of("mmd", distance, confidence, most=LARGEST),
        n_reference=n_reference,
        n_current=n_current,
        notes=(*pool.notes, f"bandwidth {width * (pool.scale or 1.0):.4g}"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Passed:
    """What one pass over the kernel matrix gives; trace and sums are those of the doubly centred matrix."""

    products: Floats
    trace: float
    squares: float
    diagonal: float


def _pass(pool: Pool, width: float) -> _Passed:
    n = len(pool.rows)
    weights = np.stack([(-pool.contrast).clip(min=0), pool.contrast.clip(min=0), np.ones(n)], axis=1)
    sums = np.empty((n, 3))
    squares = 0.0
    for start in range(0, n, _BLOCK):
        kernel = gaussian_kernel(pool.rows[start : start + _BLOCK], pool.rows, width)
        squares += float(np.einsum("ij,ij->i", kernel, kernel).sum(dtype=np.float64))
        sums[start : start + _BLOCK] = kernel @ weights
    means = sums[:, 2] / n
    total = float(means.mean())
    centred = 1 - 2 * means + total
    return _Passed(
        products=sums[:, :2],
        trace=float(centred.sum()),
        squares=squares - 2 * n * float((means**2).sum()) + n**2 * total**2,
        diagonal=float((centred**2).sum()),
    )


def gaussian_kernel(some: Array, rows: Array, width: float) -> Array:
    """Kernel values of some rows with all, shape `(n_some, n)`, in place of one product of matrices."""
    kernel = some @ rows.T
    kernel *= 2
    kernel -= np.einsum("ij,ij->i", some, some)[:, None]
    kernel -= np.einsum("ij,ij->i", rows, rows)
    np.minimum(kernel, 0, out=kernel)
    kernel *= 1 / (2 * width**2)
    return np.exp(kernel, out=kernel)


def _shape(rows: Rows, width: float, rng: np.random.Generator) -> Floats:
    """Weights of chi-squared variables: the positive eigenvalues of the centred kernel matrix of some rows."""
    some = rows[rng.choice(len(rows), min(_LANDMARKS, len(rows)), replace=False)].astype(np.float64)
    kernel = gaussian_kernel(some, some, width)
    kernel -= kernel.mean(axis=0)
    kernel -= kernel.mean(axis=1, keepdims=True)
    values = np.linalg.eigvalsh(kernel)
    kept: Floats = values[values > 1e-9 * values[-1]]
    return kept
