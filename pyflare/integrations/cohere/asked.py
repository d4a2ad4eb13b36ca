"""What is asked of Cohere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from pyflare.dialects.messages import message_of, messages_of
from pyflare.integrations.call import Asked
from pyflare.integrations.method import plain

_PARAMETERS: Final = {
    "temperature": "gen_ai.request.temperature",
    "p": "gen_ai.request.top_p",
    "k": "gen_ai.request.top_k",
    "seed": "gen_ai.request.seed",
    "max_tokens": "gen_ai.request.max_tokens",
    "stop_sequences": "gen_ai.request.stop_sequences",
    "frequency_penalty": "gen_ai.request.frequency_penalty",
    "presence_penalty": "gen_ai.request.presence_penalty",
    "num_generations": "gen_ai.request.choice.count",
}
_ROLES: Final = {"CHATBOT": "assistant", "USER": "user", "SYSTEM": "system", "TOOL": "tool"}


def given(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that were given: the client marks all others with Ellipsis."""
    return {name: plain(value) for name, value in arguments.items() if value is not None and value is not ...}


def asked(operation: str, body: Mapping[str, Any], said: Any, *, kind: str = "llm") -> Asked:
    """A request."""
    attributes = {name: body[word] for word, name in _PARAMETERS.items() if body.get(word) is not None}
    if body.get("tools"):
        attributes["gen_ai.tool.definitions"] = json.dumps(body["tools"], default=str)
    model = body.get("model")
    return Asked(operation=operation, kind=kind, provider="cohere", model=model, input=said, attributes=attributes)


def chat(_: Any, arguments: Mapping[str, Any]) -> Asked:
    """Messages."""
    body = given(arguments)
    return asked("chat", body, messages_of(body.get("messages"), role="user") or body.get("messages"))


def old_chat(_: Any, arguments: Mapping[str, Any]) -> Asked:
    """One message, and a history."""
    body = given(arguments)
    said = [message_of(body["preamble"], role="system")] if body.get("preamble") else []
    for turn in body.get("chat_history") or ():
        role = _ROLES.get(str(turn.get("role")), "user")
        said.append(message_of(turn.get("message") or "", role=role))
    if body.get("message"):
        said.append(message_of(body["message"], role="user"))
    return asked("chat", body, said)


def generate(_: Any, arguments: Mapping[str, Any]) -> Asked:
    """A text to go on with."""
    body = given(arguments)
    return asked("text_completion", body, [message_of(body.get("prompt"), role="user")])


def rerank(_: Any, arguments: Mapping[str, Any]) -> Asked:
    """A question, and documents to put in order."""
    body = given(arguments)
    return asked("rerank", body, {"query": body.get("query"), "documents": body.get("documents")}, kind="reranker")
