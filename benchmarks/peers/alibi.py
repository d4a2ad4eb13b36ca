"""Alibi Detect's offline detectors. Permutations are kept to one where the statistic alone is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from alibi_detect import cd
from sklearn.linear_model import LogisticRegression

from benchmarks.peers.scenarios import Array, Kind
from benchmarks.peers.scoring import Score


def tests(kind: Kind) -> Mapping[str, Score]:
    """Its tests by name; `default` is its detector of tables. It has none of embeddings."""
    if kind == "numbers":
        return {"default": _score(cd.TabularDrift), "KSDrift": _score(cd.KSDrift), "CVMDrift": _score(cd.CVMDrift)}
    if kind == "categories":
        return {
            "default": _score(cd.TabularDrift, categories_per_feature={0: None}),
            "ChiSquareDrift": _score(cd.ChiSquareDrift),
        }
    return {
        "KSDrift": _score(cd.KSDrift),
        "CVMDrift": _score(cd.CVMDrift),
        "MMDDrift": _score(cd.MMDDrift, found="distance", backend="tensorflow", n_permutations=1),
        "LSDDDrift": _score(cd.LSDDDrift, found="distance", backend="tensorflow", n_permutations=1),
        "ClassifierDrift": _score(
            cd.ClassifierDrift, found="distance", backend="sklearn", model=LogisticRegression(), n_folds=5
        ),
    }


def _score(detector: Any, *, found: str = "p_val", **options: Any) -> Score:
    def score(reference: Array, current: Array) -> float:
        before, after = (of.reshape(len(of), -1) for of in (reference, current))
        said = detector(before, **options).predict(after)["data"][found]
        return float(-np.min(said) if found == "p_val" else said)

    return score
