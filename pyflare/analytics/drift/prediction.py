"""Prediction drift: whether outputs are distributed as they were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pyflare.analytics.drift.columnwise import ColumnwiseDetector
from pyflare.analytics.drift.registered import DETECTORS
from pyflare.analytics.drift.result import DriftType


@DETECTORS.register("prediction")
@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionDriftDetector(ColumnwiseDetector):
    """Finds outputs whose distribution has moved: predicted classes, scores, confidences, lengths of answers.

    It compares as `FeatureDriftDetector` does, and means something else: outputs move because inputs have, or because
    the model is another one. Look at both: outputs that moved while inputs did not point at the model, its prompt or
    what it retrieves. It needs no labels, and says nothing about whether the outputs are right.

    Name the outputs in `columns` where the sample holds inputs as well.
    """

    kind: ClassVar[str] = "prediction"
    drift_type: ClassVar[DriftType] = DriftType.PREDICTION
