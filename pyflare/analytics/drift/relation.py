"""Whether the truth depends on an input as it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from pyflare.analytics.drift.column import Categories, Column
from pyflare.analytics.drift.outcomes import Outcomes, as_levels, taken
from pyflare.analytics.stats.categorical.conditional import Array
from pyflare.analytics.stats.categorical.stratified import stratified_g
from pyflare.analytics.stats.result import Contribution, TwoSampleResult

BINS: Final = 10
"""Into so many bins of equal shares of the reference a column of numbers is split."""
_WHERE: Final = " where "


def compare_relation(
    before: Column, now: Column, reference: Outcomes, current: Outcomes, *, confidence: float = 0.95
) -> TwoSampleResult:
    """Test whether the truth given an input is distributed as it was, whether or not the input has moved.

    Classes: the labels within each part of the input; numbers: the residuals, by quarters of the reference's. Parts
    are the levels of categories, and ten bins between quantiles of the reference for numbers; missing values are a
    part. See `stratified_g`.

    A contribution is a part of the input, and names the truth whose share within it has changed most: `yes where DE`,
    or of numbers `residual [0.5, inf) where [10, 20)`. Its shares are those of that truth within the part.

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
    found = stratified_g(tables[0], tables[1], confidence=confidence)
    names = truth[0].levels if reference.is_class else [f"residual {level}" for level in truth[0].levels]
    shares = [table / np.maximum(table.sum(axis=1, keepdims=True), 1) for table in tables]
    parts = [_named(part, strata[0].levels, names, shares) for part in found.contributions]
    return replace(found, contributions=tuple(parts))


def stratum_of(part: Contribution, strata: Sequence[str]) -> int | None:
    """The position of the part of the input that a contribution of `compare_relation` is of; None where it is none.

    Args:
        part: One of its contributions.
        strata: The parts of the input.
    """
    among = [at for at, name in enumerate(strata) if part.label.endswith(_WHERE + name)]
    return max(among, key=lambda at: len(strata[at]), default=None)


def _named(part: Contribution, strata: Sequence[str], truths: Sequence[str], shares: Sequence[Array]) -> Contribution:
    """A contribution by what has changed within its stratum, which it has for its position."""
    at = int(part.label)
    moved = shares[1][at] - shares[0][at]
    # Of two labels one grows as the other shrinks, but for rounding: the one that grows is named.
    most = int(np.argmax(np.abs(moved).round(12) + 1e-13 * (moved > 0)))
    return replace(
        part,
        label=f"{truths[most]}{_WHERE}{strata[at]}",
        reference=float(shares[0][at, most]),
        current=float(shares[1][at, most]),
    )


def _cross(strata: Categories, outcomes: Categories) -> Array:
    """How often each outcome occurs in each stratum. Shape `(n_strata, n_levels)`."""
    n_strata, n_levels = len(strata.levels), len(outcomes.levels)
    cells = strata.codes.astype(np.int64) * n_levels + outcomes.codes
    return np.bincount(cells, minlength=n_strata * n_levels).reshape(n_strata, n_levels).astype(np.float64)
