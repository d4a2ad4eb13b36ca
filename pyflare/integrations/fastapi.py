"""fastapi: one span per request and per WebSocket of every application.

Newer versions write OpenTelemetry spans of their own where they are told to, and
do so around the `__call__` that they inherit. That is where ours begins: it sees
theirs, and where that goes to PyFlare it only adds to it.
"""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.applications import Starlette

from pyflare.integrations.asgi.application import ApplicationPatch


def patches() -> Sequence[ApplicationPatch]:
    """What is traced."""
    return [ApplicationPatch(owner=Starlette, only=FastAPI)]
