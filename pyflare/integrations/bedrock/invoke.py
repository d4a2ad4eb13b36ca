"""InvokeModel: each family of models has a shape of its own, and is told by it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from pyflare.dialects.messages import finish_reason, message_of, messages_of, parts_of
from pyflare.integrations.bedrock import converse
from pyflare.integrations.call import Answered, Asked

_PARAMETERS: Final = {
    **dict.fromkeys(("max_tokens", "max_tokens_to_sample", "max_gen_len", "maxTokens"), "gen_ai.request.max_tokens"),
    "maxTokenCount": "gen_ai.request.max_tokens",
    "temperature": "gen_ai.request.temperature",
    **dict.fromkeys(("top_p", "topP", "p"), "gen_ai.request.top_p"),
    **dict.fromkeys(("top_k", "topK", "k"), "gen_ai.request.top_k"),
    **dict.fromkeys(("stop_sequences", "stopSequences", "stop"), "gen_ai.request.stop_sequences"),
}
_ROLES: Final = {"CHATBOT": "assistant"}
COUNTS: Final = {
    "input": ("inputTextTokenCount", "prompt_token_count", "inputTokenCount"),
    "output": ("totalOutputTextTokenCount", "generation_token_count", "outputTokenCount"),
}
_HEADERS: Final = {
    "inputTokenCount": "x-amzn-bedrock-input-token-count",
    "outputTokenCount": "x-amzn-bedrock-output-token-count",
}
_REASONS: Final = {"finish": "stop", "finished": "stop", "endoftext": "stop", "content_filtered": "content_filter"}


def ask(parameters: Mapping[str, Any]) -> Asked:
    """A request."""
    model, body = converse.model_of(parameters), _json(parameters.get("body"))
    if "inferenceConfig" in body or _is_converse(body):
        return converse.asked(model, body)
    settings = {**body, **(body.get("textGenerationConfig") or {})}
    attributes = {name: settings[word] for word, name in _PARAMETERS.items() if settings.get(word) is not None}
    if body.get("tools"):
        attributes["gen_ai.tool.definitions"] = json.dumps(body["tools"], default=str)
    vectors = "embed" in (model or "")
    chats = "messages" in body or "message" in body
    return Asked(
        operation="embeddings" if vectors else "chat" if chats else "text_completion",
        kind="embedding" if vectors else "llm",
        provider="aws.bedrock",
        model=model,
        input=(body.get("texts") or [body.get("inputText")]) if vectors else _said(body),
        attributes=attributes,
    )


def ask_stream(parameters: Mapping[str, Any]) -> Asked:
    """A request whose answer is streamed."""
    made = ask(parameters)
    made.attributes["gen_ai.request.stream"] = True
    return made


def _json(body: Any) -> dict[str, Any]:
    """A body as an object; an empty one where it is something else, such as a file that is still to be read."""
    if not isinstance(body, str | bytes | bytearray):
        return {}
    found = json.loads(body)
    return found if isinstance(found, dict) else {}


def _is_converse(body: Mapping[str, Any]) -> bool:
    """Whether the messages are Converse's: their blocks have a key for their kind, and no `type`."""
    contents = [message.get("content") for message in body.get("messages") or () if isinstance(message, Mapping)]
    blocks = [block for content in contents if isinstance(content, list) for block in content]
    return bool(blocks) and all(isinstance(block, Mapping) and "type" not in block for block in blocks)


def _said(body: Mapping[str, Any]) -> Any:
    """The messages, or the text to go on with."""
    system = parts_of(body.get("system"))
    head: list[Any] = [{"role": "system", "parts": system}] if system else []
    if "messages" in body:
        return head + (messages_of(body["messages"], role="user") or [])
    if "message" in body:
        turns = [(_ROLES.get(turn.get("role"), "user"), turn.get("message")) for turn in body.get("chat_history") or ()]
        return [message_of(text or "", role=role) for role, text in (*turns, ("user", body["message"]))]
    text = body.get("prompt", body.get("inputText"))
    return [message_of(text, role="user")] if isinstance(text, str) else text


