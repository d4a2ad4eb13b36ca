"""google-genai: Gemini's answers and embeddings; sync, async, streamed, with tools, thinking and caching; Vertex too.

Where the client calls Python functions by itself and asks again, each time the
model is asked is a span.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from google.genai.models import AsyncModels, Models

from pyflare.dialects.messages import answer as tool_answer
from pyflare.dialects.messages import call as tool_call
from pyflare.dialects.messages import finish_reason
from pyflare.integrations.call import Answered, Asked
from pyflare.integrations.method import Method, plain
from pyflare.integrations.patch import Patch

Message = dict[str, Any]

_PARAMETERS: Final = {
    "temperature": "gen_ai.request.temperature",
    "top_p": "gen_ai.request.top_p",
    "top_k": "gen_ai.request.top_k",
    "candidate_count": "gen_ai.request.choice.count",
    "max_output_tokens": "gen_ai.request.max_tokens",
    "stop_sequences": "gen_ai.request.stop_sequences",
    "presence_penalty": "gen_ai.request.presence_penalty",
    "frequency_penalty": "gen_ai.request.frequency_penalty",
    "seed": "gen_ai.request.seed",
}
_ROLES: Final = {"model": "assistant", "function": "tool"}


def _ask(owner: Any, arguments: Mapping[str, Any]) -> Asked:
    config = plain(arguments.get("config")) or {}
    attributes = {name: config[word] for word, name in _PARAMETERS.items() if config.get(word) is not None}
    if config.get("tools"):
        attributes["gen_ai.tool.definitions"] = json.dumps(config["tools"], default=_described)
    if config.get("response_mime_type"):
        attributes["gen_ai.output.type"] = "json" if "json" in config["response_mime_type"] else "text"
    system = _contents(config.get("system_instruction"), role="system")
    return Asked(
        operation="chat",
        kind="llm",
        provider=_provider(owner),
        model=_model(arguments),
        input=[{**message, "role": "system"} for message in system] + _contents(arguments.get("contents")),
        attributes=attributes,
    )


def _ask_stream(owner: Any, arguments: Mapping[str, Any]) -> Asked:
    asked = _ask(owner, arguments)
    asked.attributes["gen_ai.request.stream"] = True
    return asked


def _described(value: Any) -> str:
    """A tool may be a function."""
    return getattr(value, "__name__", None) or str(value)


def _provider(owner: Any) -> str:
    return "gcp.vertex_ai" if owner._api_client.vertexai else "gcp.gemini"


def _model(arguments: Mapping[str, Any]) -> str | None:
    """The model's own name: a path ends in it."""
    model = arguments.get("model")
    return model.rpartition("/")[2] if isinstance(model, str) else None


def _contents(contents: Any, *, role: str = "user") -> list[Message]:
    """Messages from whatever the client takes: texts, parts and contents, one or several."""
    items = plain(contents)
    found: list[Message] = []
    for item in items if isinstance(items, list) else [] if items is None else [items]:
        if isinstance(item, Mapping) and "parts" in item:
            found.append(_message(item, role=role))
        elif found and found[-1].get("loose"):
            found[-1]["parts"] += _parts([item])
        else:
            found.append({"role": role, "parts": _parts([item]), "loose": True})
    return [{name: value for name, value in message.items() if name != "loose"} for message in found]


def _message(content: Mapping[str, Any], *, role: str) -> Message:
    parts = _parts(content.get("parts") or ())
    said = content.get("role") or role
    answers = bool(parts) and all(part["type"] == "tool_call_response" for part in parts)
    return {"role": "tool" if answers else _ROLES.get(said, said), "parts": parts}


def _parts(parts: Any) -> list[dict[str, Any]]:
    return [found for part in ([parts] if isinstance(parts, str) else parts) if (found := _part(part)) is not None]


def _part(part: Any) -> dict[str, Any] | None:
    """A part in OpenTelemetry's words."""
    if not isinstance(part, Mapping):
        return {"type": "text", "content": str(part)} if part else None
    called, answered, data, file = (part.get(name) for name in _KINDS)
    if called:
        return tool_call(called.get("id"), called.get("name"), called.get("args"))
    if answered:
        return tool_answer(answered.get("id") or answered.get("name"), answered.get("response"))
    if data:
        return _medium(data, {"type": "blob", "content": _text_of(data.get("data"))})
    if file:
        return _medium(file, {"type": "uri", "uri": file.get("file_uri")})
    text = part.get("text")
    if isinstance(text, str):
        return {"type": "reasoning" if part.get("thought") else "text", "content": text} if text else None
    kind = next(iter(part), "unknown")
    return {"type": str(kind), "content": part.get(kind)} if part else None


_KINDS: Final = ("function_call", "function_response", "inline_data", "file_data")


def _text_of(data: Any) -> Any:
    return base64.b64encode(data).decode() if isinstance(data, bytes) else data


