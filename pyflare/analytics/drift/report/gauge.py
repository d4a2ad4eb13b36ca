"""An effect size as a bar, with its interval and the size from which it matters."""

from __future__ import annotations

import math
from html import escape
from typing import Final

from pyflare.analytics.drift.report import words
from pyflare.analytics.stats.result import Effect

_WIDTH: Final = 160
_HEIGHT: Final = 18


def gauge(effect: Effect | None, *, threshold: float, scale: float) -> str:
    """An SVG; `scale` is the effect at its right end. Without an effect only the threshold is drawn."""

    def x(value: float) -> float:
        return round(min(max(value / scale, 0.0), 1.0) * (_WIDTH - 4) + 2, 1)

    drawn = [f'<path class="pd-track" d="M2 9H{_WIDTH - 2}"/>']
    label = "no effect size"
    if effect is not None and not math.isnan(effect.value):
        label = f"{escape(words.plain(effect.name))} {effect.value:.3g}, matters from {threshold:.3g}"
        drawn.append(f'<path class="pd-bar" d="M2 9H{x(effect.value)}"/>')
        if not math.isnan(effect.low):
            low, high = x(effect.low), x(effect.high)
            drawn.append(f'<path class="pd-whisker" d="M{low} 9H{high}M{low} 6V12M{high} 6V12"/>')
    drawn.append(f'<path class="pd-limit" d="M{x(threshold)} 1V17"/>')
    return (
        f'<svg class="pd-gauge" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{label}">{"".join(drawn)}</svg>'
    )
