"""Statistics of two samples: tests, distances and what they have in common. Pure functions of arrays.

    from pyflare.analytics.stats import kolmogorov_smirnov

Each lies in a file of its own, by what it compares: `numeric`, `categorical` (counts) and `vectors`. Everything here
is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyflare.lazy import loads

if TYPE_CHECKING:
    from pyflare.analytics.stats.categorical.chi_squared import chi_squared
    from pyflare.analytics.stats.categorical.compare import compare_categories
    from pyflare.analytics.stats.categorical.g_test import g_test
    from pyflare.analytics.stats.categorical.hellinger import hellinger
    from pyflare.analytics.stats.categorical.jensen_shannon import jensen_shannon
    from pyflare.analytics.stats.categorical.new_levels import new_levels
    from pyflare.analytics.stats.categorical.psi import population_stability_index
    from pyflare.analytics.stats.categorical.two_proportion import two_proportion
    from pyflare.analytics.stats.multiplicity import benjamini_hochberg, combine_cauchy, holm
    from pyflare.analytics.stats.numeric.anderson_darling import anderson_darling
    from pyflare.analytics.stats.numeric.binned import binned
    from pyflare.analytics.stats.numeric.cramer_von_mises import cramer_von_mises
    from pyflare.analytics.stats.numeric.energy import energy_distance
    from pyflare.analytics.stats.numeric.epps_singleton import epps_singleton
    from pyflare.analytics.stats.numeric.kolmogorov_smirnov import kolmogorov_smirnov
    from pyflare.analytics.stats.numeric.mean_difference import mean_difference
    from pyflare.analytics.stats.numeric.variance_ratio import variance_ratio
    from pyflare.analytics.stats.numeric.wasserstein import wasserstein
    from pyflare.analytics.stats.result import Contribution, Effect, TwoSampleResult
    from pyflare.analytics.stats.sequential import alpha_of_look, alpha_spent
    from pyflare.analytics.stats.summaries import CategorySummary, NumberSummary
    from pyflare.analytics.stats.summarised import compare_category_summaries, compare_number_summaries
    from pyflare.analytics.stats.vectors.centroid import centroid_distance
    from pyflare.analytics.stats.vectors.classifier import classifier_test
    from pyflare.analytics.stats.vectors.density import density_ratios
    from pyflare.analytics.stats.vectors.mmd_exact import mmd_exact
    from pyflare.analytics.stats.vectors.mmd_features import mmd_features
    from pyflare.analytics.stats.vectors.mmd_linear import mmd_linear
    from pyflare.analytics.stats.vectors.neighbours import neighbour_test
    from pyflare.analytics.stats.vectors.spectral import spectral_difference
    from pyflare.analytics.stats.vectors.vector_difference import vector_difference

_HOMES: Final = {
    "CategorySummary": "pyflare.analytics.stats.summaries",
    "Contribution": "pyflare.analytics.stats.result",
    "Effect": "pyflare.analytics.stats.result",
    "NumberSummary": "pyflare.analytics.stats.summaries",
    "TwoSampleResult": "pyflare.analytics.stats.result",
    "alpha_of_look": "pyflare.analytics.stats.sequential",
    "alpha_spent": "pyflare.analytics.stats.sequential",
    "anderson_darling": "pyflare.analytics.stats.numeric.anderson_darling",
    "benjamini_hochberg": "pyflare.analytics.stats.multiplicity",
    "binned": "pyflare.analytics.stats.numeric.binned",
    "centroid_distance": "pyflare.analytics.stats.vectors.centroid",
    "chi_squared": "pyflare.analytics.stats.categorical.chi_squared",
    "classifier_test": "pyflare.analytics.stats.vectors.classifier",
    "combine_cauchy": "pyflare.analytics.stats.multiplicity",
    "compare_categories": "pyflare.analytics.stats.categorical.compare",
    "compare_category_summaries": "pyflare.analytics.stats.summarised",
    "compare_number_summaries": "pyflare.analytics.stats.summarised",
    "cramer_von_mises": "pyflare.analytics.stats.numeric.cramer_von_mises",
    "density_ratios": "pyflare.analytics.stats.vectors.density",
    "energy_distance": "pyflare.analytics.stats.numeric.energy",
    "epps_singleton": "pyflare.analytics.stats.numeric.epps_singleton",
    "g_test": "pyflare.analytics.stats.categorical.g_test",
    "hellinger": "pyflare.analytics.stats.categorical.hellinger",
    "holm": "pyflare.analytics.stats.multiplicity",
    "jensen_shannon": "pyflare.analytics.stats.categorical.jensen_shannon",
    "kolmogorov_smirnov": "pyflare.analytics.stats.numeric.kolmogorov_smirnov",
    "mean_difference": "pyflare.analytics.stats.numeric.mean_difference",
    "mmd_exact": "pyflare.analytics.stats.vectors.mmd_exact",
    "mmd_features": "pyflare.analytics.stats.vectors.mmd_features",
    "mmd_linear": "pyflare.analytics.stats.vectors.mmd_linear",
    "neighbour_test": "pyflare.analytics.stats.vectors.neighbours",
    "new_levels": "pyflare.analytics.stats.categorical.new_levels",
    "population_stability_index": "pyflare.analytics.stats.categorical.psi",
    "spectral_difference": "pyflare.analytics.stats.vectors.spectral",
    "two_proportion": "pyflare.analytics.stats.categorical.two_proportion",
    "variance_ratio": "pyflare.analytics.stats.numeric.variance_ratio",
    "vector_difference": "pyflare.analytics.stats.vectors.vector_difference",
    "wasserstein": "pyflare.analytics.stats.numeric.wasserstein",
}

__all__ = [
    "CategorySummary",
    "Contribution",
    "Effect",
    "NumberSummary",
    "TwoSampleResult",
    "alpha_of_look",
    "alpha_spent",
    "anderson_darling",
    "benjamini_hochberg",
    "binned",
    "centroid_distance",
    "chi_squared",
    "classifier_test",
    "combine_cauchy",
    "compare_categories",
    "compare_category_summaries",
    "compare_number_summaries",
    "cramer_von_mises",
    "density_ratios",
    "energy_distance",
    "epps_singleton",
    "g_test",
    "hellinger",
    "holm",
    "jensen_shannon",
    "kolmogorov_smirnov",
    "mean_difference",
    "mmd_exact",
    "mmd_features",
    "mmd_linear",
    "neighbour_test",
    "new_levels",
    "population_stability_index",
    "spectral_difference",
    "two_proportion",
    "variance_ratio",
    "vector_difference",
    "wasserstein",
]


__getattr__ = loads(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
