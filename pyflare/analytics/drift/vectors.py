"""Two columns of embeddings."""

from __future__ import annotations

import numpy as np

from pyflare.analytics.drift.column import Vectors, checked_kind
from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.analytics.stats.vectors.vector_difference import vector_difference


def compare_vectors(
    reference: Vectors, current: Vectors, *, rng: np.random.Generator | None = None, confidence: float = 0.95
) -> TwoSampleResult:
    """Compare two columns of embeddings by `vector_difference`; what contributes are clusters of both together.

    Which rows are in a cluster says `cluster_vectors`, which finds the same clusters where its `rng` is the default.

    Args:
        reference: The baseline.
        current: What is compared with it.
        rng: For the random features and folds; a fixed one by default, so the same columns give the same answer.
        confidence: Of the effect's bounds.

    Raises:
        DataError: The embeddings of the two columns are not of the same length.
        InsufficientDataError: Fewer than ten rows of a column are not missing.
    """
    reference, current = checked_kind(reference, Vectors), checked_kind(current, Vectors)
    return vector_difference(
        reference.values,
        current.values,
        weights=(reference.weights, current.weights),
        rng=np.random.default_rng(0) if rng is None else rng,
        confidence=confidence,
    )
