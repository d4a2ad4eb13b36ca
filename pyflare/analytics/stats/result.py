"""What every comparison of a reference with a current sample returns."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

PValueKind = Literal["exact", "asymptotic", "permutation", "none"]
"""How a p-value was found; `none` where the comparison is a distance and no test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """How large a difference is, whatever the number of observations."""

    name: str
    """What is measured, such as `total_variation`."""
    value: float
    """0 where nothing differs. Reasoned NaN where it is not defined; the result's notes say why."""
    low: float = math.nan
    high: float = math.nan
    """Bounds of the true effect, where there are any."""
    confidence: float = 0.95
    """Of the bounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one bin, level or dimension adds to a difference."""

    label: str
    """The level, the dimension, or the bin as text: `[0.5, 1.25)`."""
    reference: float
    """Share of the reference in it, 0 to 1; for a dimension its mean; for a label within a part, its share of that."""
    current: float
    """The same of the current sample."""
    contribution: float
    """Its part of the difference; contributions add up to 1 where anything differs."""
    low: float = math.nan
    high: float = math.nan
    """The bin's bounds, low included and high not, where it is one of numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoSampleResult:
    """How a current sample compares with a reference."""

    method: str
    """The function's name, such as `kolmogorov_smirnov`."""
    statistic: float
    p_value: float
    """Chance of a statistic as large where nothing has changed; NaN where the comparison is no test."""
    p_value_kind: PValueKind
    effect: Effect
    n_reference: float
    n_current: float
    """Observations with a value; effective numbers (Kish) where they are weighted."""
    contributions: tuple[Contribution, ...] = ()
    """What adds to the difference, the largest part first."""
    notes: tuple[str, ...] = ()
    """What a reader should know: levels pooled, a constant column, infinities set apart."""
