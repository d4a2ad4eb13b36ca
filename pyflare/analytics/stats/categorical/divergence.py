"""What divergences of shares have in common: each is a sum over levels, and near 0 a multiple of chi-squared."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pyflare.analytics.stats.categorical.conditional import Array, Parts, conditional_moments, conditional_p_value
from pyflare.analytics.stats.categorical.contributions import contributions_of, pooling_note
from pyflare.analytics.stats.categorical.table import Counts, Table, pool, two_rows
from pyflare.analytics.stats.normal import checked_confidence
from pyflare.analytics.stats.result import Effect, TwoSampleResult
from pyflare.errors import InsufficientDataError

_PRECISION: Final = 1e-12

Shares = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """A divergence that is a sum over levels."""

    name: str
    of: Callable[[Shares, Shares], Shares]
    """What levels add, from their shares in the reference and in the current sample. Not negative."""
    curvature: float
    """What it is near 0, in units of `sum((q - p)² / p)`."""
    pseudo_count: float = 0.0
    """Added to every count."""
    is_squared: bool = False
    """Whether its root is the distance that people read."""


def divergence_result(
    divergence: Divergence, reference: Counts, current: Counts, *, levels: Sequence[str] | None, confidence: float
) -> TwoSampleResult:
    """The divergence of two samples, with a p-value and an effect. Raises DataError, InsufficientDataError."""
    counts = two_rows(reference, current)
    pooled = pool(counts)
    if pooled.counts.shape[1] < 2:
        raise InsufficientDataError("fewer than two of its values are common enough to be compared")
    unit = divergence.curvature * float((1 / counts.sum(axis=1)).sum())
    parts = _parts(divergence, pooled.counts, unit)
    statistic = float(parts(pooled.counts[0], pooled.counts[1]).sum())
    return TwoSampleResult(
        method=divergence.name,
        statistic=statistic * unit,
        p_value=conditional_p_value(pooled.counts, parts),
        p_value_kind="asymptotic",
        effect=_effect(divergence, pooled.counts, parts, unit, confidence),
        n_reference=float(counts[0].sum()),
        n_current=float(counts[1].sum()),
        contributions=contributions_of(counts, levels, _parts(divergence, counts, unit)(counts[0], counts[1])),
        notes=pooling_note(pooled, counts),
    )


def _parts(divergence: Divergence, counts: Table, unit: float) -> Parts:
    """What levels add, in units in which it is distributed as chi-squared."""
    extra, n_levels = divergence.pseudo_count, np.count_nonzero(counts.sum(axis=0))
    sizes = counts.sum(axis=1) + extra * n_levels

    def parts(reference: Array, current: Array) -> Array:
        return divergence.of((reference + extra) / sizes[0], (current + extra) / sizes[1]) / unit

    return parts


def _effect(divergence: Divergence, counts: Table, parts: Parts, unit: float, confidence: float) -> Effect:
    """The divergence less what chance adds, and those with which the observed one would be too small or too large."""
    statistic, confidence = float(parts(counts[0], counts[1]).sum()), checked_confidence(confidence)
    mean, _ = conditional_moments(counts, parts)
    degrees = counts.shape[1] - 1
    scaled = statistic * degrees / mean
    low, high = (noncentrality(scaled, degrees, p) for p in ((1 + confidence) / 2, (1 - confidence) / 2))
    values = [max(0.0, statistic - mean) * unit, low * unit, high * unit]
    value, least, most = (min(1.0, math.sqrt(each)) for each in values) if divergence.is_squared else values
    return Effect(
        name=divergence.name,
        value=min(max(value, least), most),
        low=least,
        high=most,
        confidence=confidence,
    )


def noncentrality(statistic: float, degrees: int, probability: float) -> float:
    """With which noncentrality a chi-squared variable is at most `statistic` with the probability given; 0 if none."""
    from scipy.special import chdtr, chndtr

    if chdtr(degrees, statistic) <= probability:
        return 0.0
    low, high = 0.0, statistic + 10 * math.sqrt(statistic + 1) + 10
    while high - low > _PRECISION * high:
        middle = (low + high) / 2
        low, high = (middle, high) if chndtr(statistic, degrees, middle) > probability else (low, middle)
    return high
