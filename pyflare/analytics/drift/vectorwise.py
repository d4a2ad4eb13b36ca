"""What detectors have in common that look at embeddings only."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from pyflare.analytics.drift.column import Column, Vectors
from pyflare.analytics.drift.columnwise import ColumnwiseDetector
from pyflare.analytics.drift.detector import Sample
from pyflare.analytics.drift.result import DriftType
from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.errors import DataError

THRESHOLD: Final = 0.05
"""A twentieth of the rows in a new place: new topics begin small."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorwiseDetector(ColumnwiseDetector, ABC):
    """Compares the columns of embeddings that a reference has, and leaves out its others."""

    drift_type: ClassVar[DriftType] = DriftType.EMBEDDING

    threshold: float = THRESHOLD
    """The effect size from which a difference matters, 0 to 1."""
    seed: int = 0
    """Of all that is random in it: the same samples give the same answer."""

    def _selected(self, sample: Sample) -> Sample:
        columns = {name: column for name, column in sample.items() if isinstance(column, Vectors)}
        if not columns:
            raise DataError(f"expected a column of vectors in the reference, got {list(sample)}.")
        return columns

    def _compare(self, reference: Column, current: Column) -> TwoSampleResult:
        if not (isinstance(reference, Vectors) and isinstance(current, Vectors)):
            raise DataError("expected columns of vectors.")
        return self._test(reference, current, np.random.default_rng(self.seed))

    @abstractmethod
    def _test(self, reference: Vectors, current: Vectors, rng: np.random.Generator) -> TwoSampleResult:
        """Compare two columns. Raises DataError, InsufficientDataError."""
