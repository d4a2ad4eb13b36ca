"""Chat completions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from pyflare.dialects.messages import finish_reason, messages_of
from pyflare.integrations.call import Answered, Asked
from pyflare.integrations.openai.usage import parameters, tokens
from pyflare.integrations.stainless import Endpoint


def _ask(body: Mapping[str, Any], provider: str) -> Asked:
    attributes = parameters(body)
    tools = body.get("tools") or body.get("functions")
    if tools:
        attributes["gen_ai.tool.definitions"] = json.dumps(tools, default=str)
    format = body.get("response_format")
    if isinstance(format, Mapping):
        attributes["gen_ai.output.type"] = "json" if "json" in str(format.get("type")) else "text"
    messages = body.get("messages")
    return Asked(
        operation="chat",
        kind="llm",
        provider=provider,
        model=body.get("model"),
        input=messages_of(_plain(messages), role="user") or messages,
        attributes=attributes,
    )


def _plain(value: Any) -> Any:
    """The messages as JSON has them: answers that are handed back may be models of the library."""
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    dump = getattr(value, "model_dump", None)
    return dump(exclude_none=True) if callable(dump) else value


def answered(body: Mapping[str, Any]) -> Answered:
    """A whole completion."""
    choices = body.get("choices") or []
    return Answered(
        output=messages_of(list(choices), role="assistant"),
        columns={
            "model_version": body.get("model"),
            "response_id": body.get("id"),
            "finish_reasons": [finish_reason(choice["finish_reason"]) for choice in choices if _ended(choice)] or None,
            **tokens(body.get("usage")),
        },
        attributes={
            "openai.response.service_tier": body.get("service_tier"),
            "openai.response.system_fingerprint": body.get("system_fingerprint"),
        },
    )


def _ended(choice: Mapping[str, Any]) -> bool:
    return isinstance(choice.get("finish_reason"), str)


class _Chunks:
    """Puts the choices of a stream together from their pieces."""

    def __init__(self) -> None:
        self._head: dict[str, Any] = {}
        self._choices: dict[int, _Choice] = {}

    def add(self, chunk: Any) -> None:
        for name in ("id", "model", "service_tier", "system_fingerprint"):
            value = getattr(chunk, name, None)
            if value:
                self._head[name] = value
        usage = getattr(chunk, "usage", None)
        if usage is not None:
            self._head["usage"] = usage.model_dump(exclude_none=True)
        for choice in chunk.choices or ():
            self._choices.setdefault(choice.index, _Choice()).add(choice)

    def answered(self) -> Answered:
        choices = [choice.whole() for _, choice in sorted(self._choices.items())]
        return answered({**self._head, "choices": choices})


class _Choice:
    """One choice of a stream."""

    def __init__(self) -> None:
        self._role = "assistant"
        self._texts: dict[str, list[str]] = {}
        self._calls: dict[int, dict[str, str]] = {}
        self._reason: str | None = None

    def add(self, choice: Any) -> None:
        """Take note of a piece."""
        delta = choice.delta
        self._role = getattr(delta, "role", None) or self._role
        self._reason = choice.finish_reason or self._reason
        for name in _TEXTS:
            piece = getattr(delta, name, None)
            if isinstance(piece, str):
                self._texts.setdefault(name, []).append(piece)
        for call in getattr(delta, "tool_calls", None) or ():
            known = self._calls.setdefault(call.index, {"id": "", "name": "", "arguments": ""})
            known["id"] = call.id or known["id"]
            if call.function is not None:
                known["name"] += call.function.name or ""
                known["arguments"] += call.function.arguments or ""

    def whole(self) -> dict[str, Any]:
        """The choice as a response that is not streamed has it."""
        texts = {name: "".join(pieces) for name, pieces in self._texts.items()}
        message: dict[str, Any] = {"role": self._role, **texts}
        if self._calls:
            message["tool_calls"] = [
                {
                    "type": "function",
                    "id": call["id"],
                    "function": {"name": call["name"], "arguments": call["arguments"]},
                }
                for _, call in sorted(self._calls.items())
            ]
        return {"message": message, "finish_reason": self._reason}


_TEXTS: Final = ("content", "refusal")
ENDPOINT: Final = Endpoint(ask=_ask, answer=answered, chunks=_Chunks)
