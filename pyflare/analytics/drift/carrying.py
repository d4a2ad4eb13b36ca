"""How much of a metric's change the levels of a column carry that have moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pyflare.errors import DataError, InsufficientDataError

_Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricChange:
    """The change of a metric's mean between two samples, taken apart by the levels of a column."""

    reference: float
    """Its mean in the reference."""
    current: float
    reference_means: _Array
    """Shape `(n_levels,)`. Its mean in each level; NaN of none."""
    current_means: _Array
    by_share: _Array
    """Shape `(n_levels,)`. What each level adds because it grew or shrank, in units of the metric."""
    by_value: _Array
    """Shape `(n_levels,)`. What each level adds because the metric moved within it."""

    @property
    def change(self) -> float:
        """From the reference to now."""
        return self.current - self.reference

    @property
    def carried(self) -> float:
        """What moved shares alone add to the metric, in its units."""
        return float(self.by_share.sum())


def metric_change(
    reference_levels: npt.NDArray[np.intp],
    reference_metric: _Array,
    current_levels: npt.NDArray[np.intp],
    current_metric: _Array,
    *,
    n_levels: int,
) -> MetricChange:
    """Take the change of a mean apart into moved shares and moved values (Kitagawa's decomposition).

    With shares `p` and means `m` of a level in the reference (0) and now (1), the level adds by its share
    `(p1 - p0) * ((m0 + m1) / 2 - M)`, where `M` is the mean of both samples' means, and by its value
    `(m1 - m0) * (p0 + p1) / 2`. All of them add up to the change exactly. A level that only one sample has is taken
    to have had the same mean in the other, so it adds by its share alone.

    This is arithmetic and no proof of cause: what moved together need not have moved each other.

    Args:
        reference_levels: Shape `(n,)`. The level of each row of the reference, from 0.
        reference_metric: Shape `(n,)`. The metric of each; NaN is missing, and its row is left out.
        current_levels: Shape `(m,)`. The same of the current sample.
        current_metric: Shape `(m,)`.
        n_levels: How many levels there are.

    Raises:
        DataError: Levels and metrics are not of the same length.
        InsufficientDataError: The metric is missing in all rows of a sample.

    References:
        Kitagawa, Components of a difference between two rates, JASA 50 (1955).

    Examples:
        >>> found = metric_change(np.array([0, 0, 0, 1]), np.array([0., 0., 0., 1.]),
        ...                       np.array([0, 1, 1, 1]), np.array([0., 1., 1., 1.]), n_levels=2)
        >>> found.change, found.carried
        (0.5, 0.5)
    """
    before_shares, before = _means(reference_levels, reference_metric, n_levels)
    now_shares, now = _means(current_levels, current_metric, n_levels)
    overall = _overall(before_shares, before), _overall(now_shares, now)
    filled_before = np.where(np.isnan(before), np.nan_to_num(now), before)
    filled_now = np.where(np.isnan(now), np.nan_to_num(before), now)
    return MetricChange(
        reference=overall[0],
        current=overall[1],
        reference_means=before,
        current_means=now,
        by_share=(now_shares - before_shares) * ((filled_before + filled_now) / 2 - sum(overall) / 2),
        by_value=(filled_now - filled_before) * (before_shares + now_shares) / 2,
    )


def _means(levels: npt.NDArray[np.intp], metric: _Array, n_levels: int) -> tuple[_Array, _Array]:
    if levels.shape != metric.shape:
        raise DataError(f"expected a metric for each of {levels.shape} levels, got {metric.shape}.")
    is_there = ~np.isnan(metric)
    if not is_there.any():
        raise InsufficientDataError("the metric is missing in all rows of a sample.")
    counts = np.bincount(levels[is_there], minlength=n_levels).astype(np.float64)
    sums = np.bincount(levels[is_there], metric[is_there], minlength=n_levels)
    with np.errstate(invalid="ignore"):
        return counts / counts.sum(), sums / counts


def _overall(shares: _Array, means: _Array) -> float:
    return float(np.nansum(shares * np.nan_to_num(means)))
