"""Embedding drift by a classifier that tries to tell the samples apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pyflare.analytics.drift.column import Vectors
from pyflare.analytics.drift.registered import DETECTORS
from pyflare.analytics.drift.vectorwise import VectorwiseDetector
from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.analytics.stats.vectors.classifier import classifier_test


@DETECTORS.register("domain_classifier")
@dataclass(frozen=True, slots=True, kw_only=True)
class DomainClassifierDetector(VectorwiseDetector):
    """Finds embeddings that a linear discriminant can tell apart, judged on rows that it was not shown.

    Its effect is easily explained, `2 * AUC - 1`, and its p-value is exact. It finds what all rows do a little, and
    more of a small new topic than the area under the curve shows; `EmbeddingDriftDetector`, which looks at
    neighbourhoods and at the farthest rows too, finds topics that are smaller still. For a classifier of your own see
    `classifier_test`.
    """

    kind: ClassVar[str] = "domain_classifier"

    def _test(self, reference: Vectors, current: Vectors, rng: np.random.Generator) -> TwoSampleResult:
        weights = (reference.weights, current.weights)
        return classifier_test(reference.values, current.values, weights=weights, rng=rng)
