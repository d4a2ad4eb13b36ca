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
_LINE: Final = 40
"""The height of a level: its name, and a bar of each sample below."""
_CHARS: Final = 44
"""So much of a level's name is written."""
_CHAR: Final = 8.0
"""The width of a character, about, where text is largest."""


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
    drawn += _edges([(_LEFT + place * step, f"{part.low:.3g}") for place, part in enumerate(bins) if place])
    return _figure(
        _axis(most) + "".join(drawn),
        height=_PLOT + 34,
        label="shares of the reference and of the current sample by bin",
    )


def _edges(edges: Sequence[tuple[float, str]]) -> list[str]:
    """The values between bins: all, or every second, third, … where they would run into each other."""
    widest = max((len(text) + 1 for _, text in edges), default=0) * _CHAR
    step = edges[1][0] - edges[0][0] if len(edges) > 1 else widest
    shown = edges[:: max(1, math.ceil(widest / step))] if widest else edges
    return [f'<text x="{at:.1f}" y="{_PLOT + 26}" text-anchor="middle">{text}</text>' for at, text in shown]


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
    drawn = []
    for place, part in enumerate(levels):
        y = place * _LINE + 4
        before, after = (max(abs(value) / largest * _WIDTH, 0.5) for value in (part.reference, part.current))
        drawn.append(
            f"<g><title>{_said(part)}</title>"
            f'<text x="0" y="{y + 10}">{escape(_shortened(words.place(part)))}</text>'
            f'<text x="{_WIDTH}" y="{y + 10}" text-anchor="end">{_moved(part)}</text>'
            f'<rect class="pd-ref" x="0" y="{y + 15}" width="{before:.1f}" height="7"/>'
            f'<rect class="pd-cur" x="0" y="{y + 23}" width="{after:.1f}" height="7"/></g>'
        )
    label = "shares of the reference and of the current sample by level"
    return _figure("".join(drawn), height=len(levels) * _LINE + 8, label=label)


def _shortened(name: str) -> str:
    """A name without its middle where it is long: names that begin alike often end otherwise."""
    return name if len(name) <= _CHARS else f"{name[: _CHARS * 2 // 3]}…{name[-_CHARS // 3 :]}"


def _said(part: Contribution) -> str:
    return f"{escape(words.place(part))}: {_moved(part)}"


def _moved(part: Contribution) -> str:
    return f"{words.share(part.reference)} → {words.share(part.current)}"


def _figure(drawn: str, *, height: int, label: str) -> str:
    return f'<svg class="pd-plot" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{label}">{drawn}</svg>'
