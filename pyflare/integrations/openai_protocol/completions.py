"""Completions of a text: the older way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pyflare.dialects.messages import finish_reason
from pyflare.integrations.call import Answered, Asked
from pyflare.integrations.openai_protocol.usage import parameters, tokens
from pyflare.integrations.stainless import Endpoint


def _ask(body: Mapping[str, Any], provider: str) -> Asked:
    return Asked(
        operation="text_completion",
        kind="llm",
        provider=provider,
        model=body.get("model"),
        input=_messages(body.get("prompt"), role="user"),
        attributes=parameters(body),
    )


def _messages(prompt: Any, *, role: str) -> Any:
    texts = [prompt] if isinstance(prompt, str) else prompt
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        return prompt
    return [{"role": role, "parts": [{"type": "text", "content": text}]} for text in texts]


def _answer(body: Mapping[str, Any]) -> Answered:
    choices = [choice for choice in body.get("choices") or () if isinstance(choice, Mapping)]
    messages = []
    for choice in choices:
        message = _messages(choice.get("text") or "", role="assistant")[0]
        if choice.get("finish_reason"):
            message["finish_reason"] = finish_reason(choice["finish_reason"])
        messages.append(message)
    return Answered(
        output=messages or None,
        columns={
            "model_version": body.get("model"),
            "response_id": body.get("id"),
            "finish_reasons": [message["finish_reason"] for message in messages if "finish_reason" in message] or None,
            **tokens(body.get("usage")),
        },
    )


class _Chunks:
    """Puts the choices of a stream together."""

    def __init__(self) -> None:
        self._head: dict[str, Any] = {}
        self._texts: dict[int, list[str]] = {}
        self._reasons: dict[int, str] = {}

    def add(self, chunk: Any) -> None:
        self._head |= {name: getattr(chunk, name) for name in ("id", "model") if getattr(chunk, name, None)}
        if getattr(chunk, "usage", None) is not None:
            self._head["usage"] = chunk.usage.model_dump(exclude_none=True)
        for choice in chunk.choices or ():
            index = choice.index or 0
            self._texts.setdefault(index, []).append(choice.text or "")
            if choice.finish_reason:
                self._reasons[index] = choice.finish_reason

    def answered(self) -> Answered:
        choices = [
            {"text": "".join(pieces), "finish_reason": self._reasons.get(index)}
            for index, pieces in sorted(self._texts.items())
        ]
        return _answer({**self._head, "choices": choices})


ENDPOINT: Final = Endpoint(ask=_ask, answer=_answer, chunks=_Chunks)
