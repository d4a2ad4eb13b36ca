"""groq: chat completions and embeddings, sync, async and streamed, with tools and reasoning."""

from __future__ import annotations

from collections.abc import Sequence

from groq import _base_client

from pyflare.integrations.openai_protocol import chat, embeddings
from pyflare.integrations.patch import Patch
from pyflare.integrations.stainless import Client
from pyflare.integrations.stainless import patches as stainless_patches


def patches() -> Sequence[Patch]:
    """What is traced."""
    endpoints = {
        "/chat/completions": chat.ENDPOINT,
        "/embeddings": embeddings.ENDPOINT,
    }
    return stainless_patches(_base_client, Client(endpoints=endpoints, provider=lambda _: "groq"))
