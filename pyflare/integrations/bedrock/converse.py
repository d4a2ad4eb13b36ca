"""Converse: one shape for all of Bedrock's models, which Nova's own requests have too."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from pyflare.dialects.messages import answer as tool_answer
from pyflare.dialects.messages import call, finish_reason
from pyflare.integrations.call import Answered, Asked

Message = dict[str, Any]

_PARAMETERS: Final = {
    "maxTokens": "gen_ai.request.max_tokens",
    "max_new_tokens": "gen_ai.request.max_tokens",
    "temperature": "gen_ai.request.temperature",
    "topP": "gen_ai.request.top_p",
    "topK": "gen_ai.request.top_k",
    "stopSequences": "gen_ai.request.stop_sequences",
}


def model_of(parameters: Mapping[str, Any]) -> str | None:
    """The model's id; of a resource's name, what it ends in."""
    model = parameters.get("modelId")
    return model.rpartition("/")[2] if isinstance(model, str) else None


def ask(parameters: Mapping[str, Any]) -> Asked:
    """A request."""
    return asked(model_of(parameters), parameters)


def ask_stream(parameters: Mapping[str, Any]) -> Asked:
    """A request whose answer is streamed."""
    made = ask(parameters)
    made.attributes["gen_ai.request.stream"] = True
    return made


def asked(model: str | None, body: Mapping[str, Any]) -> Asked:
    """A request of this shape."""
    settings = body.get("inferenceConfig") or {}
    attributes = {name: settings[word] for word, name in _PARAMETERS.items() if settings.get(word) is not None}
    tools = (body.get("toolConfig") or {}).get("tools")
    if tools:
        attributes["gen_ai.tool.definitions"] = json.dumps(tools, default=str)
    guardrail = (body.get("guardrailConfig") or {}).get("guardrailIdentifier")
    if guardrail:
        attributes["aws.bedrock.guardrail.id"] = guardrail
    system = _parts(body.get("system"))
    said: list[Message] = [{"role": "system", "parts": system}] if system else []
    return Asked(
        operation="chat",
        kind="llm",
        provider="aws.bedrock",
        model=model,
        input=said + [message_of(message) for message in body.get("messages") or ()],
        attributes=attributes,
    )


def message_of(message: Mapping[str, Any]) -> Message:
    """A message in OpenTelemetry's words."""
    parts = _parts(message.get("content"))
    answers = bool(parts) and all(part["type"] == "tool_call_response" for part in parts)
    return {"role": "tool" if answers else message.get("role") or "user", "parts": parts}


def _parts(content: Any) -> list[dict[str, Any]]:
    blocks = [content] if isinstance(content, str) else content or ()
    return [part for block in blocks if (part := _part(block)) is not None]


def _part(block: Any) -> dict[str, Any] | None:
    if not isinstance(block, Mapping):
        return {"type": "text", "content": str(block)} if block else None
    known = next((kind for kind in _BLOCKS if kind in block), None)
    if known is not None:
        return _BLOCKS[known](block[known])
    other = next(iter(block), None)
    return None if other in {None, "cachePoint"} else {"type": str(other)}


def _text(text: Any) -> dict[str, Any] | None:
    return {"type": "text", "content": text} if text else None


def _thought(block: Any) -> dict[str, Any] | None:
    said = block.get("reasoningText") or {}
    return {"type": "reasoning", "content": said["text"]} if said.get("text") else None


def _called(block: Any) -> dict[str, Any]:
    return call(block.get("toolUseId"), block.get("name"), block.get("input"))


def _answered(block: Any) -> dict[str, Any]:
    found = [part.get("json", part.get("text")) for part in block.get("content") or ()]
    return tool_answer(block.get("toolUseId"), found[0] if len(found) == 1 else found)


def _image(block: Any) -> dict[str, Any]:
    source = block.get("source") or {}
    data = source.get("bytes")
    content = base64.b64encode(data).decode() if isinstance(data, bytes) else data
    place = (source.get("s3Location") or {}).get("uri")
    said = {"type": "uri", "uri": place} if place else {"type": "blob", "content": content}
    return {**said, "modality": "image", "mime_type": f"image/{block.get('format')}"}


def _guarded(block: Any) -> dict[str, Any] | None:
    return _text((block.get("text") or {}).get("text")) or ({"type": "image"} if "image" in block else None)


_BLOCKS: Final[dict[str, Callable[[Any], dict[str, Any] | None]]] = {
    "text": _text,
    "guardContent": _guarded,
    "reasoningContent": _thought,
    "toolUse": _called,
    "toolResult": _answered,
    "image": _image,
}


def answer(body: Mapping[str, Any]) -> Answered:
    """A whole answer."""
    message = message_of((body.get("output") or {}).get("message") or {"role": "assistant"})
    word = body.get("stopReason")
    if word:
        message["finish_reason"] = finish_reason(word)
    return Answered(
        output=[{**message, "role": "assistant"}] if message["parts"] else None,
        columns={"finish_reasons": [message["finish_reason"]] if word else None, **tokens(body.get("usage"))},
    )


def tokens(usage: Mapping[str, Any] | None) -> dict[str, Any]:
    """The columns of tokens. Bedrock counts what it caches apart from the input; the column includes it."""
    if not usage:
        return {}
    read = usage.get("cacheReadInputTokens", usage.get("cacheReadInputTokenCount"))
    written = usage.get("cacheWriteInputTokens", usage.get("cacheWriteInputTokenCount"))
    plain = usage.get("inputTokens")
    return {
        "input_tokens": None if plain is None else plain + (read or 0) + (written or 0),
        "output_tokens": usage.get("outputTokens"),
        "cache_read_tokens": read,
        "cache_write_tokens": written,
    }


class Pieces:
    """Puts an answer together from the events of a stream."""

    def __init__(self) -> None:
        self._blocks: dict[int, dict[str, Any]] = {}
        self._body: dict[str, Any] = {}

    def add(self, chunk: Mapping[str, Any]) -> None:
        """Take note of an event."""
        for kind, event in chunk.items():
            match kind:
                case "contentBlockStart":
                    self._blocks[event.get("contentBlockIndex", 0)] = {**event.get("start", {})}
                case "contentBlockDelta":
                    self._extend(self._blocks.setdefault(event.get("contentBlockIndex", 0), {}), event["delta"])
                case "messageStop":
                    self._body["stopReason"] = event.get("stopReason")
                case "metadata":
                    self._body["usage"] = event.get("usage")

    @staticmethod
    def _extend(block: dict[str, Any], delta: Mapping[str, Any]) -> None:
        if "text" in delta:
            block["text"] = block.get("text", "") + delta["text"]
        if "toolUse" in delta:
            tool = block.get("toolUse") or {}
            block["toolUse"] = {**tool, "input": tool.get("input", "") + delta["toolUse"].get("input", "")}
        thought = (delta.get("reasoningContent") or {}).get("text")
        if thought:
            before = block.get("reasoningContent", {}).get("reasoningText", {}).get("text", "")
            block["reasoningContent"] = {"reasoningText": {"text": before + thought}}

    def answered(self) -> Answered:
        """What has come so far."""
        content = _joined([block for _, block in sorted(self._blocks.items())])
        return answer({**self._body, "output": {"message": {"role": "assistant", "content": content}}})


def _joined(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Texts that follow one another as one: Nova gives each piece an index of its own."""
    found: list[dict[str, Any]] = []
    for block in blocks:
        if found and block.keys() == found[-1].keys() == {"text"}:
            found[-1] = {"text": found[-1]["text"] + block["text"]}
        else:
            found.append(block)
    return found
