"""LangChain's messages, documents and results in the conventions' words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from langchain_core.documents import Document
from langchain_core.messages import BaseMessage
from langchain_core.outputs import LLMResult
from langchain_core.prompt_values import PromptValue

from pyflare.dialects.messages import finish_reason, message_of
from pyflare.dialects.words import PROVIDERS
from pyflare.integrations.call import Answered

_DEPTH: Final = 6
_ROLES: Final = {"human": "user", "ai": "assistant", "AIMessageChunk": "assistant", "function": "tool"}
_PARAMETERS: Final = {
    "temperature": "gen_ai.request.temperature",
    "top_p": "gen_ai.request.top_p",
    "max_tokens": "gen_ai.request.max_tokens",
    "max_completion_tokens": "gen_ai.request.max_tokens",
    "stop": "gen_ai.request.stop_sequences",
    "seed": "gen_ai.request.seed",
}


def plain(value: Any, depth: int = 0) -> Any:
    """A value that runs hand on, with messages and documents as the conventions have them."""
    if isinstance(value, BaseMessage):
        return message(value)
    if isinstance(value, Document):
        return document(value)
    if isinstance(value, PromptValue):
        return [message(item) for item in value.to_messages()]
    if depth < _DEPTH:
        if isinstance(value, Mapping):
            return {name: plain(item, depth + 1) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [plain(item, depth + 1) for item in value]
    return value


def message(value: BaseMessage) -> dict[str, Any]:
    """One message."""
    said: dict[str, Any] = {"role": _ROLES.get(value.type, value.type), "content": value.content}
    if value.type == "chat":
        said["role"] = getattr(value, "role", "user")
    for name in ("name", "tool_calls", "tool_call_id"):
        found = getattr(value, name, None)
        if found:
            said[name] = found
    return message_of(said) or {"role": said["role"], "parts": []}


def document(value: Document) -> dict[str, Any]:
    """One document that a retriever found."""
    found = {"id": getattr(value, "id", None), "content": value.page_content, "metadata": value.metadata or None}
    return {name: item for name, item in found.items() if item is not None}


def model_columns(metadata: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """Model and provider of a call."""
    provider = metadata.get("ls_provider")
    return {
        "model_id": params.get("model") or params.get("model_name") or metadata.get("ls_model_name"),
        "provider": PROVIDERS.get(provider, provider) if isinstance(provider, str) else None,
    }


def parameters(params: Mapping[str, Any]) -> dict[str, Any]:
    """The call's parameters as attributes."""
    found = {name: params[word] for word, name in _PARAMETERS.items() if params.get(word) is not None}
    if params.get("tools"):
        found["gen_ai.tool.definitions"] = json.dumps(params["tools"], default=str)
    return found


def answered(result: LLMResult | None) -> Answered:
    """What a model said, and what it counted."""
    first: Sequence[Any] = result.generations[0] if result is not None and result.generations else ()
    said = [spoken for generation in first if (spoken := _spoken(generation)) is not None]
    top = getattr(first[0], "message", None) if first else None
    told: Mapping[str, Any] = getattr(top, "response_metadata", None) or {}
    output: Mapping[str, Any] = (result.llm_output if result is not None else None) or {}
    reasons = [item["finish_reason"] for item in said if "finish_reason" in item]
    return Answered(
        output=said or None,
        columns={
            "model_version": told.get("model_name") or told.get("model") or output.get("model_name"),
            "response_id": told.get("id") or output.get("id"),
            "finish_reasons": reasons or None,
            **_tokens(getattr(top, "usage_metadata", None), output.get("token_usage") or told.get("token_usage")),
        },
    )


def _spoken(generation: Any) -> dict[str, Any] | None:
    """One generation as a message; None where nothing has come of it."""
    if generation is None:
        return None
    spoken = getattr(generation, "message", None)
    told = getattr(spoken, "response_metadata", None) or getattr(generation, "generation_info", None) or {}
    text = {"role": "assistant", "parts": [{"type": "text", "content": generation.text}]}
    found = message(spoken) if spoken is not None else text
    reason = told.get("finish_reason") or told.get("stop_reason") or told.get("done_reason")
    if isinstance(reason, str):
        found["finish_reason"] = finish_reason(reason)
    return found if found["parts"] or reason else None


def _tokens(usage: Mapping[str, Any] | None, older: Any) -> dict[str, Any]:
    """The columns of tokens. LangChain's input includes what is cached, as the column does."""
    if usage:
        read: Mapping[str, Any] = usage.get("input_token_details") or {}
        written: Mapping[str, Any] = usage.get("output_token_details") or {}
        return {
            "input_tokens": usage.get("input_tokens"),
            "output_tokens": usage.get("output_tokens"),
            "cache_read_tokens": read.get("cache_read"),
            "cache_write_tokens": read.get("cache_creation"),
            "reasoning_tokens": written.get("reasoning"),
            "input_audio_tokens": read.get("audio"),
            "output_audio_tokens": written.get("audio"),
        }
    if isinstance(older, Mapping) and older:
        return {"input_tokens": older.get("prompt_tokens"), "output_tokens": older.get("completion_tokens")}
    return {}
