"""Levels that should not be there: of a category whose levels are all known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.categorical.contributions import contributions_of
from pyflare.analytics.stats.categorical.table import Counts, Table, two_rows
from pyflare.analytics.stats.categorical.two_proportion import wilson
from pyflare.analytics.stats.result import Effect, TwoSampleResult
from pyflare.errors import DataError


def new_levels(
    reference: Counts,
    current: Counts,
    *,
    known: npt.ArrayLike | None = None,
    levels: Sequence[str] | None = None,
    confidence: float = 0.95,
) -> TwoSampleResult:
    """Test whether current observations have levels that are not among the known ones.

    For categories whose levels are all known: an enumeration, the tools that a program has, the models it may call.
    There one observation of another level is proof, and the p-value 0. That is the strongest test of a new level that
    there is, and right only as far as the levels are all known. Where they merely are all that the reference shows,
    a rare level that chance has kept out of it is an alarm as well: one of `L / n` of the observations, in up to 25 of
    100 looks at samples of one size (at `L = ln 2`). `compare_categories` allows for that, and so needs about four
    observations.

    Args:
        reference: Shape `(n_levels,)`. Observations of each level; effective ones where they are weighted.
        current: Shape `(n_levels,)`. The same of the current sample.
        known: Shape `(n_levels,)`, truth values. Which levels may be; None for those that the reference has.
        levels: Their names, for the contributions; None for their positions.
        confidence: Of the effect's bounds, between 0 and 1.

    Returns:
        As statistic how many current observations have a level that is not known; a p-value of 0 where there is any
        and of 1 elsewhere; as effect their share, with Wilson's bounds. Contributions are the parts
        of each such level.

    Raises:
        DataError: Shapes differ, a count is negative or not finite, or the confidence is not one.
        InsufficientDataError: The current sample is empty, or the reference is and `known` does not say what may be.

    References:
        Wilson, JASA 22 (1927), for the bounds.

    Examples:
        >>> found = new_levels([500, 300, 200, 0], [490, 310, 199, 1], levels=["a", "b", "c", "d"])
        >>> found.p_value, round(found.effect.value, 3), found.contributions[0].label
        (0.0, 0.001, 'd')
    """
    counts = two_rows(reference, current, may_lack_reference=known is not None)
    may_be = counts[0] > 0 if known is None else np.asarray(known, np.bool_)
    if may_be.shape != counts[0].shape:
        raise DataError(f"known: expected {counts.shape[1]} truth values, got the shape {may_be.shape}.")
    new: Table = np.where(may_be, 0.0, counts[1])
    n_new, n_current = float(new.sum()), float(counts[1].sum())
    low, high = wilson(n_new, n_current, confidence=confidence)
    return TwoSampleResult(
        method="new_levels",
        statistic=n_new,
        p_value=0.0 if n_new else 1.0,
        p_value_kind="exact",
        effect=Effect(name="share_of_new_levels", value=n_new / n_current, low=low, high=high, confidence=confidence),
        n_reference=float(counts[0].sum()),
        n_current=n_current,
        contributions=tuple(part for part in contributions_of(counts, levels, new) if part.contribution > 0),
    )
