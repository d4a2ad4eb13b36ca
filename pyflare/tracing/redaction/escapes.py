r"""Seeing through escapes: JSON or source code inside a string may write a mail address as `ann\u0040example.com`."""

from __future__ import annotations

import re
from typing import Final

_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\"'\\/bfnrt]))")
_SHORT: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def unescape(text: str) -> tuple[str, list[int]] | None:
    """The text without one level of escapes, and where each of its characters begins in `text`.

    The list has one more entry than characters, for the end. None where there is no escape.
    """
    pieces: list[str] = []
    starts: list[int] = []
    position = 0
    for escape in _ESCAPE.finditer(text):
        pieces += (text[position : escape.start()], _meaning(escape))
        starts += range(position, escape.start() + 1)
        position = escape.end()
    if not pieces:
        return None
    pieces.append(text[position:])
    starts += range(position, len(text) + 1)
    return "".join(pieces), starts


def _meaning(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2]
    return chr(int(code, 16)) if code else _SHORT.get(escape[3], escape[3])
