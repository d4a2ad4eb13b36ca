"""Evidently's statistical tests, as its reports call them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from evidently.legacy.calculations.stattests import get_stattest
from evidently.legacy.core import ColumnType
from evidently.legacy.metrics.data_drift import embedding_drift_methods as embedding

from benchmarks.peers.scenarios import Array, Kind
from benchmarks.peers.scoring import Score

P_VALUES = {"ks", "anderson", "cramer_von_mises", "mannw", "t_test", "es", "chisquare", "g_test", "z"}
NUMBERS = (
    None, "ks", "wasserstein", "psi", "jensenshannon", "hellinger", "kl_div", "anderson",
    "cramer_von_mises", "ed", "mannw", "t_test", "es",
)  # fmt: skip
CATEGORIES = (None, "chisquare", "g_test", "jensenshannon", "hellinger", "psi", "kl_div")


def tests(kind: Kind) -> Mapping[str, Score]:
    """Its tests by name; `default` is what it picks by itself."""
    if kind == "vectors":
        return _EMBEDDINGS
    names, column = (NUMBERS, ColumnType.Numerical) if kind == "numbers" else (CATEGORIES, ColumnType.Categorical)
    return {name or "default": _score(name, column) for name in names}


def _score(name: str | None, column: Any) -> Score:
    def score(reference: Array, current: Array) -> float:
        before, after = pd.Series(reference), pd.Series(current)
        test = get_stattest(before, after, column, name)
        found = test(before, after, column, None).drift_score
        return -found if test.name in P_VALUES else found

    return score


def _embedding(method: Any) -> Score:
    def score(reference: Array, current: Array) -> float:
        before, after = (pd.DataFrame(of).rename(columns=str) for of in (reference, current))
        return float(method(after, before)[0])

    return score


_EMBEDDINGS: Mapping[str, Score] = {
    "default": _embedding(embedding.model()),
    "euclidean distance": _embedding(embedding.distance()),
    "cosine distance": _embedding(embedding.distance(dist="cosine")),
    "mmd": _embedding(embedding.mmd()),
    "ratio": _embedding(embedding.ratio()),
}
