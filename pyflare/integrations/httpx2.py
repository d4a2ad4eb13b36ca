"""httpx2: requests carry the current trace, and are spans where the setting asks for it."""

from __future__ import annotations

from collections.abc import Sequence

import httpx2

from pyflare.integrations import outgoing
from pyflare.integrations.patch import Patch


def patches() -> Sequence[Patch]:
    """What is traced: every client; what is told goes out through httpx2' own transports."""
    return [
        Patch(owner=httpx2.Client, name="send", wrap=outgoing.send_under_span),
        Patch(owner=httpx2.AsyncClient, name="send", wrap=outgoing.send_under_span_async),
        Patch(owner=httpx2.HTTPTransport, name="handle_request", wrap=outgoing.handle_told),
        Patch(owner=httpx2.AsyncHTTPTransport, name="handle_async_request", wrap=outgoing.handle_told_async),
    ]
