"""Embeddings. The vectors are counted, not kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyflare.integrations.call import Answered, Asked
from pyflare.integrations.cohere.asked import asked, given
from pyflare.integrations.cohere.chat import tokens
from pyflare.integrations.method import plain


def ask(_: Any, arguments: Mapping[str, Any]) -> Asked:
    """Texts, or inputs of several kinds."""
    body = given(arguments)
    made = asked("embeddings", body, body.get("texts") or body.get("inputs") or body.get("images"), kind="embedding")
    made.attributes["gen_ai.request.encoding_formats"] = body.get("embedding_types") or ["float"]
    return made


def answer(result: Any) -> Answered:
    """How many, and how long."""
    data = result.data
    found = data.embeddings
    vectors = found if isinstance(found, list) else next(filter(None, plain(found).values()), [])
    meta = plain(data.meta) if data.meta is not None else None
    size = len(vectors[0]) if vectors and isinstance(vectors[0], list) else None
    return Answered(
        columns={"response_id": data.id, "input_tokens": tokens(meta)["input_tokens"]},
        attributes={"pyflare.embeddings.count": len(vectors) or None, "gen_ai.embeddings.dimension.count": size},
    )