def answer(body: Mapping[str, Any]) -> Answered:
    """An answer of any of the shapes."""
    if "output" in body and "stopReason" in body:
        return converse.answer(body)
    messages, reasons = _messages(body)
    return Answered(
        output=[message for message in messages if message["parts"]] or None,
        columns={
            "model_version": body.get("model"),
            "response_id": _text(body.get("id") or body.get("generation_id")),
            "finish_reasons": reasons or None,
            **tokens(body),
        },
        attributes=_vectors(body),
    )


def _text(value: Any) -> str | None:
    """AI21's ids are numbers."""
    return None if value is None else str(value)


def _messages(body: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """What was said, and why it ended."""
    found = []
    for said, word in choices(body):
        content = said if isinstance(said, Mapping) else {"content": said}
        message = message_of({**content, "role": "assistant"}) or {"role": "assistant", "parts": []}
        if isinstance(word, str) and word:
            message["finish_reason"] = _REASONS.get(word.lower(), finish_reason(word)).lower()
        found.append(message)
    return found, [message["finish_reason"] for message in found if "finish_reason" in message]


def choices(body: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """Each text or message with the word for why it ended, by the family's shape."""
    match body:
        case {"choices": list(choices)}:  # AI21's Jamba, and those who follow OpenAI
            return [(choice.get("message") or choice.get("text"), choice.get("finish_reason")) for choice in choices]
        case {"content": list(content)}:  # Anthropic
            return [({"content": content}, body.get("stop_reason"))]
        case {"completion": str(text)}:  # Anthropic, before messages
            return [(text, body.get("stop_reason"))]
        case {"results": list(results)}:  # Titan
            return [(result.get("outputText"), result.get("completionReason")) for result in results]
        case {"generation": str(text)}:  # Llama
            return [(text, body.get("stop_reason"))]
        case {"outputs": list(outputs)}:  # Mistral
            return [(output.get("text"), output.get("stop_reason")) for output in outputs]
        case {"generations": list(texts)}:  # Cohere's Command
            return [(text.get("text"), text.get("finish_reason")) for text in texts]
        case {"completions": list(texts)}:  # AI21's Jurassic
            return [(text["data"].get("text"), (text.get("finishReason") or {}).get("reason")) for text in texts]
        case {"text": str(text)}:  # Cohere's Command R
            return [(text, body.get("finish_reason"))]
    return []


def tokens(body: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of tokens, from wherever the family says them, else from the response's headers."""
    usage = body.get("usage") or {}
    if "inputTokens" in usage:
        return converse.tokens(usage)
    if "input_tokens" in usage:
        read, written = usage.get("cache_read_input_tokens"), usage.get("cache_creation_input_tokens")
        return {
            "input_tokens": usage["input_tokens"] + (read or 0) + (written or 0),
            "output_tokens": usage.get("output_tokens"),
            "cache_read_tokens": read,
            "cache_write_tokens": written,
        }
    counts = {
        side: next((body[name] for name in names if body.get(name) is not None), None) for side, names in COUNTS.items()
    }
    results = body.get("results")
    if isinstance(results, list) and results:
        counts["output"] = sum(result.get("tokenCount") or 0 for result in results)
    return {
        "input_tokens": usage.get("prompt_tokens", counts["input"]),
        "output_tokens": usage.get("completion_tokens", counts["output"]),
    }


def _vectors(body: Mapping[str, Any]) -> dict[str, Any]:
    found = body.get("embeddings") or ([body["embedding"]] if body.get("embedding") else [])
    vectors = found if isinstance(found, list) else next(iter(found.values()), [])
    if not vectors:
        return {}
    return {"pyflare.embeddings.count": len(vectors), "gen_ai.embeddings.dimension.count": len(vectors[0])}


class Body:
    """The bytes of an answer, and what its headers count."""

    def __init__(self, result: Mapping[str, Any]) -> None:
        self._data = bytearray()
        headers = (result.get("ResponseMetadata") or {}).get("HTTPHeaders") or {}
        self._counts = {name: int(headers[header]) for name, header in _HEADERS.items() if header in headers}

    def add(self, chunk: bytes) -> None:
        """Take note of bytes."""
        self._data += chunk

    def answered(self) -> Answered:
        """The answer, once it is whole."""
        try:
            body = _json(bytes(self._data))
        except ValueError:  # left early
            body = {}
        return answer({**self._counts, **body})
