"""Two samples over the same levels within strata: whether the levels depend on the strata as they did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pyflare.analytics.stats.arrays import numbers_of
from pyflare.analytics.stats.categorical.conditional import Array, gamma_tail
from pyflare.analytics.stats.categorical.g_test import g_moments, g_parts
from pyflare.analytics.stats.categorical.table import Table, pool
from pyflare.analytics.stats.categorical.total_variation import total_variation
from pyflare.analytics.stats.result import Contribution, Effect, TwoSampleResult
from pyflare.errors import DataError, InsufficientDataError


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stratum:
    name: str
    table: Table
    """The pooled levels."""
    share: float
    """Of the current sample."""


def stratified_g(
    reference: Array,
    current: Array,
    *,
    strata: Sequence[str] | None = None,
    confidence: float = 0.95,
) -> TwoSampleResult:
    """Test whether two samples have the same shares of each level within each stratum.

    The strata may be of other sizes in the current sample: only how levels are distributed within them counts. With
    labels as levels and a feature's bins as strata this asks whether `P(label | feature)` has changed, which is what
    concept drift is, and leaves out whether the feature itself has moved.

    G is added up over the strata, each with its rare levels pooled (`pool`); its p-value is that of a gamma with the
    mean and variance that the sum has given the totals of every stratum, as in `g_test`. Strata in which fewer than
    two levels are common enough are left out.

    It lies where a stratum is wide and the feature moves within it: then labels change with the feature though their
    relation has not. More bins make that smaller.

    Args:
        reference: Shape `(n_strata, n_levels)`. Observations.
        current: Shape `(n_strata, n_levels)`. The same of the current sample.
        strata: Their names, for the contributions; None for their positions.
        confidence: Of the effect's bounds, between 0 and 1.

    Returns:
        G, its p-value, and as effect the mean of the strata's total variation distances (see `total_variation`),
        weighted by the current sample: the share of its observations whose level has changed, at least. The bounds
        join those of the strata (Zou and Donner, Statistics in Medicine 27, 2008). Contributions are each stratum's part of G; their shares are those of the sample in the stratum.

    Raises:
        DataError: Shapes differ, or a count is negative or not finite.
        InsufficientDataError: In no stratum are two levels common enough in both samples.

    Examples:
        >>> import numpy as np
        >>> found = stratified_g(np.array([[90, 10], [10, 90]]), np.array([[90, 10], [90, 10]]))
        >>> found.p_value < 1e-9, round(found.effect.value, 2)
        (True, 0.4)
    """
    before, now = numbers_of(reference), numbers_of(current)
    if before.shape != now.shape or before.ndim != 2:
        raise DataError(f"expected counts of one shape (n_strata, n_levels), got {before.shape} and {now.shape}.")
    if not np.all(np.isfinite(before + now)) or np.any(before < 0) or np.any(now < 0):
        raise DataError("expected counts that are not negative.")
    found = _strata(before, now, strata)
    if not found:
        raise InsufficientDataError("in no part of the data are two values common enough in both samples")
    parts = np.array([float(g_parts(stratum.table).sum()) for stratum in found])
    moments = np.array([g_moments(stratum.table) for stratum in found])
    return TwoSampleResult(
        method="stratified_g",
        statistic=float(parts.sum()),
        p_value=gamma_tail(float(parts.sum()), *moments.sum(axis=0)),
        p_value_kind="asymptotic",
        effect=_effect(found, confidence),
        n_reference=float(before.sum()),
        n_current=float(now.sum()),
        contributions=_contributions(found, parts, before, now),
        notes=_notes(len(found), before),
    )


def _strata(before: Array, now: Array, names: Sequence[str] | None) -> list[_Stratum]:
    found = []
    for position in range(before.shape[0]):
        counts = np.array([before[position], now[position]])
        if not np.all(counts.sum(axis=1) > 0):
            continue
        table = pool(counts).counts
        if table.shape[1] >= 2:
            name = str(position) if names is None else names[position]
            found.append(_Stratum(name=name, table=table, share=float(counts[1].sum() / now.sum())))
    return found


def _effect(strata: list[_Stratum], confidence: float) -> Effect:
    """The mean of the strata's distances; its bounds from theirs, as those of a sum of independent estimates."""
    weights = np.array([stratum.share for stratum in strata])
    effects = [total_variation(stratum.table, confidence=confidence) for stratum in strata]
    values, lows, highs = np.array([(effect.value, effect.low, effect.high) for effect in effects]).T
    weights /= weights.sum()
    value = float(weights @ values)
    return Effect(
        name="change_within_strata",
        value=value,
        low=max(0.0, value - float(np.linalg.norm(weights * (values - lows)))),
        high=min(1.0, value + float(np.linalg.norm(weights * (highs - values)))),
        confidence=confidence,
    )


def _contributions(strata: list[_Stratum], parts: Array, before: Array, now: Array) -> tuple[Contribution, ...]:
    total = float(parts.sum())
    weights = parts / total if total > 0 else np.zeros_like(parts)
    return tuple(
        Contribution(
            label=strata[at].name,
            reference=float(strata[at].table[0].sum() / before.sum()),
            current=float(strata[at].table[1].sum() / now.sum()),
            contribution=float(weights[at]),
        )
        for at in np.argsort(-weights, kind="stable").tolist()
    )


def _notes(used: int, before: Array) -> tuple[str, ...]:
    left_out = int((before.sum(axis=1) > 0).sum()) - used
    return (f"{left_out} parts of the data are too small to be compared.",) if left_out > 0 else ()
