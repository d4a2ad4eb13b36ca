"""Frouros' batch detectors. It names no default: its user chooses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from frouros.detectors import data_drift as detectors
from scipy.stats import PermutationMethod

from benchmarks.peers.scenarios import Array, Kind
from benchmarks.peers.scoring import Score

TESTS = ("AndersonDarlingTest", "CVMTest", "KSTest", "KuiperTest", "MannWhitneyUTest", "WelchTTest")
DISTANCES = (
    "EMD", "EnergyDistance", "PSI", "JS", "KL", "HellingerDistance", "BhattacharyyaDistance", "HINormalizedComplement",
)  # fmt: skip


def tests(kind: Kind) -> Mapping[str, Score]:
    """Its tests by name."""
    if kind == "categories":
        return {"ChiSquareTest": _p_value(detectors.ChiSquareTest)}
    if kind == "vectors":
        return {"MMD": _distance(detectors.MMD)}
    found = {name: _p_value(getattr(detectors, name)) for name in TESTS}
    found |= {name: _distance(getattr(detectors, name)) for name in DISTANCES}
    return found | {"BWSTest": _bws}


def _p_value(detector: Any) -> Score:
    def score(reference: Array, current: Array) -> float:
        made = detector()
        made.fit(X=reference)
        return -float(made.compare(X=current)[0].p_value)

    return score


def _bws(reference: Array, current: Array) -> float:
    """Its statistic; the p-value is of 9,999 permutations, 12 s for two samples of 5,000."""
    made = detectors.BWSTest()
    made.fit(X=reference)
    return float(made.compare(X=current, method=PermutationMethod(n_resamples=1))[0].statistic)


def _distance(detector: Any) -> Score:
    def score(reference: Array, current: Array) -> float:
        made = detector()
        made.fit(X=np.asarray(reference, dtype=np.float64))
        return float(made.compare(X=np.asarray(current, dtype=np.float64))[0].distance)

    return score
