"""mcp: the requests of client sessions, and those that servers answer, in one trace by what `_meta` carries.

The second version of the library makes spans of its own, which go to the global
tracer provider where the program has one; they hold no content. These are beside them.
"""

from __future__ import annotations

from collections.abc import Sequence

from pyflare.integrations.mcp import client, server
from pyflare.integrations.patch import Change, Patch


def patches() -> Sequence[Change]:
    """What is traced."""
    try:
        from mcp.server._otel import OpenTelemetryMiddleware
    except ImportError:
        return _of_first()
    from mcp.client.session import ClientSession

    return [
        Patch(owner=ClientSession, name="send_request", wrap=client.traced),
        Patch(owner=OpenTelemetryMiddleware, name="__call__", wrap=server.second),
    ]


def _of_first() -> Sequence[Change]:
    """What is traced of the library's first version."""
    from mcp.server.lowlevel.server import Server
    from mcp.shared.session import BaseSession

    return [
        Patch(owner=BaseSession, name="send_request", wrap=client.traced),
        Patch(owner=Server, name="_handle_request", wrap=server.first),
    ]
