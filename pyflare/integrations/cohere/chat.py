"""What Cohere answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pyflare.dialects.messages import call, finish_reason, message_of
from pyflare.integrations.call import Answered
from pyflare.integrations.method import plain

_REASONS: Final = {"ERROR_TOXIC": "content_filter", "ERROR": "error"}


def answer(result: Any) -> Answered:
    """A whole answer of chat."""
    return answered(plain(result.data))


def answered(body: Mapping[str, Any]) -> Answered:
    """An answer of chat, whole or put together."""
    said = body.get("message") or {}
    message = message_of({**said, "role": "assistant"}) or {"role": "assistant", "parts": []}
    if said.get("tool_plan"):
        message["parts"].insert(0, {"type": "reasoning", "content": said["tool_plan"]})
    return _answered(message, body, body.get("usage"))


def answer_old(result: Any) -> Answered:
    """A whole answer of the older chat."""
    return answered_old(plain(result.data))


def answered_old(body: Mapping[str, Any]) -> Answered:
    """An answer of the older chat, whole or put together."""
    message = message_of(body.get("text") or "", role="assistant") or {}
    calls = [call(None, made.get("name"), made.get("parameters")) for made in body.get("tool_calls") or ()]
    parts = [part for part in message["parts"] if part["content"]] + calls
    found = {**body, "id": body.get("generation_id") or body.get("response_id")}
    return _answered({**message, "parts": parts}, found, body.get("meta"))


def answer_generated(result: Any) -> Answered:
    """Texts."""
    body = plain(result.data)
    texts = body.get("generations") or []
    reasons = [reason(text["finish_reason"]) for text in texts if text.get("finish_reason")]
    return Answered(
        output=[message_of(text.get("text") or "", role="assistant") for text in texts] or None,
        columns={"response_id": body.get("id"), "finish_reasons": reasons or None, **tokens(body.get("meta"))},
    )


def answer_scores(result: Any) -> Answered:
    """Documents in order, with their scores."""
    body = plain(result.data)
    units = ((body.get("meta") or {}).get("billed_units") or {}).get("search_units")
    return Answered(
        output=body.get("results"),
        columns={"response_id": body.get("id")},
        attributes={"cohere.search_units": units},
    )


def _answered(message: dict[str, Any], body: Mapping[str, Any], usage: Any) -> Answered:
    word = body.get("finish_reason")
    if word:
        message["finish_reason"] = reason(word)
    return Answered(
        output=[message] if message["parts"] else None,
        columns={
            "response_id": body.get("id"),
            "finish_reasons": [message["finish_reason"]] if word else None,
            **tokens(usage),
        },
    )


def reason(word: str) -> str:
    """A finish reason in OpenTelemetry's words."""
    return _REASONS.get(word, finish_reason(word)).lower()


def tokens(usage: Mapping[str, Any] | None) -> dict[str, Any]:
    """The columns of tokens: what is billed, where that is said; it leaves out what the provider adds by itself."""
    found = (usage or {}).get("billed_units") or (usage or {}).get("tokens") or {}
    counts = {f"{word}_tokens": found.get(f"{word}_tokens") for word in ("input", "output")}
    whole = {name: None if count is None else int(count) for name, count in counts.items()}
    cached = (usage or {}).get("cached_tokens")
    return {**whole, "cache_read_tokens": None if cached is None else int(cached)}
