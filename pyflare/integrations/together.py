"""together: chat completions, completions and embeddings; sync, async, streamed."""

from __future__ import annotations

from collections.abc import Sequence

from together import _base_client

from pyflare.integrations.openai_protocol import chat, completions, embeddings
from pyflare.integrations.patch import Patch
from pyflare.integrations.stainless import Client
from pyflare.integrations.stainless import patches as stainless_patches


def patches() -> Sequence[Patch]:
    """What is traced."""
    endpoints = {
        "/chat/completions": chat.ENDPOINT,
        "/completions": completions.ENDPOINT,
        "/embeddings": embeddings.ENDPOINT,
    }
    return stainless_patches(_base_client, Client(endpoints=endpoints, provider=lambda _: "together"))
