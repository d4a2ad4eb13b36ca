"""How long to wait after each failure in a row."""

from __future__ import annotations

import random
from typing import Final

FIRST_S: Final = 0.5
LONGEST_S: Final = 30.0
LONGEST_ASKED_FOR_S: Final = 3600.0


class Backoff:
    """Doubles with each failure up to half a minute, and draws from the upper half, so that processes do not march in step."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        self._failures = 0

    def after_failure(self, asked_for_s: float | None) -> float:
        """Seconds to wait now; never less than the collector asked for, up to an hour."""
        ceiling_s = min(LONGEST_S, FIRST_S * 2.0 ** min(self._failures, 16))
        self._failures += 1
        wait_s = ceiling_s * self._draw.uniform(0.5, 1.0)
        return max(wait_s, min(asked_for_s or 0.0, LONGEST_ASKED_FOR_S))

    def reset(self) -> None:
        """Something succeeded."""
        self._failures = 0
