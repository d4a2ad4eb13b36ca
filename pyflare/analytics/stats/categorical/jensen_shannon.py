"""The Jensen-Shannon divergence of two samples over the same levels."""

from __future__ import annotations

from collections.abc import Sequence

from pyflare.analytics.stats.categorical.divergence import Divergence, Shares, divergence_result
from pyflare.analytics.stats.categorical.table import Counts
from pyflare.analytics.stats.result import TwoSampleResult


def jensen_shannon(
    reference: Counts, current: Counts, *, levels: Sequence[str] | None = None, confidence: float = 0.95
) -> TwoSampleResult:
    """Measure how well an observation tells which of two samples it is from, and test whether chance explains it.

    `JS = KL(p, h) / 2 + KL(q, h) / 2` where `h = (p + q) / 2`, in bits: the information that one observation carries
    about its sample, 0 to 1. It needs no pseudo-count, is bounded, and its square root is a metric (the distance that
    SciPy and others call Jensen-Shannon). With no drift it averages about `0.18 * (n_levels - 1) * (1 / n + 1 / m)`,
    which the effect leaves out; the p-value is that of `conditional_p_value`. Rare levels count as one: see `pool`.

    Args:
        reference: Shape `(n_levels,)`. Observations of each level; effective ones where they are weighted.
        current: Shape `(n_levels,)`. The same of the current sample.
        levels: Their names, for the contributions; None for their positions.
        confidence: Of the effect's bounds, between 0 and 1.

    Returns:
        The divergence of the pooled levels in bits, its p-value, and as effect the distance: the square root of the
        divergence less what chance adds to it, 0 to 1. Its bounds are found as those of `population_stability_index`.

    Raises:
        DataError: Shapes differ, a count is negative or not finite, or the confidence is not one.
        InsufficientDataError: A sample is empty, or fewer than two levels are common enough.

    References:
        Lin, IEEE Transactions on Information Theory 37 (1991); Endres and Schindelin, the same 49 (2003).

    Examples:
        >>> round(jensen_shannon([60, 40], [40, 60]).statistic, 4)
        0.029
    """
    from scipy.special import rel_entr

    def bits(p: Shares, q: Shares) -> Shares:
        middle = (p + q) / 2
        together: Shares = (rel_entr(p, middle) + rel_entr(q, middle)) / 2 / _LN2
        return together

    divergence = Divergence(name="jensen_shannon", of=bits, curvature=1 / (8 * _LN2), is_squared=True)
    return divergence_result(divergence, reference, current, levels=levels, confidence=confidence)


_LN2 = 0.6931471805599453
