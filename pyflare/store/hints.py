"""What somebody who mistyped a name probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """' Hint: did you mean "…"?' with the nearest of the known names, or nothing where none is near."""
    by_folded = {other.casefold(): other for other in known}
    nearest = difflib.get_close_matches(name.casefold(), by_folded, n=1)
    return f' Hint: did you mean "{by_folded[nearest[0]]}"?' if nearest else ""
