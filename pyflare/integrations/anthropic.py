"""anthropic: messages, streamed, raw and parsed, with tools, caching and thinking; Bedrock and Vertex too."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from anthropic import _base_client

from pyflare.dialects.messages import finish_reason, message_of, messages_of, parts_of
from pyflare.integrations.call import Answered, Asked
from pyflare.integrations.patch import Patch
from pyflare.integrations.stainless import Client, Endpoint
from pyflare.integrations.stainless import patches as stainless_patches

_PARAMETERS: Final = {
    "temperature": "gen_ai.request.temperature",
    "top_p": "gen_ai.request.top_p",
    "top_k": "gen_ai.request.top_k",
    "max_tokens": "gen_ai.request.max_tokens",
    "stop_sequences": "gen_ai.request.stop_sequences",
}
_PROVIDERS: Final = {"Bedrock": "aws.bedrock", "Vertex": "gcp.vertex_ai", "Foundry": "azure.ai.inference"}


def provider_of(client: Any) -> str:
    """Who answers a client's calls."""
    name = type(client).__name__
    return next((provider for word, provider in _PROVIDERS.items() if word in name), "anthropic")


def _ask(body: Mapping[str, Any], provider: str) -> Asked:
    attributes = {name: body[word] for word, name in _PARAMETERS.items() if body.get(word) is not None}
    if body.get("stream"):
        attributes["gen_ai.request.stream"] = True
    if body.get("tools"):
        attributes["gen_ai.tool.definitions"] = json.dumps(body["tools"], default=str)
    system = parts_of(_plain(body.get("system")))
    said: list[dict[str, Any]] = [{"role": "system", "parts": system}] if system else []
    return Asked(
        operation="chat",
        kind="llm",
        provider=provider,
        model=body.get("model"),
        input=said + (messages_of(_plain(body.get("messages")), role="user") or []),
        attributes=attributes,
    )


def _plain(value: Any) -> Any:
    """Content as JSON has it: blocks of an answer that are handed back may be models of the library."""
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()} if "content" in value else dict(value)
    dump = getattr(value, "model_dump", None)
    return dump(exclude_none=True) if callable(dump) else value


def _answer(body: Mapping[str, Any]) -> Answered:
    message = message_of({"role": "assistant", **body})
    reason = body.get("stop_reason")
    return Answered(
        output=[message] if message is not None and message["parts"] else None,
        columns={
            "model_version": body.get("model"),
            "response_id": body.get("id"),
            "finish_reasons": [finish_reason(reason)] if isinstance(reason, str) else None,
            **_tokens(body.get("usage")),
        },
        attributes=_charged(body.get("usage") or {}),
    )


def _charged(usage: Mapping[str, Any]) -> dict[str, Any]:
    """What else the price depends on: how long the cache keeps what was written, and how the call was served."""
    hour = (usage.get("cache_creation") or {}).get("ephemeral_1h_input_tokens")
    attributes = {
        "pyflare.usage.cache_write_1h_tokens": hour or None,
        "pyflare.service_tier": usage.get("service_tier"),
    }
    return {name: value for name, value in attributes.items() if value is not None}


def _tokens(usage: Mapping[str, Any] | None) -> dict[str, Any]:
    """The columns of tokens. Anthropic counts what it caches apart from the input; the column includes it."""
    if not usage:
        return {}
    read, written = usage.get("cache_read_input_tokens"), usage.get("cache_creation_input_tokens")
    plain = usage.get("input_tokens")
    return {
        "input_tokens": None if plain is None else plain + (read or 0) + (written or 0),
        "output_tokens": usage.get("output_tokens"),
        "cache_read_tokens": read,
        "cache_write_tokens": written,
    }


class _Chunks:
    """Puts a message together from the events of a stream."""

    def __init__(self) -> None:
        self._message: dict[str, Any] = {}
        self._usage: dict[str, Any] = {}
        self._blocks: dict[int, dict[str, Any]] = {}
        self._pieces: dict[int, list[str]] = {}

    def add(self, chunk: Any) -> None:
        match chunk.type:
            case "message_start":
                self._message = chunk.message.model_dump(exclude_none=True, warnings=False)
                self._count(chunk.message.usage)
            case "content_block_start":
                self._blocks[chunk.index] = chunk.content_block.model_dump(exclude_none=True, warnings=False)
            case "content_block_delta":
                self._extend(chunk.index, chunk.delta)
            case "message_delta":
                if chunk.delta.stop_reason:
                    self._message["stop_reason"] = chunk.delta.stop_reason
                self._count(chunk.usage)

    def _count(self, usage: Any) -> None:
        if usage is not None:
            self._usage |= usage.model_dump(exclude_none=True, warnings=False)

    def _extend(self, index: int, delta: Any) -> None:
        piece = next((found for name in _DELTAS if isinstance(found := getattr(delta, name, None), str)), None)
        if piece is not None:
            self._pieces.setdefault(index, []).append(piece)

    def answered(self) -> Answered:
        if not self._message:
            return Answered()
        content = [
            _filled(block, "".join(self._pieces.get(index, ()))) for index, block in sorted(self._blocks.items())
        ]
        return _answer({**self._message, "content": content, "usage": self._usage})


_DELTAS: Final = ("text", "thinking", "partial_json")


def _filled(block: dict[str, Any], text: str) -> dict[str, Any]:
    """A block with what came for it."""
    match block.get("type"):
        case "text":
            return {**block, "text": block.get("text", "") + text}
        case "thinking":
            return {**block, "thinking": block.get("thinking", "") + text}
        case _ if text:
            return {**block, "input": text}
    return block


_MESSAGES: Final = Endpoint(ask=_ask, answer=_answer, chunks=_Chunks)


def patches() -> Sequence[Patch]:
    """What is traced."""
    return stainless_patches(_base_client, Client(endpoints={"/messages": _MESSAGES}, provider=provider_of))
