"""Embedding drift by Maximum Mean Discrepancy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from pyflare.analytics.drift.column import Vectors
from pyflare.analytics.drift.registered import DETECTORS
from pyflare.analytics.drift.vectorwise import VectorwiseDetector
from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.analytics.stats.vectors.mmd_exact import mmd_exact
from pyflare.analytics.stats.vectors.mmd_features import mmd_features
from pyflare.analytics.stats.vectors.mmd_linear import mmd_linear
from pyflare.errors import DataError

Method = Literal["features", "exact", "linear"]


@DETECTORS.register("mmd")
@dataclass(frozen=True, slots=True, kw_only=True)
class MMDDetector(VectorwiseDetector):
    """Finds embeddings whose distribution has moved, by the Maximum Mean Discrepancy of a Gaussian kernel.

    Use it where its kernel and bandwidth are what you mean by far and near, or to compare with other programs.
    `EmbeddingDriftDetector` finds smaller new topics.
    """

    kind: ClassVar[str] = "mmd"

    method: Method = "features"
    """`features`: random ones, in linear time; `exact`: all pairs, in blocks; `linear`: each row once."""
    bandwidth: float | None = None
    """Of the kernel; None for the median distance of both samples together."""
    n_frequencies: int = 512
    """Of the random features."""

    def _test(self, reference: Vectors, current: Vectors, rng: np.random.Generator) -> TwoSampleResult:
        weights, width = (reference.weights, current.weights), self.bandwidth
        if self.method == "features":
            return mmd_features(
                reference.values,
                current.values,
                weights=weights,
                bandwidth=width,
                n_frequencies=self.n_frequencies,
                rng=rng,
            )
        if self.method == "exact":
            return mmd_exact(reference.values, current.values, weights=weights, bandwidth=width, rng=rng)
        if self.method == "linear":
            if weights != (None, None):
                raise DataError("method 'linear' looks at each row once and takes no weights. Use 'features'.")
            return mmd_linear(reference.values, current.values, bandwidth=width, rng=rng)
        raise DataError(f"method: expected 'features', 'exact' or 'linear', got {self.method!r}.")
