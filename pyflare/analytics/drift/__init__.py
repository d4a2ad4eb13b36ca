"""Drift: whether inputs, embeddings, answers or their relation to the truth have moved, by how much, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyflare.lazy import loads

if TYPE_CHECKING:
    from pyflare.analytics.drift.centroid import CentroidDetector
    from pyflare.analytics.drift.chi_square import ChiSquareDetector
    from pyflare.analytics.drift.clusters import Clusters, cluster_vectors
    from pyflare.analytics.drift.column import Categories, Numbers, Vectors
    from pyflare.analytics.drift.columns import compare_columns
    from pyflare.analytics.drift.concept import ConceptDriftDetector
    from pyflare.analytics.drift.detector import DriftDetector
    from pyflare.analytics.drift.domain_classifier import DomainClassifierDetector
    from pyflare.analytics.drift.embedding import EmbeddingDriftDetector
    from pyflare.analytics.drift.estimation import calibrate, estimate_performance
    from pyflare.analytics.drift.feature import FeatureDriftDetector
    from pyflare.analytics.drift.ks import KSTestDetector
    from pyflare.analytics.drift.mmd import MMDDetector
    from pyflare.analytics.drift.numbers import compare_numbers
    from pyflare.analytics.drift.performance import compare_performance
    from pyflare.analytics.drift.prediction import PredictionDriftDetector
    from pyflare.analytics.drift.projection import Projection, project_vectors
    from pyflare.analytics.drift.psi import PSIDetector
    from pyflare.analytics.drift.registered import DETECTORS, load_detector
    from pyflare.analytics.drift.relation import compare_relation
    from pyflare.analytics.drift.report import DriftReport
    from pyflare.analytics.drift.result import ColumnDrift, DriftResult, DriftType
    from pyflare.analytics.drift.streaming import (
        ADWIN,
        DDM,
        EDDM,
        HDDMA,
        HDDMW,
        KSWIN,
        PageHinkley,
        load_stream_detector,
        save_stream_detector,
    )
    from pyflare.analytics.drift.text.columns import text_columns
    from pyflare.analytics.drift.text.embedding import embed_texts
    from pyflare.analytics.drift.text.topics import find_topics
    from pyflare.analytics.drift.vectors import compare_vectors

_HOMES: Final = {
    "ADWIN": "pyflare.analytics.drift.streaming",
    "Categories": "pyflare.analytics.drift.column",
    "CentroidDetector": "pyflare.analytics.drift.centroid",
    "ChiSquareDetector": "pyflare.analytics.drift.chi_square",
    "Clusters": "pyflare.analytics.drift.clusters",
    "ColumnDrift": "pyflare.analytics.drift.result",
    "ConceptDriftDetector": "pyflare.analytics.drift.concept",
    "DDM": "pyflare.analytics.drift.streaming",
    "DETECTORS": "pyflare.analytics.drift.registered",
    "DomainClassifierDetector": "pyflare.analytics.drift.domain_classifier",
    "DriftDetector": "pyflare.analytics.drift.detector",
    "DriftReport": "pyflare.analytics.drift.report",
    "DriftResult": "pyflare.analytics.drift.result",
    "DriftType": "pyflare.analytics.drift.result",
    "EDDM": "pyflare.analytics.drift.streaming",
    "EmbeddingDriftDetector": "pyflare.analytics.drift.embedding",
    "FeatureDriftDetector": "pyflare.analytics.drift.feature",
    "HDDMA": "pyflare.analytics.drift.streaming",
    "HDDMW": "pyflare.analytics.drift.streaming",
    "KSTestDetector": "pyflare.analytics.drift.ks",
    "KSWIN": "pyflare.analytics.drift.streaming",
    "MMDDetector": "pyflare.analytics.drift.mmd",
    "Numbers": "pyflare.analytics.drift.column",
    "PSIDetector": "pyflare.analytics.drift.psi",
    "PageHinkley": "pyflare.analytics.drift.streaming",
    "PredictionDriftDetector": "pyflare.analytics.drift.prediction",
    "Projection": "pyflare.analytics.drift.projection",
    "Vectors": "pyflare.analytics.drift.column",
    "calibrate": "pyflare.analytics.drift.estimation",
    "cluster_vectors": "pyflare.analytics.drift.clusters",
    "compare_columns": "pyflare.analytics.drift.columns",
    "compare_numbers": "pyflare.analytics.drift.numbers",
    "compare_performance": "pyflare.analytics.drift.performance",
    "compare_relation": "pyflare.analytics.drift.relation",
    "compare_vectors": "pyflare.analytics.drift.vectors",
    "embed_texts": "pyflare.analytics.drift.text.embedding",
    "estimate_performance": "pyflare.analytics.drift.estimation",
    "find_topics": "pyflare.analytics.drift.text.topics",
    "load_detector": "pyflare.analytics.drift.registered",
    "load_stream_detector": "pyflare.analytics.drift.streaming",
    "project_vectors": "pyflare.analytics.drift.projection",
    "save_stream_detector": "pyflare.analytics.drift.streaming",
    "text_columns": "pyflare.analytics.drift.text.columns",
}
"""Where each public name is: it is loaded when it is first used."""

__all__ = [
    "ADWIN",
    "DDM",
    "DETECTORS",
    "EDDM",
    "HDDMA",
    "HDDMW",
    "KSWIN",
    "Categories",
    "CentroidDetector",
    "ChiSquareDetector",
    "Clusters",
    "ColumnDrift",
    "ConceptDriftDetector",
    "DomainClassifierDetector",
    "DriftDetector",
    "DriftReport",
    "DriftResult",
    "DriftType",
    "EmbeddingDriftDetector",
    "FeatureDriftDetector",
    "KSTestDetector",
    "MMDDetector",
    "Numbers",
    "PSIDetector",
    "PageHinkley",
    "PredictionDriftDetector",
    "Projection",
    "Vectors",
    "calibrate",
    "cluster_vectors",
    "compare_columns",
    "compare_numbers",
    "compare_performance",
    "compare_relation",
    "compare_vectors",
    "embed_texts",
    "estimate_performance",
    "find_topics",
    "load_detector",
    "load_stream_detector",
    "project_vectors",
    "save_stream_detector",
    "text_columns",
]


__getattr__ = loads(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
