"""Web applications that speak ASGI: one span per request or WebSocket."""

from __future__ import annotations

from pyflare.integrations.asgi.middleware import TraceMiddleware

__all__ = ["TraceMiddleware"]
