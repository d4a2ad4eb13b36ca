"""Numbers as a report says them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from pyflare.analytics.drift.result import ColumnDrift, DriftType, Status
from pyflare.analytics.stats.result import Contribution, TwoSampleResult

STATUSES: Final[tuple[Status, ...]] = ("drifted", "warning", "unknown", "healthy")
"""The worst first."""
ABSENT: Final = "–"
EMPTY: Final = "(empty)"
"""A level without a name."""
_SMALLEST: Final = 1e-300


def effect(value: float) -> str:
    """An effect size in three digits, or that there is none."""
    return ABSENT if math.isnan(value) else f"{value:.3g}"


def interval(result: TwoSampleResult) -> str:
    """An effect's bounds; empty where it has none."""
    bounds = result.effect
    return "" if math.isnan(bounds.low) else f"{bounds.low:.3g} to {bounds.high:.3g}"


def p_value(value: float) -> str:
    """A p-value in two digits.

    Examples:
        >>> p_value(0.049), p_value(3.21e-17), p_value(0.0), p_value(math.nan)
        ('0.049', '3.2e-17', '< 1e-300', '–')
    """
    if math.isnan(value):
        return ABSENT
    return f"{value:.2g}" if value > _SMALLEST else "< 1e-300"


def equals(value: float) -> str:
    """A p-value as the end of a sentence.

    Examples:
        >>> equals(0.049), equals(0.0)
        ('= 0.049', '< 1e-300')
    """
    said = p_value(value)
    return said if said.startswith("<") else f"= {said}"


def share(value: float) -> str:
    """A share in percent, three digits.

    Examples:
        >>> share(0.605), share(0.0042), share(0.0)
        ('60.5 %', '0.42 %', '0 %')
    """
    return f"{100 * value:.3g} %"


def count(value: float) -> str:
    """How many observations; effective numbers are rounded."""
    return ABSENT if math.isnan(value) else f"{value:,.0f}"


def place(part: Contribution) -> str:
    """A level's name, or a bin in words.

    Examples:
        >>> place(Contribution(label="", reference=0.1, current=0.2, contribution=1.0, low=-math.inf, high=0.5))
        'below 0.5'
        >>> place(Contribution(label="", reference=0.1, current=0.2, contribution=1.0, low=1e15, high=1e15 + 1))
        '1000000000000000 to 1000000000000001'
    """
    if math.isnan(part.low):
        return part.label or EMPTY
    if math.isinf(part.low):
        return f"below {part.high:.4g}" if math.isfinite(part.high) else "all"
    return f"{part.low:.4g} and above" if math.isinf(part.high) else _between(part.low, part.high)


def _between(low: float, high: float) -> str:
    """Bounds in four digits, or in as many as they differ in."""
    digits = next((digits for digits in (4, 8, 12) if f"{low:.{digits}g}" != f"{high:.{digits}g}"), 17)
    return f"{low:.{digits}g} to {high:.{digits}g}"


def plain(name: str) -> str:
    """A name of code as words."""
    return name.replace("_", " ")


def deciding(column: ColumnDrift) -> TwoSampleResult | None:
    """What a column is listed by: see `ColumnDrift.deciding`. None where that is not known."""
    found = column.deciding
    if found is None or math.isnan(found.effect.value) or (column.test is None and column.status == "unknown"):
        return None
    return found


def moved_most(column: ColumnDrift) -> str:
    """What has moved most, from where to where; of predictions' errors what their own words say. Empty where unknown."""
    found = deciding(column)
    parts = found.contributions if found else ()
    if found and column.drift_type == DriftType.CONCEPT and not (parts and math.isnan(parts[0].low)):
        return next(iter(found.notes), "")
    return f"{place(parts[0])}: {share(parts[0].reference)} → {share(parts[0].current)}" if parts else ""


def tally(columns: Iterable[ColumnDrift]) -> str:
    """How many columns have which status, the worst first.

    Examples:
        >>> tally([])
        'no columns'
    """
    found = [column.status for column in columns]
    return ", ".join(f"{found.count(status)} {status}" for status in STATUSES if status in found) or "no columns"
