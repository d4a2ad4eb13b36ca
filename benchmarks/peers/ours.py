"""PyFlare's comparisons of columns: `default` is what its detectors do where nothing is chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from benchmarks.peers.scenarios import Array, Kind
from benchmarks.peers.scoring import Score
from pyflare.analytics.drift.column import Numbers
from pyflare.analytics.drift.numbers import compare_numbers
from pyflare.analytics.stats.categorical.chi_squared import chi_squared
from pyflare.analytics.stats.categorical.compare import compare_categories
from pyflare.analytics.stats.categorical.g_test import g_test
from pyflare.analytics.stats.categorical.hellinger import hellinger
from pyflare.analytics.stats.categorical.jensen_shannon import jensen_shannon
from pyflare.analytics.stats.categorical.new_levels import new_levels
from pyflare.analytics.stats.categorical.psi import population_stability_index
from pyflare.analytics.stats.numeric.anderson_darling import anderson_darling
from pyflare.analytics.stats.numeric.binned import binned
from pyflare.analytics.stats.numeric.cramer_von_mises import cramer_von_mises
from pyflare.analytics.stats.numeric.energy import energy_distance
from pyflare.analytics.stats.numeric.epps_singleton import epps_singleton
from pyflare.analytics.stats.numeric.kolmogorov_smirnov import kolmogorov_smirnov
from pyflare.analytics.stats.numeric.mean_difference import mean_difference
from pyflare.analytics.stats.numeric.variance_ratio import variance_ratio
from pyflare.analytics.stats.numeric.wasserstein import wasserstein
from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.analytics.stats.vectors.centroid import centroid_distance
from pyflare.analytics.stats.vectors.classifier import classifier_test
from pyflare.analytics.stats.vectors.mmd_exact import mmd_exact
from pyflare.analytics.stats.vectors.vector_difference import vector_difference


def tests(kind: Kind) -> Mapping[str, Score]:
    """Its tests by name."""
    return {"numbers": _NUMBERS, "categories": _CATEGORIES, "vectors": _VECTORS}[kind]


def _numbers(reference: Array, current: Array) -> float:
    return -compare_numbers(Numbers(values=reference), Numbers(values=current)).p_value


def _direct(test: Callable[..., TwoSampleResult]) -> Score:
    return lambda reference, current: -test(reference, current).p_value


def _counted(test: Callable[..., TwoSampleResult]) -> Score:
    def score(reference: Array, current: Array) -> float:
        levels = 1 + int(max(reference.max(), current.max()))
        counts = (np.bincount(sample, minlength=levels) for sample in (reference, current))
        return -test(*counts).p_value

    return score


def _drawn(test: Callable[..., TwoSampleResult]) -> Score:
    return lambda reference, current: -test(reference, current, rng=np.random.default_rng(0)).p_value


_NUMBERS: Mapping[str, Score] = {
    "default": _numbers,
    "mean_difference": _direct(mean_difference),
    "variance_ratio": _direct(variance_ratio),
    "kolmogorov_smirnov": _direct(kolmogorov_smirnov),
    "cramer_von_mises": _direct(cramer_von_mises),
    "anderson_darling": _direct(anderson_darling),
    "energy_distance": _direct(energy_distance),
    "wasserstein": lambda reference, current: wasserstein(reference, current).statistic,
    "epps_singleton": _direct(epps_singleton),
    "population_stability_index of bins": _direct(binned),
    "jensen_shannon of bins": _direct(partial(binned, statistic=jensen_shannon, bins=20)),
}
_CATEGORIES: Mapping[str, Score] = {
    "default": _counted(compare_categories),
    "chi_squared": _counted(chi_squared),
    "g_test": _counted(g_test),
    "population_stability_index": _counted(population_stability_index),
    "jensen_shannon": _counted(jensen_shannon),
    "hellinger": _counted(hellinger),
    "new_levels": _counted(new_levels),
}
_VECTORS: Mapping[str, Score] = {
    "default": _drawn(vector_difference),
    "centroid_distance": _direct(centroid_distance),
    "mmd_exact": _drawn(mmd_exact),
    "classifier_test": _drawn(classifier_test),
}
