"""openai: chat completions, responses, completions and embeddings; sync, async, streamed, raw and parsed; Azure too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openai import _base_client

from pyflare.integrations.openai import responses
from pyflare.integrations.openai_protocol import chat, completions, embeddings
from pyflare.integrations.patch import Patch
from pyflare.integrations.stainless import Client
from pyflare.integrations.stainless import patches as stainless_patches

_PROVIDERS = {
    "api.groq.com": "groq",
    "api.mistral.ai": "mistral_ai",
    "api.deepseek.com": "deepseek",
    "api.x.ai": "x_ai",
    "api.perplexity.ai": "perplexity",
    "api.together.xyz": "together",
    "api.together.ai": "together",
    "generativelanguage.googleapis.com": "gcp.gemini",
    "openrouter.ai": "openrouter",
}
"""Who else speaks OpenAI's protocol, by host."""
_PLAIN = frozenset({"OpenAI", "AsyncOpenAI"})
"""Clients whose `base_url` is this attribute, but imports a module each time it is asked for."""


def provider_of(client: Any) -> str:
    """Who answers a client's calls."""
    name = type(client).__name__
    url = getattr(client, "_base_url", None) if name in _PLAIN else None
    host = str(getattr(client.base_url if url is None else url, "host", ""))
    if "Azure" in name or host.endswith(".azure.com"):
        return "azure.ai.openai"
    return _PROVIDERS.get(host, "openai")


def patches() -> Sequence[Patch]:
    """What is traced."""
    endpoints = {
        "/chat/completions": chat.ENDPOINT,
        "/completions": completions.ENDPOINT,
        "/embeddings": embeddings.ENDPOINT,
        "/responses": responses.ENDPOINT,
    }
    return stainless_patches(_base_client, Client(endpoints=endpoints, provider=provider_of))
