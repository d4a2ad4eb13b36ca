"""The Responses API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from pyflare.dialects.messages import answer, call, message_of
from pyflare.integrations.call import Answered, Asked
from pyflare.integrations.openai_protocol.usage import parameters, tokens
from pyflare.integrations.stainless import Endpoint

Message = dict[str, Any]

_INCOMPLETE: Final = {"max_output_tokens": "length", "content_filter": "content_filter"}


def _ask(body: Mapping[str, Any], provider: str) -> Asked:
    attributes = parameters(body)
    if body.get("tools"):
        attributes["gen_ai.tool.definitions"] = json.dumps(body["tools"], default=str)
    reasoning = body.get("reasoning")
    if isinstance(reasoning, Mapping) and reasoning.get("effort"):
        attributes["gen_ai.request.reasoning.level"] = reasoning["effort"]
    for word, name in (
        ("previous_response_id", "openai.request.previous_response_id"),
        ("conversation", "gen_ai.conversation.id"),
    ):
        if isinstance(body.get(word), str):
            attributes[name] = body[word]
    return Asked(
        operation="chat",
        kind="llm",
        provider=provider,
        model=body.get("model"),
        input=_instructions(body) + _items(body.get("input"), role="user"),
        attributes=attributes,
    )


def _instructions(body: Mapping[str, Any]) -> list[Message]:
    text = body.get("instructions")
    return [_said("system", {"type": "text", "content": text})] if isinstance(text, str) and text else []


def _said(role: str, *parts: Message) -> Message:
    return {"role": role, "parts": [*parts]}


def _items(items: Any, *, role: str) -> list[Message]:
    """Messages, calls of tools and their answers, as messages in their order."""
    found = [_item(item, role=role) for item in ([items] if isinstance(items, str) else items or ())]
    return [message for message in found if message is not None and message["parts"]]


def _item(item: Any, *, role: str) -> Message | None:
    dump = getattr(item, "model_dump", None)
    value = dump(exclude_none=True) if callable(dump) else item
    if not isinstance(value, Mapping):
        return message_of(value, role=role)
    match value.get("type"):
        case "reasoning":
            texts = [part.get("text") for part in value.get("summary") or () if isinstance(part, Mapping)]
            return _said("assistant", *({"type": "reasoning", "content": text} for text in texts if text))
        case "function_call" | "custom_tool_call":
            arguments = value.get("arguments", value.get("input"))
            return _said("assistant", call(value.get("call_id") or value.get("id"), value.get("name"), arguments))
        case "function_call_output" | "custom_tool_call_output":
            return _said("tool", answer(value.get("call_id"), value.get("output")))
        case "message" | None:
            return message_of(dict(value), role=role)
        case kind:
            return _said("assistant", {**value, "type": str(kind)})


def _answer(body: Mapping[str, Any]) -> Answered:
    reason = _reason(body)
    parts = [part for message in _items(body.get("output"), role="assistant") for part in message["parts"]]
    message = {**_said("assistant", *parts), **({"finish_reason": reason} if reason else {})}
    return Answered(
        output=[message] if parts else None,
        columns={
            "model_version": body.get("model"),
            "response_id": body.get("id"),
            "finish_reasons": [reason] if reason else None,
            **tokens(body.get("usage")),
        },
        attributes={"openai.response.service_tier": body.get("service_tier")},
    )


def _reason(body: Mapping[str, Any]) -> str | None:
    """Why the model stopped, in OpenTelemetry's words; the API has only the state of the response."""
    if body.get("status") == "incomplete":
        details = body.get("incomplete_details")
        reason = details.get("reason") if isinstance(details, Mapping) else None
        return _INCOMPLETE.get(str(reason), str(reason)) if reason else None
    if body.get("status") != "completed":
        return None
    kinds = {item.get("type") for item in body.get("output") or () if isinstance(item, Mapping)}
    return "tool_call" if kinds & {"function_call", "custom_tool_call"} else "stop"


class _Chunks:
    """A stream says the whole response at its end; until then, its texts."""

    def __init__(self) -> None:
        self._response: Any = None
        self._texts: list[str] = []

    def add(self, chunk: Any) -> None:
        if chunk.type == "response.output_text.delta":
            self._texts.append(chunk.delta)
        elif getattr(chunk, "response", None) is not None:
            self._response = chunk.response

    def answered(self) -> Answered:
        if self._response is None:
            return Answered()
        body = self._response.model_dump(exclude_none=True, warnings=False)
        if not body.get("output") and self._texts:
            content = [{"type": "output_text", "text": "".join(self._texts)}]
            body["output"] = [{"type": "message", "role": "assistant", "content": content}]
        return _answer(body)


ENDPOINT: Final = Endpoint(ask=_ask, answer=_answer, chunks=_Chunks)
