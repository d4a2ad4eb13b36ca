"""Text as the demo sees it: words, search terms and sentences."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_WORD: Final = re.compile(r"\w+")
_PART: Final = re.compile(r"[A-Z]+(?![^\W\d_A-Z])|[A-Z]?[^\W\d_A-Z]+|\d+")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?:])\s+(?=[A-Z\"'`(*])|\n\s*\n")
_COMMON: Final = (
    "a an and any are as at be but by can do does for from has have how i if in into is it its may me my no not of on"
    " or so some such that the their them then there these they this to use used uses using was what when where"
    " which while who will with you your"
)
_STOP_WORDS: Final = frozenset(_COMMON.split())


def count_tokens(text: str) -> int:
    """Count the words of a text: what this app means by a token."""
    return len(_WORD.findall(text))


def terms(text: str) -> list[str]:
    """Split a text into search terms: `JSONDecoder.raw_decode` gives json, decoder, raw, decode and the whole words."""
    return [term for word in _WORD.findall(text) for term in _terms_of(word)]


@lru_cache(maxsize=100_000)
def _terms_of(word: str) -> tuple[str, ...]:
    whole = word.lower()
    parts = [part.lower() for part in _PART.findall(word)]
    if len(parts) > 1:
        parts.append(whole)
    return tuple(_stem(part) for part in parts if len(part) > 1 and part not in _STOP_WORDS)


def _stem(word: str) -> str:
    """Take a plural's s away, and no more."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def sentences(text: str) -> list[str]:
    """Split prose into sentences and paragraphs, each on one line."""
    return [" ".join(piece.split()) for piece in _SENTENCE_END.split(text) if piece.strip()]
