"""Two samples of which only summaries are left."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from pyflare.analytics.stats.categorical.compare import compare_categories
from pyflare.analytics.stats.result import Contribution, Effect, TwoSampleResult
from pyflare.analytics.stats.summaries import CategorySummary, NumberSummary
from pyflare.errors import InsufficientDataError

_GRID: Final = 1_000
"""Quantiles of each sample at which the two are compared."""
_BINS: Final = 10
_NULL_SQUARE: Final = math.pi**2 / 12
"""The mean of the squared limit statistic where nothing has changed."""


def compare_number_summaries(
    reference: NumberSummary, current: NumberSummary, *, confidence: float = 0.95
) -> TwoSampleResult:
    """Test by Kolmogorov and Smirnov whether two summarised samples come from one distribution.

    The largest difference of the two distribution functions is taken at a thousand quantiles of each sketch. What the
    sketches may be off by (`rank_error` of both) is taken from it before its p-value is found, and added to the bounds
    of the effect, so a summary never alarms more often than the numbers would. With every number kept, below about a
    thousand, nothing is taken away. Ties make it cautious, as they do the classic test.

    Args:
        reference: The baseline.
        current: What is compared with it.
        confidence: Of the effect's bounds.

    Raises:
        InsufficientDataError: A sample has no numbers.

    Examples:
        >>> rng = np.random.default_rng(1)
        >>> before, after = (NumberSummary.of(rng.normal(mean, 1, 20_000)) for mean in (0.0, 0.5))
        >>> found = compare_number_summaries(before, after)
        >>> 0.17 < found.effect.value < 0.22, found.p_value < 1e-9
        (True, True)
    """
    from scipy.special import kolmogi, kolmogorov

    if not reference.n_values or not current.n_values:
        raise InsufficientDataError("a sample has no values")
    shares = (np.arange(_GRID) + 0.5) / _GRID
    edges = np.unique(np.concatenate([reference.quantiles(shares), current.quantiles(shares)]))
    observed = float(np.abs(current.up_to(edges) - reference.up_to(edges)).max())
    error, noise = reference.rank_error + current.rank_error, 1 / reference.n_values + 1 / current.n_values
    sure = max(0.0, observed - error)
    margin = float(kolmogi(1 - confidence)) * math.sqrt(noise) + error
    return TwoSampleResult(
        method="kolmogorov_smirnov_of_summaries",
        statistic=observed,
        p_value=float(kolmogorov(sure / math.sqrt(noise))),
        p_value_kind="asymptotic",
        effect=Effect(
            name="largest_difference",
            value=math.sqrt(max(0.0, observed**2 - _NULL_SQUARE * noise)),
            low=max(0.0, observed - margin),
            high=min(1.0, observed + margin),
            confidence=confidence,
        ),
        n_reference=float(reference.n_values),
        n_current=float(current.n_values),
        contributions=_contributions(reference, current),
        notes=(f"of summaries, whose ranks may be off by {error:.2%}",) if error else (),
    )


def compare_category_summaries(
    reference: CategorySummary, current: CategorySummary, *, confidence: float = 0.95
) -> TwoSampleResult:
    """Compare two summarised columns of categories: see `compare_categories`, whose answer it is."""
    levels = tuple(dict.fromkeys([*reference.counts, *current.counts]))
    counts = [[summary.counts.get(level, 0) for level in levels] for summary in (reference, current)]
    return compare_categories(counts[0], counts[1], levels=levels, confidence=confidence)


def _contributions(reference: NumberSummary, current: NumberSummary) -> tuple[Contribution, ...]:
    """The shares of both between the deciles of the reference, those that differ most first."""
    edges = np.unique(reference.quantiles(np.arange(1, _BINS) / _BINS))
    before, after = (np.diff(summary.up_to(edges), prepend=0.0, append=1.0) for summary in (reference, current))
    apart = np.abs(after - before)
    parts = apart / (float(apart.sum()) or 1.0)
    bounds = [-math.inf, *edges.tolist(), math.inf]
    return tuple(
        Contribution(
            label=f"({bounds[at]:.4g}, {bounds[at + 1]:.4g}]",
            reference=float(before[at]),
            current=float(after[at]),
            contribution=float(parts[at]),
            low=bounds[at],
            high=bounds[at + 1],
        )
        for at in np.argsort(-parts, kind="stable").tolist()
    )
