"""The comparison of vectors that is made where none is asked for."""

from __future__ import annotations

from typing import Final

import numpy as np

from pyflare.analytics.stats.multiplicity import combine_cauchy
from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.analytics.stats.vectors.neighbours import local_test, neighbourhoods, neighbours_for
from pyflare.analytics.stats.vectors.pool import Floats, Rows, pool_vectors
from pyflare.analytics.stats.vectors.spectral import map_pool

N_AXES: Final = 64
"""Along so many of the widest axes rows are near or far."""


def vector_difference(
    reference: Rows,
    current: Rows,
    *,
    weights: tuple[Floats | None, Floats | None] = (None, None),
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> TwoSampleResult:
    """Test whether two samples of vectors come from one distribution, by a global and a local test together.

    - The global one is `spectral_difference`: it finds what all rows do a little, or many rows along few directions.
    - The local one is `neighbour_test`, with distances along the 64 widest axes of the global one's features: it finds
    a small and dense new group, as a new topic in embeddings is.

    Their p-values are joined by Cauchy's combination, which keeps its level whatever their dependence, where levels
    are small. Neither is known to be the better beforehand; together they lose little to the better one.

    Args:
        reference: Shape `(n, n_dimensions)`. Rows with a NaN or an infinity are left out.
        current: Shape `(m, n_dimensions)`.
        weights: Of the rows of each sample. They may not depend on the vectors.
        rng: Draws the features, places, folds and, for long vectors, the dimensions.
        confidence: Of the bounds.

    Returns:
        The larger of the two statistics, each less its mean where nothing differs and in standard deviations; the
        combined p-value; and as effect `separation`: how much more often a current row scores higher than a
        reference row than lower, along the direction that separates the rest of the rows, `2 * AUC - 1`. Of a new topic
        that is easily told apart it is about the share. 0 where nothing differs, 1 where no row could be of either.
        Where all vectors are the same: 0, 1 and 0, and a note.

    Raises:
        DataError: Shapes do not fit.
        InsufficientDataError: Fewer than ten rows of a sample can be used.

    References:
        Liu and Xie, Cauchy combination test, JASA 115 (2020).

    Examples:
        >>> rng = np.random.default_rng(1)
        >>> reference, current = rng.normal(size=(500, 16)), rng.normal(size=(500, 16))
        >>> current[:25] = 3 + rng.normal(size=(25, 16)) / 4
        >>> found = vector_difference(reference, current, rng=rng)
        >>> found.p_value < 1e-6, 0.02 < found.effect.value < 0.2
        (True, 0.1)
    """
    pool = pool_vectors(reference, current, weights=weights)
    mapped = map_pool(pool, rng=rng)
    everywhere = mapped.test(pool)
    statistic, p_value, notes = everywhere.z, everywhere.p_value, pool.notes
    if pool.scale > 0:
        around = neighbourhoods(mapped.coordinates(N_AXES), k=neighbours_for(len(pool.rows)), rng=rng)
        local = local_test(around, pool.contrast)
        statistic = max(statistic, local.z)
        notes = (*notes, f"means of features: p = {p_value:.2g}", f"neighbourhoods: p = {local.p_value:.2g}")
        p_value = combine_cauchy([p_value, local.p_value])
    n_reference, n_current = pool.effective
    return TwoSampleResult(
        method="vector_difference",
        statistic=statistic,
        p_value=p_value,
        p_value_kind="asymptotic",
        effect=mapped.separation(pool, rng=rng, confidence=confidence).effect,
        n_reference=n_reference,
        n_current=n_current,
        notes=notes,
    )
