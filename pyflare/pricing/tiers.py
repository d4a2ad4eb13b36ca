"""How a provider was asked to serve a call, where that has a price of its own."""

from __future__ import annotations

from typing import Final

STANDARD: Final = "standard"
BATCH: Final = "batch"
_STANDARD_WORDS: Final = frozenset({"", "default", "standard", "standard_only", "auto", "on_demand", "on-demand"})
"""Providers' words for no tier in particular."""


def tier_of(word: str | None) -> str:
    """The tier that a provider's word means: `standard`, `batch`, or the word itself, in lower case."""
    if word is None:
        return STANDARD
    word = word.strip().lower()
    return STANDARD if word in _STANDARD_WORDS else word
