"""Numbers compared by the shares of each bin: stability index, Jensen-Shannon, Hellinger and chi-squared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol

import numpy.typing as npt

from pyflare.analytics.stats.categorical.psi import population_stability_index
from pyflare.analytics.stats.categorical.table import Counts
from pyflare.analytics.stats.numeric.bins import BINS, bin_counts, bin_edges, infinity_notes, labels_of
from pyflare.analytics.stats.numeric.ordered import ordered
from pyflare.analytics.stats.result import Contribution, TwoSampleResult
from pyflare.errors import DataError


class CountStatistic(Protocol):
    """A statistic of counts over the same levels, such as `population_stability_index` or `hellinger`."""

    def __call__(
        self, reference: Counts, current: Counts, *, levels: Sequence[str] | None, confidence: float
    ) -> TwoSampleResult:
        """Compare two samples over the same levels."""
        ...


_MOST: Final = 1_000
"""Bins; more of them would each hold too little of most samples."""


def binned(
    reference: npt.ArrayLike,
    current: npt.ArrayLike,
    *,
    statistic: CountStatistic = population_stability_index,
    bins: int = BINS,
    reference_weights: npt.ArrayLike | None = None,
    current_weights: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> TwoSampleResult:
    """Compare two samples of numbers by their shares of each bin, by any statistic of counts.

    The bins lie between quantiles of the reference, so that each has about the same share of it; a value that has
    that share alone has a bin of its own. Where its quantiles lie is left to chance, which the statistic's
    distribution does not change: all of the bins' shares are still compared with those of a sample. Each bin counts
    the same whether it lies next to the others or far from them, so bins see what happens in the middle of a
    distribution, and miss what happens within one: a tail beyond the last decile that grows longer, not thicker.

    Args:
        reference: Shape `(n,)`. NaN is missing and left out; infinities are in the outermost bins.
        current: Shape `(m,)`. The same.
        statistic: `population_stability_index`, `jensen_shannon`, `hellinger`, `chi_squared` or `g_test`.
        bins: How many, 2 to 1,000.
        reference_weights: Shape `(n,)`. Finite and not negative; None where each value counts once.
        current_weights: Shape `(m,)`. The same.
        confidence: Of the bounds of the effect, between 0 and 1.

    Returns:
        What the statistic says of the bins, contributions with their bounds.

    Raises:
        DataError: Values are not a list of numbers, weights do not fit them, or bins are out of range.
        InsufficientDataError: A sample has no values, or too few for two bins.

    Examples:
        >>> import numpy as np
        >>> found = binned(np.arange(1000), np.arange(1000) + 200)
        >>> found.method, [part.label for part in found.contributions[:2]]
        ('population_stability_index', ['[99, 199)', '[-inf, 99)'])
    """
    if not 2 <= bins <= _MOST:
        raise DataError(f"bins: expected 2 to {_MOST:,}, got {bins}.")
    before, after = ordered(reference, reference_weights), ordered(current, current_weights)
    edges = bin_edges(before, after, bins=bins)
    bounds = (float("-inf"), *edges.tolist(), float("inf"))
    labels = labels_of(edges)
    levels = [str(position) for position in range(len(labels))]
    found = statistic(bin_counts(before, edges), bin_counts(after, edges), levels=levels, confidence=confidence)
    return replace(
        found,
        contributions=tuple(_bounded(part, labels, bounds) for part in found.contributions),
        notes=(*found.notes, *infinity_notes(before, after)),
    )


def _bounded(part: Contribution, labels: Sequence[str], bounds: Sequence[float]) -> Contribution:
    """A contribution that is called by a bin's position, with that bin's bounds; one of several bins as it is."""
    if not part.label.isdigit():
        return part
    at = int(part.label)
    return replace(part, label=labels[at], low=bounds[at], high=bounds[at + 1])
