"""An error as every part of the server says it. Imports no framework: the first pages are served before one is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True)
class Error:
    """What went wrong."""

    status: int
    code: str
    message: str
    hint: str | None = None
    details: Mapping[str, Any] | None = None


def error_body(error: Error) -> bytes:
    """The one shape of every error."""
    said = {"code": error.code, "message": error.message, "hint": error.hint, "details": error.details}
    return msgspec.json.encode({"error": said})
