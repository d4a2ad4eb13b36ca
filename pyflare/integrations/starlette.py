"""starlette: one span per request and per WebSocket of every application."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette

from pyflare.integrations.asgi.application import ApplicationPatch


def patches() -> Sequence[ApplicationPatch]:
    """What is traced."""
    return [ApplicationPatch(owner=Starlette, only=Starlette)]
