"""Texts as a caller gives them, as they can be looked at."""

from __future__ import annotations

from collections.abc import Iterable

from pyflare.analytics.drift.column import is_missing
from pyflare.errors import DataError


def read_texts(texts: Iterable[object]) -> list[str | None]:
    """Texts in a list; None, NaN and the like are missing, and halves of characters, which no file holds, are `?`.

    Raises:
        DataError: It is one text, or something in it is no text.

    Examples:
        >>> read_texts(["yes", float("nan"), chr(0xD800) + "!"])
        ['yes', None, '?!']
    """
    if isinstance(texts, str | bytes):
        raise DataError("expected a list of texts, got one text.")
    return [None if is_missing(text) else _readable(text) for text in texts]


def _readable(text: object) -> str:
    if not isinstance(text, str):
        raise DataError(f"expected texts and None for missing ones, got {type(text).__name__}. Convert it with str.")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text
