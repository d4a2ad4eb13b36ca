"""Who serves a model and what it is called, in the words of the price list.

A span says the provider in OpenTelemetry's words and the model as it was asked
for, which may be a gateway's name for it. A name is only taken apart where the
parts are certain: what is left unclear stays unpriced.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Final

from pyflare.dialects.words import PROVIDERS as _CONVENTIONS

_LISTED: Final = {
    "azure.ai.inference": "azure",
    "azure.ai.openai": "azure",
    "azure_ai": "azure",
    "azure_openai": "azure",
    "amazon_bedrock": "aws",
    "aws.bedrock": "aws",
    "bedrock_converse": "aws",
    "google_vertexai": "google",
    "gcp.gemini": "google",
    "gcp.gen_ai": "google",
    "gcp.vertex_ai": "google",
    "mistral_ai": "mistral",
    "moonshot_ai": "moonshotai",
    "x_ai": "x-ai",
    "together_ai": "together",
    "together-ai": "together",
    "togetherai": "together",
    "fireworks_ai": "fireworks",
    "fireworks-ai": "fireworks",
}
"""The price list's name of a provider by OpenTelemetry's, or by a gateway's."""
GATEWAYS: Final = frozenset({"litellm", "litellm_proxy", "portkey", "helicone", "langchain", "langsmith", "unknown"})
"""Names of what passes calls on: the model's own name has to say who serves it."""
_PATHS: Final = ("models/", "inference-profile/", "foundation-model/")
"""What stands before a model's name in a resource path."""


def conventional(name: str) -> str:
    """OpenTelemetry's name of a provider, in lower case, where it has one; else the name."""
    word = name.strip().lower()
    return _CONVENTIONS.get(word, word)


def listed_provider(name: str, known: Set[str]) -> str | None:
    """The price list's name of a provider; None where it has none.

    Args:
        name: OpenTelemetry's name, or one that is in use for it.
        known: The providers that the price list has.
    """
    word = conventional(name)
    word = _LISTED.get(word, word)
    return next((each for each in (word, word.replace("_", "-")) if each in known), None)


def candidates(provider: str | None, model: str, known: Set[str]) -> Iterator[tuple[str | None, str]]:
    """Under which provider and name to look for a model, the likeliest first; provider None for any.

    Args:
        provider: As the span says it; None where it does not.
        model: As the span says it.
        known: The providers that the price list has.
    """
    for name in _spellings(model.strip()):
        prefix, slash, rest = name.partition("/")
        of_prefix = listed_provider(prefix, known) if slash else None
        if provider is not None and provider.strip().lower() not in GATEWAYS:
            listed = listed_provider(provider, known)
            if listed is not None:
                yield listed, name
                if of_prefix == listed:
                    yield listed, rest
        else:
            if of_prefix is not None:
                yield of_prefix, rest
            yield None, name


def _spellings(model: str) -> Iterator[str]:
    """A model's name as it stands, and without the path of the resource that it is."""
    yield model
    for path in _PATHS:
        _, found, name = model.rpartition(path)
        if found and name:
            yield name
