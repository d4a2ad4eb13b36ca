"""The course of an effect size over looks: as a plot with bands, and as a small line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pyflare.analytics.drift.report.words import STATUSES
from pyflare.analytics.drift.result import Status

_WIDTH: Final = 460
_LEFT: Final = 44
_PLOT: Final = 150
_SPARK: Final = (90, 18)
_MOST: Final = 60
"""Looks drawn: the latest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What one look found of a column."""

    at: datetime
    value: float
    low: float
    high: float
    status: Status


def course(points: Sequence[Point], *, threshold: float) -> str:
    """An SVG of effects over time with their intervals as a band; empty where there was one look only."""
    points = points[-_MOST:]
    if len(points) < 2:
        return ""
    reached = [value for point in points for value in (point.value, point.high) if math.isfinite(value)]
    top = 1.1 * max([threshold, *reached])
    begin, end = points[0].at.timestamp(), points[-1].at.timestamp()

    def x(point: Point) -> float:
        part = (point.at.timestamp() - begin) / (end - begin) if end > begin else 0.5
        return round(_LEFT + part * (_WIDTH - _LEFT - 14), 1)

    def y(value: float) -> float:
        return round(10 + _PLOT * (1 - min(value / top, 1.0)), 1)

    known = [point for point in points if not math.isnan(point.low)]
    upper = [f"{x(point)} {y(point.high)}" for point in known]
    lower = [f"{x(point)} {y(max(point.low, 0.0))}" for point in reversed(known)]
    band = f'<path class="pd-band" d="M{"L".join([*upper, *lower])}Z"/>' if len(known) > 1 else ""
    line = f'<path class="pd-line" d="M{"L".join(f"{x(point)} {y(point.value)}" for point in points)}"/>'
    dots = "".join(
        f'<path class="pd-dot pd-{status}" d="{places}"/>'
        for status in STATUSES
        if (places := "".join(f"M{x(point)} {y(point.value)}h0" for point in points if point.status == status))
    )
    limit = f'<path class="pd-limit" d="M{_LEFT} {y(threshold)}H{_WIDTH - 14}"/>'
    scale = "".join(
        f'<text x="{_LEFT - 6}" y="{y(value) + 4}" text-anchor="end">{value:.2g}</text>' for value in (0.0, threshold)
    )
    ends = (
        f'<text x="{_LEFT}" y="{_PLOT + 27}">{points[0].at:%Y-%m-%d %H:%M}</text>'
        f'<text x="{_WIDTH - 14}" y="{_PLOT + 27}" text-anchor="end">{points[-1].at:%Y-%m-%d %H:%M}</text>'
    )
    return (
        f'<svg class="pd-plot" viewBox="0 0 {_WIDTH} {_PLOT + 32}" role="img" aria-label="the effect size over '
        f'{len(points)} looks">{limit}{band}{line}{dots}{scale}{ends}</svg>'
    )


def spark(points: Sequence[Point], *, threshold: float) -> str:
    """The course as a line of a table; an empty cell where there was one look only."""
    points = points[-_MOST:]
    if len(points) < 2:
        return "<span></span>"
    width, height = _SPARK
    top = 1.1 * max([threshold, *(point.value for point in points if math.isfinite(point.value))])
    places = [
        f"{2 + place * (width - 4) / (len(points) - 1):.1f} {2 + (height - 4) * (1 - min(point.value / top, 1.0)):.1f}"
        for place, point in enumerate(points)
    ]
    limit = 2 + (height - 4) * (1 - threshold / top)
    return (
        f'<svg class="pd-spark" viewBox="0 0 {width} {height}" role="img" aria-label="the course over {len(points)} looks">'
        f'<path class="pd-limit" d="M2 {limit:.1f}H{width - 2}"/><path class="pd-line" d="M{"L".join(places)}"/></svg>'
    )
