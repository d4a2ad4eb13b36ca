"""Two distributions over each other, from the shares in bins, levels or dimensions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Final

from pyflare.analytics.drift.report import words
from pyflare.analytics.stats.result import Contribution

_LEVELS: Final = 8
"""Levels drawn; the rest is in the table of numbers."""
_WIDTH: Final = 460
_LEFT: Final = 44
_PLOT: Final = 150
"""The height of a plot of bins."""
_LINE: Final = 26
"""The height of a level."""
_LABEL: Final = 130
"""The width of a level's name."""
_CHARS: Final = 18


def distribution(contributions: Sequence[Contribution]) -> str:
    """An SVG of the reference (wide bars) and the current sample (narrow ones); empty where there is nothing to draw."""
    if not contributions:
        return ""
    if all(not math.isnan(part.low) for part in contributions):
        return _bins(sorted(contributions, key=lambda part: part.low))
    return _levels(contributions[:_LEVELS])


def _bins(bins: Sequence[Contribution]) -> str:
    """Bins side by side, all of one width: they are those between quantiles of the reference, whose widths differ."""
    most = max(max(part.reference, part.current) for part in bins) or 1.0
    step = (_WIDTH - _LEFT - 10) / len(bins)
    drawn = []
    for place, part in enumerate(bins):
        left = _LEFT + place * step
        drawn.append(
            f"<g><title>{_said(part)}</title>{_bar('ref', left + 1, step - 2, part.reference, most)}"
            f"{_bar('cur', left + step / 4, step / 2, part.current, most)}</g>"
        )
        if place:
            anchor = f'x="{left:.1f}" y="{_PLOT + 26}" text-anchor="middle"'
            drawn.append(f"<text {anchor}>{part.low:.3g}</text>")
    return _figure(
        _axis(most) + "".join(drawn),
        height=_PLOT + 34,
        label="shares of the reference and of the current sample by bin",
    )


def _bar(sample: str, left: float, width: float, share: float, most: float) -> str:
    height = _PLOT * share / most
    place = f'x="{left:.1f}" y="{10 + _PLOT - height:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect class="pd-{sample}" {place}/>'


def _axis(most: float) -> str:
    return "".join(
        f'<path class="pd-grid" d="M{_LEFT} {y}H{_WIDTH - 10}"/>'
        f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{words.share(part * most)}</text>'
        for part, y in ((1.0, 10.0), (0.5, 10 + _PLOT / 2), (0.0, 10.0 + _PLOT))
    )


def _levels(levels: Sequence[Contribution]) -> str:
    """Levels below each other, those that differ most first."""
    largest = max(max(abs(part.reference), abs(part.current)) for part in levels) or 1.0
    room = _WIDTH - _LABEL - 110
    drawn = []
    for place, part in enumerate(levels):
        y = place * _LINE + 4
        name = part.label if len(part.label) <= _CHARS else part.label[: _CHARS - 1] + "…"
        before, after = (round(max(abs(value) / largest * room, 0.5), 1) for value in (part.reference, part.current))
        drawn.append(
            f'<text x="{_LABEL - 8}" y="{y + 13}" text-anchor="end">{escape(name)}<title>{_said(part)}</title></text>'
            f'<rect class="pd-ref" x="{_LABEL}" y="{y}" width="{before}" height="9"/>'
            f'<rect class="pd-cur" x="{_LABEL}" y="{y + 10}" width="{after}" height="9"/>'
            f'<text x="{_LABEL + max(before, after) + 8:.1f}" y="{y + 13}">{words.share(part.reference)} → '
            f"{words.share(part.current)}</text>"
        )
    label = "shares of the reference and of the current sample by level"
    return _figure("".join(drawn), height=len(levels) * _LINE + 8, label=label)


def _said(part: Contribution) -> str:
    return f"{escape(words.place(part))}: {words.share(part.reference)} → {words.share(part.current)}"


def _figure(drawn: str, *, height: int, label: str) -> str:
    return f'<svg class="pd-plot" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{label}">{drawn}</svg>'
