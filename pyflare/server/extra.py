"""Whether the parts of the extra "server" are there: asked before anything of it is loaded."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

from pyflare.errors import MissingExtraError

_NEEDED: Final = ("uvicorn", "uvloop", "httptools", "websockets", "grpc", "zstandard", "yaml")


def check_installed() -> None:
    """Raise MissingExtraError where something is not installed."""
    if any(find_spec(module) is None for module in _NEEDED):
        raise MissingExtraError("Receiving OTLP", "server")
