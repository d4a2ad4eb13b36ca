"""Embedding drift: whether inputs or outputs mean what they meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pyflare.analytics.drift.column import Vectors
from pyflare.analytics.drift.registered import DETECTORS
from pyflare.analytics.drift.vectors import compare_vectors
from pyflare.analytics.drift.vectorwise import VectorwiseDetector
from pyflare.analytics.stats.result import TwoSampleResult


@DETECTORS.register("embedding")
@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingDriftDetector(VectorwiseDetector):
    """Finds embeddings that have moved: all a little, some far, or a new topic. The one to begin with.

    The test is `vector_difference`: means of features along all axes, neighbourhoods, the rows farthest out, and
    clusters. The effect is the total variation distance as far as it shows: the share of rows that would have to be
    others for the samples to be alike. What contributes are clusters of both samples together; `cluster_vectors` says
    which rows those are.

    Examples:
        >>> from datetime import UTC, datetime
        >>> rng = np.random.default_rng(1)
        >>> prompts = rng.normal(size=(600, 8)).astype(np.float32)
        >>> detector = EmbeddingDriftDetector()
        >>> detector.set_reference({"prompt": Vectors(values=prompts[:300])})
        >>> now = datetime(2026, 1, 1, tzinfo=UTC)
        >>> detector.compute({"prompt": Vectors(values=prompts[300:])}, now=now).status
        'healthy'
        >>> detector.compute({"prompt": Vectors(values=prompts[300:] + 1)}, now=now).status
        'drifted'
    """

    kind: ClassVar[str] = "embedding"

    def _test(self, reference: Vectors, current: Vectors, rng: np.random.Generator) -> TwoSampleResult:
        return compare_vectors(reference, current, rng=rng)
