"""What a detector says of a current sample: per column, and in all."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pyflare.analytics.stats.result import TwoSampleResult

Status = Literal["healthy", "warning", "drifted", "unknown"]
"""`warning`: significant but smaller than what matters, or the other way round; `unknown`: too little data."""


class DriftType(StrEnum):
    """What has moved."""

    FEATURE = "feature"
    """The distribution of inputs."""
    EMBEDDING = "embedding"
    """Inputs or outputs as vectors."""
    CONCEPT = "concept"
    """The relation of output and truth to input."""
    PREDICTION = "prediction"
    """The distribution of outputs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDrift:
    """What one column says."""

    column: str
    drift_type: DriftType
    test: TwoSampleResult | None
    """None where there was too little of it to be compared; `reason` says so."""
    missing: TwoSampleResult | None = None
    """Of the shares of missing values, where either sample has any."""
    new_levels: TwoSampleResult | None = None
    """Of values that are of no level that there may be, where the reference says which there may: `Categories.known`."""
    p_adjusted: float
    """The p-value of values and missing ones together, corrected for all columns looked at."""
    threshold: float
    """The effect size from which a difference matters."""
    status: Status
    reason: str = ""
    """Why it is unknown, or what made the status."""

    @property
    def has_new_levels(self) -> bool:
        """Whether a current value is of a level that may not be."""
        return self.new_levels is not None and self.new_levels.p_value == 0

    @property
    def deciding(self) -> TwoSampleResult | None:
        """What the column is listed by: its values or its missing ones, whichever differ more.

        Where neither differs enough to matter and a value is of a level that may not be, that; None where nothing
        was compared.
        """
        parts = [part for part in (self.test, self.missing) if part is not None]
        most = max(parts, key=_size, default=None)
        if self.has_new_levels and (most is None or not _size(most) >= self.threshold):
            return self.new_levels
        return most


def _size(part: TwoSampleResult) -> float:
    return -1.0 if math.isnan(part.effect.value) else part.effect.value


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftResult:
    """What a detector found in one current sample."""

    type: DriftType
    score: float
    """The largest effect size of a column, 0 to 1."""
    threshold: float
    """The effect size from which a difference matters."""
    alpha: float
    """The chance of a false alarm that this look was allowed."""
    status: Status
    explanation: str
    """In a sentence or two: which columns moved, by how much, from where to where."""
    detected_at: datetime
    """When it was computed, UTC: the clock is passed in."""
    columns: tuple[ColumnDrift, ...]
    """The worst first."""
    feature_scores: Mapping[str, float] = field(default_factory=dict)
    """The effect size of each column."""

    @property
    def is_drifted(self) -> bool:
        """Whether a difference is both significant and large enough to matter."""
        return self.status == "drifted"
