"""The likelihood-ratio test of two samples over the same levels, accurate also where levels are rare."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pyflare.analytics.stats.categorical.conditional import Array, Parts, conditional_moments, conditional_p_value
from pyflare.analytics.stats.categorical.contributions import contributions_of, pooling_note
from pyflare.analytics.stats.categorical.table import Counts, Table, pool, two_rows
from pyflare.analytics.stats.categorical.total_variation import total_variation
from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.errors import InsufficientDataError


def g_test(
    reference: Counts, current: Counts, *, levels: Sequence[str] | None = None, confidence: float = 0.95
) -> TwoSampleResult:
    """Test whether two samples have the same shares of each level, by their likelihood ratio.

    `G = 2 sum(O log(O / E))` over both samples and all levels, where `E` is what the pooled shares lead one to expect.
    Its usual p-value, from the chi-squared distribution, is too small where levels are rare: nearly twice the stated
    rate with 90 levels of which six are expected. Here the distribution is a gamma with the mean and variance that G has
    given the totals (see `conditional_p_value`). That holds the stated rate to a few hundredths from 2 to 200 levels, and far into the tail too, where Pearson's
    statistic is two to five times too sure when the current sample is much smaller than the reference. Levels of
    which fewer than five are expected count as one: see `pool`.

    Args:
        reference: Shape `(n_levels,)`. Observations of each level; effective ones where they are weighted.
        current: Shape `(n_levels,)`. The same of the current sample.
        levels: Their names, for the contributions; None for their positions.
        confidence: Of the effect's bounds, between 0 and 1.

    Returns:
        G, its p-value, and the total variation distance. Contributions are each level's part of G.

    Raises:
        DataError: Shapes differ, a count is negative or not finite, or the confidence is not one.
        InsufficientDataError: A sample is empty, or fewer than two levels are common enough.

    References:
        Wilks, Annals of Mathematical Statistics 9 (1938); Williams, Biometrika 63 (1976); Hoeffding, Annals of
        Mathematical Statistics 36 (1965), on why its tail is the right one.

    Examples:
        >>> found = g_test([60, 40], [40, 60])
        >>> round(found.statistic, 3), round(found.p_value, 4)
        (8.054, 0.0046)
    """
    counts = two_rows(reference, current)
    pooled = pool(counts)
    if pooled.counts.shape[1] < 2:
        raise InsufficientDataError("fewer than two of its values are common enough to be compared")
    return TwoSampleResult(
        method="g_test",
        statistic=float(g_parts(pooled.counts).sum()),
        p_value=g_p_value(pooled.counts),
        p_value_kind="asymptotic",
        effect=total_variation(pooled.counts, confidence=confidence),
        n_reference=float(counts[0].sum()),
        n_current=float(counts[1].sum()),
        contributions=contributions_of(counts, levels, g_parts(counts)),
        notes=pooling_note(pooled, counts),
    )


def g_parts(counts: Table) -> Array:
    """What each level adds to G; 0 for a level that does not occur. Shape `(n_levels,)`."""
    return _parts_of(counts)(counts[0], counts[1])


def g_p_value(counts: Table) -> float:
    """The chance of as large a G where nothing has changed, given the totals of a table in which every level occurs."""
    return conditional_p_value(counts, _parts_of(counts))


def g_moments(counts: Table) -> tuple[float, float]:
    """The mean and variance of G where nothing has changed, given the totals of a table in which every level occurs."""
    return conditional_moments(counts, _parts_of(counts))


def _parts_of(counts: Table) -> Parts:
    shares = counts.sum(axis=1) / counts.sum()

    def parts(reference: Array, current: Array) -> Array:
        total = np.maximum(reference + current, 1e-300)
        terms = [
            count * np.log(np.maximum(count, 1e-300) / (total * share))
            for count, share in zip((reference, current), shares, strict=True)
        ]
        # Not negative (Gibbs), but for rounding where both samples have the same share.
        together: Array = np.maximum(2 * (terms[0] + terms[1]), 0.0)
        return together

    return parts
