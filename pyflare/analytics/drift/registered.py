"""The drift detectors by name, and how a saved one is brought back."""

from __future__ import annotations

from typing import Any, Final

from pyflare.analytics.drift.detector import DriftDetector
from pyflare.analytics.drift.state import unpack
from pyflare.errors import ConfigError, DataError
from pyflare.registry import Registry

DETECTORS: Final = Registry[type[Any]](
    "drift detector",
    {
        "centroid": "pyflare.analytics.drift.centroid:CentroidDetector",
        "chi_square": "pyflare.analytics.drift.chi_square:ChiSquareDetector",
        "concept": "pyflare.analytics.drift.concept:ConceptDriftDetector",
        "domain_classifier": "pyflare.analytics.drift.domain_classifier:DomainClassifierDetector",
        "embedding": "pyflare.analytics.drift.embedding:EmbeddingDriftDetector",
        "feature": "pyflare.analytics.drift.feature:FeatureDriftDetector",
        "ks": "pyflare.analytics.drift.ks:KSTestDetector",
        "mmd": "pyflare.analytics.drift.mmd:MMDDetector",
        "prediction": "pyflare.analytics.drift.prediction:PredictionDriftDetector",
        "psi": "pyflare.analytics.drift.psi:PSIDetector",
    },
    group="pyflare.drift_detectors",
)
"""Detector classes; other distributions add theirs as entry points of the group `pyflare.drift_detectors`."""


def load_detector(data: bytes) -> DriftDetector:
    """Bring back a detector from what its `to_bytes` gave. It answers as the one that was saved.

    Raises:
        DataError: The bytes are something else, damaged, of a newer version, or of a detector that is not installed.
    """
    state = unpack(data)
    try:
        detector_type = DETECTORS.get(state.kind)
    except ConfigError as error:
        raise DataError(f"the state cannot be loaded: {error}") from error
    detector: DriftDetector = detector_type.from_state(state)
    return detector
