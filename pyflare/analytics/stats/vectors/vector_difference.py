"""The comparison of vectors that is made where none is asked for."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from pyflare.analytics.stats.multiplicity import combine_cauchy
from pyflare.analytics.stats.result import Effect, TwoSampleResult
from pyflare.analytics.stats.vectors.clusters import pooled_clusters
from pyflare.analytics.stats.vectors.far_rows import far_rows_p_value
from pyflare.analytics.stats.vectors.neighbours import local_test, neighbourhoods, neighbours_for
from pyflare.analytics.stats.vectors.pool import Floats, Pool, Rows, pool_vectors, thin_pool
from pyflare.analytics.stats.vectors.spectral import map_pool
from pyflare.errors import InsufficientDataError

N_AXES: Final = 64
"""Along so many of the widest axes rows are near or far."""
MOST_ROWS: Final = 20_000
"""Of a larger sample, so many random rows are mapped to features; all are divided into clusters."""


def vector_difference(
    reference: Rows,
    current: Rows,
    *,
    weights: tuple[Floats | None, Floats | None] = (None, None),
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> TwoSampleResult:
    """Test whether two samples of vectors come from one distribution, by four tests together.

    - `spectral_difference` finds what all rows do a little, and many rows along few directions.
    - `neighbour_test`, with distances along the 64 widest axes of the former's features, finds a small and dense new
    group, as a new topic in embeddings may be.
    - The rows that lie farthest out, along narrow axes above all, are those of a new topic first, be they ever so
    few: see `far_rows_p_value`. Of weighted rows this is not asked.
    - `compare_categories`, over clusters of both samples together, finds groups that lie well apart and have become
    more common, however wide they are.

    Of a sample of more than 20,000 rows, as many random ones are used for the first three, and all for the last. Their
    p-values are joined by Cauchy's combination, which keeps its level whatever their dependence, where levels are small.
    None is known to be the best beforehand; together they lose little to the best one.

    Args:
        reference: Shape `(n, n_dimensions)`. Rows with a NaN or an infinity are left out.
        current: Shape `(m, n_dimensions)`.
        weights: Of the rows of each sample. They may not depend on the vectors.
        rng: Draws the features, places, folds and, for long vectors, the dimensions.
        confidence: Of the bounds.

    Returns:
        As statistic the larger one of means and neighbourhoods, less its mean where nothing differs and in standard
        deviations; the combined p-value; and clusters as contributions. The effect, `total_variation`, is the share of
        rows that would have to be others for the samples to be alike, as far as it shows: over the clusters, or by how
        well rows can be told apart that were not learnt from (`1 - sqrt(1 - s)`, where `s` is the `separation` of
        `spectral_difference`), whichever is surer to be large. Neither exceeds the true one, in the mean. 0 where
        nothing differs, 1 where no row could be of either; of a new topic about its share. Where all vectors are the
        same: 0, 1 and 0, and a note.

    Raises:
        DataError: Shapes do not fit.
        InsufficientDataError: Fewer than ten rows of a sample can be used.

    References:
        Liu and Xie, Cauchy combination test, JASA 115 (2020).

    Examples:
        >>> rng = np.random.default_rng(1)
        >>> reference, current = rng.normal(size=(500, 16)), rng.normal(size=(500, 16))
        >>> current[:50] = 3 + rng.normal(size=(50, 16)) / 4
        >>> found = vector_difference(reference, current, rng=rng)
        >>> found.p_value < 1e-9, round(found.effect.value, 1)
        (True, 0.1)
    """
    pool = pool_vectors(reference, current, weights=weights)
    groups = _groups(pool, rng=rng, confidence=confidence)
    n_reference, n_current = pool.effective
    thinned = thin_pool(pool, most=MOST_ROWS, rng=rng)
    mapped = map_pool(thinned, rng=rng)
    everywhere = mapped.test(thinned)
    statistic, p_values = everywhere.z, {"means of features": everywhere.p_value}
    if pool.scale > 0:
        around = neighbourhoods(mapped.coordinates(N_AXES), k=neighbours_for(len(thinned.rows)), rng=rng)
        local = local_test(around, thinned.contrast)
        statistic = max(statistic, local.z)
        p_values["neighbourhoods"] = local.p_value
        if (far := far_rows_p_value(mapped.distances(), thinned)) is not None:
            p_values["far rows"] = far
    if groups is not None:
        p_values["clusters"] = groups.p_value
    return TwoSampleResult(
        method="vector_difference",
        statistic=statistic,
        p_value=combine_cauchy(list(p_values.values())) if pool.scale > 0 else 1.0,
        p_value_kind="asymptotic",
        effect=_effect(mapped.separation(thinned, rng=rng, confidence=confidence).effect, groups),
        n_reference=n_reference,
        n_current=n_current,
        contributions=() if groups is None else groups.contributions,
        notes=(*pool.notes, *_thinned(pool, thinned), *(f"{name}: p = {p:.2g}" for name, p in p_values.items())),
    )


def _thinned(pool: Pool, thinned: Pool) -> tuple[str, ...]:
    return () if thinned is pool else (f"{MOST_ROWS:,} random rows of a sample were mapped to features",)


def _groups(pool: Pool, *, rng: np.random.Generator, confidence: float) -> TwoSampleResult | None:
    """How the samples spread over clusters; None where there is one only, or none is common enough."""
    clusters = pooled_clusters(pool, rng=rng)
    try:
        return clusters.compare(confidence=confidence) if len(clusters.centres) > 1 else None
    except InsufficientDataError:
        return None


def _effect(apart: Effect, groups: TwoSampleResult | None) -> Effect:
    """The surer of the two lower bounds of the total variation distance."""
    told, low, high = (1 - math.sqrt(1 - bound) for bound in (apart.value, apart.low, apart.high))
    by_rows = Effect(name="total_variation", value=told, low=low, high=high, confidence=apart.confidence)
    if groups is None or by_rows.low > groups.effect.low:
        return by_rows
    return groups.effect
