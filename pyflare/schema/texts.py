"""Messages that are so plain that nobody need look at them before they are written."""

from __future__ import annotations

from typing import Any, Final

DEPTH: Final = 4
"""How many containers lie in one another in `Texts`."""


class Texts(list[dict[str, Any]]):
    """Messages as OpenTelemetry writes them, of one text each: `{"role": …, "parts": [{"type": "text", "content": …}]}`.

    There may be a finish reason too. Whoever makes one answers for it that there is nothing but strings in it.
    """
