"""JSON text that came from elsewhere: what it stands for, or None."""

from __future__ import annotations

from typing import Any, Final

import msgspec

_decode = msgspec.json.Decoder().decode
BAD_JSON: Final = (msgspec.DecodeError, UnicodeError, RecursionError, ValueError)
"""What reading text as JSON may raise."""


def decoded(text: str) -> Any:
    """The value that JSON text stands for; None where it is no JSON."""
    try:
        return _decode(text)
    except BAD_JSON:
        return None
