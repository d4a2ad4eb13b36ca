"""NannyML's univariate methods, as its calculator calls them, and its reconstruction by principal components.

Its domain classifier is left out: at 20 s and more for one pair of samples it cannot be calibrated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from nannyml.chunk import SizeBasedChunker
from nannyml.drift.multivariate.data_reconstruction import DataReconstructionDriftCalculator
from nannyml.drift.univariate.methods import FeatureType, MethodFactory
from nannyml.thresholds import ConstantThreshold

from benchmarks.peers.scenarios import Array, Kind
from benchmarks.peers.scoring import Score

NUMBERS = ("jensen_shannon", "kolmogorov_smirnov", "wasserstein", "hellinger")
CATEGORIES = ("jensen_shannon", "chi2", "l_infinity", "hellinger")


def tests(kind: Kind) -> Mapping[str, Score]:
    """Its tests by name; `default` is what its calculators do by themselves."""
    if kind == "vectors":
        return {"default": _reconstruction}
    feature, names = (FeatureType.CONTINUOUS, NUMBERS) if kind == "numbers" else (FeatureType.CATEGORICAL, CATEGORIES)
    return {"default": _score(names[0], feature)} | {name: _score(name, feature) for name in names[1:]}


def _score(name: str, feature: Any) -> Score:
    def score(reference: Array, current: Array) -> float:
        threshold, chunker = ConstantThreshold(upper=1.0), SizeBasedChunker(chunk_size=len(reference))
        method = MethodFactory.create(name, feature, chunker=chunker, threshold=threshold)
        method.fit(pd.Series(reference, name="x"))
        return float(method.calculate(pd.Series(current, name="x")))

    return score


def _frame(vectors: Array) -> pd.DataFrame:
    return pd.DataFrame(vectors, columns=[f"x{at}" for at in range(vectors.shape[1])])


def _reconstruction(reference: Array, current: Array) -> float:
    """How far the error of reconstruction is from the reference's own, in either direction."""
    before, after = _frame(reference), _frame(current)
    calculator = DataReconstructionDriftCalculator(column_names=list(before), chunk_size=len(after))
    found = calculator.fit(before).calculate(after).to_df(multilevel=False)
    errors = found.groupby("chunk_period")["reconstruction_error_value"].mean()
    return float(abs(errors["analysis"] - errors["reference"]))
