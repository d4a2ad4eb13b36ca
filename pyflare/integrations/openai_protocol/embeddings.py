"""Embeddings. The vectors are counted, not kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pyflare.integrations.call import Answered, Asked
from pyflare.integrations.openai_protocol.usage import parameters, tokens
from pyflare.integrations.stainless import Endpoint


def ask(body: Mapping[str, Any], provider: str) -> Asked:
    """A request."""
    attributes = parameters(body)
    texts = body.get("input")
    for word, name in (
        ("dimensions", "gen_ai.embeddings.dimension.count"),
        ("encoding_format", "gen_ai.request.encoding_formats"),
    ):
        if body.get(word) is not None:
            attributes[name] = [body[word]] if word == "encoding_format" else body[word]
    return Asked(
        operation="embeddings",
        kind="embedding",
        provider=provider,
        model=body.get("model"),
        input=[texts] if isinstance(texts, str) else texts,
        attributes=attributes,
    )


def answer(body: Mapping[str, Any]) -> Answered:
    """How many vectors, and how long."""
    data = body.get("data") or []
    vector = data[0].get("embedding") if data and isinstance(data[0], Mapping) else None
    return Answered(
        columns={"model_version": body.get("model"), **tokens(body.get("usage"))},
        attributes={
            "pyflare.embeddings.count": len(data) or None,
            "gen_ai.embeddings.dimension.count": len(vector) if isinstance(vector, list) else None,
        },
    )


ENDPOINT: Final = Endpoint(ask=ask, answer=answer)
