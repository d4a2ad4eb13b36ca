"""Whether the parts of an extra are there: asked before anything of it is loaded."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

from pyflare.errors import MissingExtraError

_UI: Final = ("fastapi", "uvicorn", "uvloop", "httptools", "websockets", "numpy", "zstandard")
_SERVER: Final = (*_UI, "grpc", "yaml")


def check_ui() -> None:
    """Raise MissingExtraError where something that the viewer needs is not installed."""
    _check(_UI, "The viewer", "ui")


def check_server() -> None:
    """Raise MissingExtraError where something that a receiver needs is not installed."""
    _check(_SERVER, "Receiving OTLP", "server")


def _check(modules: tuple[str, ...], what: str, extra: str) -> None:
    if any(find_spec(module) is None for module in modules):
        raise MissingExtraError(what, extra)
