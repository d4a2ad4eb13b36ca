"""Embedding drift by the distance of means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pyflare.analytics.drift.column import Vectors
from pyflare.analytics.drift.registered import DETECTORS
from pyflare.analytics.drift.vectorwise import VectorwiseDetector
from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.analytics.stats.vectors.centroid import Metric, centroid_distance


@DETECTORS.register("centroid")
@dataclass(frozen=True, slots=True, kw_only=True)
class CentroidDetector(VectorwiseDetector):
    """Finds embeddings whose mean has moved. The simplest and fastest; blind to what leaves the mean where it is."""

    kind: ClassVar[str] = "centroid"

    metric: Metric = "euclidean"
    """`euclidean`, `cosine` or `mahalanobis`: `centroid_distance` says what each measures."""

    def _test(
        self,
        reference: Vectors,
        current: Vectors,
        rng: np.random.Generator,  # noqa: ARG002  # nothing of it is random
    ) -> TwoSampleResult:
        weights = (reference.weights, current.weights)
        return centroid_distance(reference.values, current.values, metric=self.metric, weights=weights)
