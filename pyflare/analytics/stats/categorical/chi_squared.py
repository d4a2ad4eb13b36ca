"""Pearson's chi-squared test of two samples over the same levels."""

from __future__ import annotations

from collections.abc import Sequence

from pyflare.analytics.stats.categorical.contributions import contributions_of, pooling_note
from pyflare.analytics.stats.categorical.table import Counts, Table, pool, two_rows
from pyflare.analytics.stats.categorical.total_variation import total_variation
from pyflare.analytics.stats.gamma import chi_squared_tail
from pyflare.analytics.stats.result import TwoSampleResult
from pyflare.errors import InsufficientDataError


def chi_squared(
    reference: Counts, current: Counts, *, levels: Sequence[str] | None = None, confidence: float = 0.95
) -> TwoSampleResult:
    """Test whether two samples have the same shares of each level.

    `sum((O - E)² / E)` over both samples and all levels, where `E` is what the pooled shares lead one to expect, has
    a chi-squared distribution with `n_levels - 1` degrees of freedom where nothing has changed. Both samples are
    taken to be samples: a test that takes the reference's shares for the truth is wrong as often as the reference is
    not much larger than the current sample. Rare levels count as one: see `pool`.

    It lies where the current sample is much smaller than the reference and p-values far below 1e-4 are asked for:
    a level of which five are expected is skewed, and its far tail is heavier than that of the chi-squared
    distribution. `compare_categories` is accurate there.

    Args:
        reference: Shape `(n_levels,)`. Observations of each level; effective ones where they are weighted.
        current: Shape `(n_levels,)`. The same of the current sample.
        levels: Their names, for the contributions; None for their positions.
        confidence: Of the effect's bounds, between 0 and 1.

    Returns:
        The statistic, its p-value, and the total variation distance. Contributions are each level's part of the
        statistic.

    Raises:
        DataError: Shapes differ, a count is negative or not finite, or the confidence is not one.
        InsufficientDataError: A sample is empty, or fewer than two levels are common enough.

    References:
        Pearson, Philosophical Magazine 50 (1900).

    Examples:
        >>> found = chi_squared([60, 40], [40, 60])
        >>> found.statistic, round(found.p_value, 4)
        (8.0, 0.0047)
    """
    counts = two_rows(reference, current)
    pooled = pool(counts)
    if pooled.counts.shape[1] < 2:
        raise InsufficientDataError("fewer than two of its values are common enough to be compared")
    statistic, degrees = pearson(pooled.counts)
    return TwoSampleResult(
        method="chi_squared",
        statistic=statistic,
        p_value=chi_squared_tail(statistic, degrees),
        p_value_kind="asymptotic",
        effect=total_variation(pooled.counts, confidence=confidence),
        n_reference=float(counts[0].sum()),
        n_current=float(counts[1].sum()),
        contributions=contributions_of(counts, levels, _parts(counts)),
        notes=pooling_note(pooled, counts),
    )


def pearson(counts: Table) -> tuple[float, int]:
    """Pearson's statistic of a table in which every level occurs, and its degrees of freedom."""
    return float(_parts(counts).sum()), counts.shape[1] - 1


def _parts(counts: Table) -> Table:
    """What each level adds to the statistic; 0 for a level that does not occur."""
    sizes, totals = counts.sum(axis=1, keepdims=True), counts.sum(axis=0)
    expected = sizes * totals / totals.sum()
    expected[expected == 0] = 1.0
    parts: Table = ((counts - expected) ** 2 / expected).sum(axis=0) * (totals > 0)
    return parts
