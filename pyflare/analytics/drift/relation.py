"""Whether the truth depends on an input as it did."""

from __future__ import annotations

from typing import Final

import numpy as np

from pyflare.analytics.drift.column import Categories, Column
from pyflare.analytics.drift.outcomes import Outcomes, as_levels, taken
from pyflare.analytics.stats.categorical.conditional import Array
from pyflare.analytics.stats.categorical.stratified import stratified_g
from pyflare.analytics.stats.result import TwoSampleResult

BINS: Final = 10
"""Into so many bins of equal shares of the reference a column of numbers is split."""


def compare_relation(
    before: Column, now: Column, reference: Outcomes, current: Outcomes, *, confidence: float = 0.95
) -> TwoSampleResult:
    """Test whether the truth given an input is distributed as it was, whether or not the input has moved.

    Classes: the labels within each part of the input; numbers: the residuals, by quarters of the reference's. Parts
    are the levels of categories, and ten bins between quantiles of the reference for numbers; missing values are a
    part. See `stratified_g`.

    Args:
        before: The input in the reference: all rows, labelled or not.
        now: The same of the current sample.
        reference: What came of the reference.
        current: What came of the current sample.
        confidence: Of the effect's bounds.

    Raises:
        DataError: The input is vectors.
        InsufficientDataError: In no part are there enough labels.
    """
    strata = as_levels(taken(before, reference.rows), taken(now, current.rows), bins=BINS)
    truth = as_levels(reference.truth, current.truth)
    tables = [_cross(stratum, outcome) for stratum, outcome in zip(strata, truth, strict=True)]
    return stratified_g(tables[0], tables[1], strata=strata[0].levels, confidence=confidence)


def _cross(strata: Categories, outcomes: Categories) -> Array:
    """How often each outcome occurs in each stratum. Shape `(n_strata, n_levels)`."""
    n_strata, n_levels = len(strata.levels), len(outcomes.levels)
    cells = strata.codes.astype(np.int64) * n_levels + outcomes.codes
    return np.bincount(cells, minlength=n_strata * n_levels).reshape(n_strata, n_levels).astype(np.float64)
