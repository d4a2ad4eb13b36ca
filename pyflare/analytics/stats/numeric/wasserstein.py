"""The Wasserstein distance of two samples of numbers."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.normal import critical_value
from pyflare.analytics.stats.numeric.bins import contributions, infinity_notes
from pyflare.analytics.stats.numeric.moments import UNMEASURED
from pyflare.analytics.stats.numeric.ordered import Array, Ordered, Pooled, ordered, pool
from pyflare.analytics.stats.numeric.quadratic import standard_error
from pyflare.analytics.stats.numeric.units import in_one_unit
from pyflare.analytics.stats.result import Effect, TwoSampleResult
from pyflare.errors import DataError

CELLS: Final = 512
"""Values are dealt to permuted samples by so many cells of neighbours, where there are more values."""


def wasserstein(
    reference: npt.ArrayLike,
    current: npt.ArrayLike,
    *,
    reference_weights: npt.ArrayLike | None = None,
    current_weights: npt.ArrayLike | None = None,
    confidence: float = 0.95,
    rng: np.random.Generator | None = None,
    n_permutations: int = 999,
) -> TwoSampleResult:
    """Measure how far, on average, values must be moved to make one sample the other.

    `W = integral of |F - G|`, in the numbers' unit. A distance: with no drift it still is about
    `sd * sqrt(1 / n + 1 / m)`, so that one cut-off means different things at different sample sizes. It sees every
    change, the more of the tails the heavier they are, and one outlier can make up all of it.

    The effect is `W`, less what chance adds, in standard deviations of the reference; NaN where that has none.

    Args:
        reference: Shape `(n,)`. NaN is missing; infinities are left out, and a note says how many.
        current: Shape `(m,)`. The same.
        reference_weights: Shape `(n,)`. Finite and not negative; None where each value counts once.
        current_weights: Shape `(m,)`. The same.
        confidence: Of the bounds of the effect, between 0 and 1. They are of first order: good well away from 0.
        rng: Draws permutations for a p-value; None for none. Not for weighted samples.
        n_permutations: How many. The p-value is `(1 + b) / (1 + n_permutations)`, of `b` that lie as far apart.

    Returns:
        `W`, its p-value or NaN, the effect, and the shares between the deciles of the reference.

    Raises:
        DataError: Values are not a list of numbers, weights do not fit them, the confidence is not one, or
            permutations of weighted samples, or none, are asked for.
        InsufficientDataError: A sample has no finite values.

    References:
        Vallender, Theory of Probability and Its Applications 18 (1974).

    Examples:
        >>> wasserstein([0, 1, 3], [5, 6, 8]).statistic
        5.0
    """
    before, after = ordered(reference, reference_weights), ordered(current, current_weights)
    (finite_before, finite_after), unit = in_one_unit(before.finite(), after.finite())
    pooled = pool(finite_before, finite_after, exact=True)
    effect, undefined = _effect(pooled, finite_before, confidence)
    p_value = math.nan if rng is None else _permuted(pooled, rng, n_permutations)
    n, m = pooled.sizes
    return TwoSampleResult(
        method="wasserstein",
        statistic=unit * float(np.diff(pooled.values) @ np.abs(pooled.difference[:-1])),
        p_value=p_value,
        p_value_kind="none" if rng is None else "permutation",
        effect=effect,
        n_reference=n,
        n_current=m,
        contributions=contributions(before, after),
        notes=(*undefined, *infinity_notes(before, after)),
    )


def _effect(pooled: Pooled, reference: Ordered, confidence: float) -> tuple[Effect, tuple[str, ...]]:
    gaps, difference = np.diff(pooled.values), pooled.difference[:-1]
    n, m = pooled.sizes
    times = np.cumsum(pooled.reference + pooled.current)[:-1] / (n + m)
    observed = float(gaps @ np.abs(difference))
    by_chance = float(gaps @ np.sqrt(2 / math.pi * times * (1 - times) * (1 / n + 1 / m)))
    margin = critical_value(confidence) * standard_error(pooled, gaps * np.sign(difference))
    variance = reference.moments()[1]
    unit = math.sqrt(variance) if variance > 0 else math.nan
    low = max(0.0, observed - margin)
    estimate = max(low, math.sqrt(max(0.0, observed**2 - by_chance**2)))
    effect = Effect(
        name="standardised_distance",
        value=estimate / unit,
        low=low / unit,
        high=(observed + margin) / unit,
        confidence=confidence,
    )
    return effect, () if unit > 0 else (UNMEASURED,)


def _permuted(pooled: Pooled, rng: np.random.Generator, n_permutations: int) -> float:
    """The share of ways to deal the values to two samples that leave them as far apart."""
    if n_permutations < 1:
        raise DataError(f"n_permutations: expected at least 1, got {n_permutations!r}.")
    if pooled.is_weighted:
        raise DataError("the p-value of weighted samples is not known by permutations: leave rng out.")
    values, counts = _cells(pooled)
    n, m = (round(size) for size in pooled.sizes)
    drawn = rng.multivariate_hypergeometric(counts.sum(axis=0), m, size=n_permutations, method="marginals")
    distances = _distances(values, drawn, counts.sum(axis=0), n, m)
    observed = _distances(values, counts[1:], counts.sum(axis=0), n, m)[0]
    as_far = int((distances >= observed * (1 - 1e-9)).sum())
    return (1 + as_far) / (1 + n_permutations)


def _cells(pooled: Pooled) -> tuple[Array, npt.NDArray[np.int64]]:
    """The mean value of each cell, and how much of both samples it has. Shapes `(n_cells,)`, `(2, n_cells)`."""
    counts = np.stack([pooled.reference, pooled.current])
    size = pooled.values.size
    starts = np.unique((np.arange(CELLS) * max(size / CELLS, 1)).astype(np.int64))
    starts = starts[starts < size]
    together = np.add.reduceat(counts, starts, axis=1)
    values = np.add.reduceat(counts.sum(axis=0) * pooled.values, starts) / together.sum(axis=0)
    return values, together.round().astype(np.int64)


def _distances(values: Array, current: npt.NDArray[np.int64], together: npt.NDArray[np.int64], n: int, m: int) -> Array:
    """Of each way to deal the values, shape `(n_ways, n_cells)`, how far apart it leaves the samples."""
    differences = np.cumsum(current / m - (together - current) / n, axis=1)[:, :-1]
    distances: Array = np.abs(differences) @ np.diff(values)
    return distances
