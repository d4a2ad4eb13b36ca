"""How the API is served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

API_PREFIX: Final = "/api/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiOptions:
    """What the one who starts the server decides."""

    token: str | None = None
    """What requests must show; None where everyone on this machine may read."""
    hosts: tuple[str, ...] = ()
    """Names the server is reached by, besides those of this machine's loopback."""
    read_only: bool = False
    """Whether scores and views cannot be written."""
    cache_bytes: int = 64 << 20
    """Answers kept for those who ask the same again, in bytes."""
