"""Whose a request is: for rate limits, and never to be turned back into a secret."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

KEY_HEADERS: Final = ("authorization", "x-api-key")
"""Headers that say who sends."""
_HEX_DIGITS: Final = 16


def sender_of(headers: Mapping[str, str], peer: str) -> str:
    """The hash of the sender's API key where it has one, else its address."""
    for name in KEY_HEADERS:
        secret = headers.get(name)
        if secret:
            return hashlib.sha256(secret.encode()).hexdigest()[:_HEX_DIGITS]
    return peer