def _medium(value: Mapping[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    kind = value.get("mime_type") or ""
    return {**part, "mime_type": kind, "modality": kind.partition("/")[0]}


def _answer(result: Any) -> Answered:
    return _answered(plain(result))


def _answered(body: Mapping[str, Any]) -> Answered:
    candidates = body.get("candidates") or []
    messages = [_said(candidate) for candidate in candidates]
    reasons = [message["finish_reason"] for message in messages if "finish_reason" in message]
    blocked = (body.get("prompt_feedback") or {}).get("block_reason")
    return Answered(
        output=[message for message in messages if message["parts"]] or None,
        columns={
            "model_version": body.get("model_version"),
            "response_id": body.get("response_id"),
            "finish_reasons": reasons or (["content_filter"] if blocked else None),
            **_tokens(body.get("usage_metadata")),
        },
        attributes={"gcp.gemini.block_reason": blocked},
    )


def _said(candidate: Mapping[str, Any]) -> Message:
    message = _message(candidate.get("content") or {}, role="assistant")
    reason = candidate.get("finish_reason")
    if not reason:
        return message
    called = any(part["type"] == "tool_call" for part in message["parts"])
    word = finish_reason(reason)
    return {**message, "finish_reason": "tool_call" if called and reason == "STOP" else word.lower()}


def _tokens(usage: Mapping[str, Any] | None) -> dict[str, Any]:
    """The columns of tokens. Gemini counts thoughts apart from the answer, and tools' results from the prompt."""
    if not usage:
        return {}
    thoughts, answer = usage.get("thoughts_token_count"), usage.get("candidates_token_count")
    prompt, tools = usage.get("prompt_token_count"), usage.get("tool_use_prompt_token_count")
    return {
        "input_tokens": None if prompt is None else prompt + (tools or 0),
        "output_tokens": None if answer is None and thoughts is None else (answer or 0) + (thoughts or 0),
        "cache_read_tokens": usage.get("cached_content_token_count"),
        "reasoning_tokens": thoughts,
        "input_audio_tokens": _audio(usage.get("prompt_tokens_details")),
        "output_audio_tokens": _audio(usage.get("candidates_tokens_details")),
    }


def _audio(details: Sequence[Mapping[str, Any]] | None) -> int | None:
    return next((item.get("token_count") for item in details or () if item.get("modality") == "AUDIO"), None)


class _Chunks:
    """Puts candidates together from their pieces; usage is that of the last chunk that has some."""

    def __init__(self) -> None:
        self._head: dict[str, Any] = {}
        self._candidates: dict[int, dict[str, Any]] = {}

    def add(self, chunk: Any) -> None:
        for name in ("response_id", "model_version", "usage_metadata", "prompt_feedback"):
            value = getattr(chunk, name, None)
            if value:
                self._head[name] = value
        for candidate in chunk.candidates or ():
            known = self._candidates.setdefault(candidate.index or 0, {"parts": [], "finish_reason": None})
            known["finish_reason"] = candidate.finish_reason or known["finish_reason"]
            if candidate.content is not None:
                known["parts"] += candidate.content.parts or ()

    def answered(self) -> Answered:
        candidates = [
            {
                "content": {"role": "model", "parts": _joined(plain(known["parts"]))},
                "finish_reason": plain(known["finish_reason"]),
            }
            for _, known in sorted(self._candidates.items())
        ]
        return _answered({**plain(self._head), "candidates": candidates})


def _joined(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Texts that follow one another, and thoughts, as one each."""
    found: list[dict[str, Any]] = []
    for part in parts:
        last = found[-1] if found else {}
        if "text" in part and "text" in last and bool(part.get("thought")) == bool(last.get("thought")):
            last["text"] += part["text"]
        else:
            found.append(dict(part))
    return found


def _ask_vectors(owner: Any, arguments: Mapping[str, Any]) -> Asked:
    contents = next((arguments[name] for name in _EMBEDDED if arguments.get(name) is not None), None)
    return Asked(
        operation="embeddings",
        kind="embedding",
        provider=_provider(owner),
        model=_model(arguments),
        input=_contents(contents),
    )


_EMBEDDED: Final = ("contents", "content", "batch_contents")


def _answer_vectors(result: Any) -> Answered:
    vectors = result.embeddings or []
    counts = [vector.statistics.token_count for vector in vectors if vector.statistics is not None]
    usage = plain(getattr(result, "usage_metadata", None))
    total = sum(count for count in counts if count is not None)
    said = bool(counts) and None not in counts
    return Answered(
        columns=_tokens(usage) or {"input_tokens": int(total) if said else None},
        attributes={
            "pyflare.embeddings.count": len(vectors) or None,
            "gen_ai.embeddings.dimension.count": len(vectors[0].values or ()) or None if vectors else None,
        },
    )


def patches() -> Sequence[Patch]:
    """What is traced."""
    whole, stream = Method(ask=_ask, answer=_answer), Method(ask=_ask_stream, answer=_answer, chunks=_Chunks)
    vectors = Method(ask=_ask_vectors, answer=_answer_vectors)
    embed = "_embed_content" if hasattr(Models, "_embed_content") else "embed_content"
    methods = {"_generate_content": whole, "_generate_content_stream": stream, embed: vectors}
    return [method.patch(owner, name) for owner in (Models, AsyncModels) for name, method in methods.items()]
