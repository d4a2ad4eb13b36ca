"""requests: requests carry the current trace, and are spans where the setting asks for it."""

from __future__ import annotations

from collections.abc import Sequence

import requests
from requests.adapters import HTTPAdapter

from pyflare.integrations import outgoing
from pyflare.integrations.patch import Patch


def patches() -> Sequence[Patch]:
    """What is traced: every session; what is told goes out through its own adapter."""
    return [
        Patch(owner=requests.Session, name="send", wrap=outgoing.send_under_span),
        Patch(owner=HTTPAdapter, name="send", wrap=outgoing.handle_told),
    ]
