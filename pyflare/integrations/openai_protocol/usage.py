"""OpenAI's usage: totals that include what their details single out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PARAMETERS = {
    "temperature": "gen_ai.request.temperature",
    "top_p": "gen_ai.request.top_p",
    "max_tokens": "gen_ai.request.max_tokens",
    "max_completion_tokens": "gen_ai.request.max_tokens",
    "max_output_tokens": "gen_ai.request.max_tokens",
    "frequency_penalty": "gen_ai.request.frequency_penalty",
    "presence_penalty": "gen_ai.request.presence_penalty",
    "seed": "gen_ai.request.seed",
    "stop": "gen_ai.request.stop_sequences",
    "n": "gen_ai.request.choice.count",
    "service_tier": "openai.request.service_tier",
    "reasoning_effort": "gen_ai.request.reasoning.level",
    "user": "enduser.id",
}
"""OpenTelemetry's attribute by the request's own word."""


def parameters(body: Mapping[str, Any]) -> dict[str, Any]:
    """The request's parameters as attributes."""
    found = {name: body[word] for word, name in PARAMETERS.items() if body.get(word) is not None}
    if found.get("gen_ai.request.choice.count") == 1:
        del found["gen_ai.request.choice.count"]
    if body.get("stream"):
        found["gen_ai.request.stream"] = True
    return found


def tokens(usage: Mapping[str, Any] | None) -> dict[str, Any]:
    """The columns of tokens."""
    if not usage:
        return {}
    read: Mapping[str, Any] = usage.get("prompt_tokens_details") or usage.get("input_tokens_details") or {}
    written: Mapping[str, Any] = usage.get("completion_tokens_details") or usage.get("output_tokens_details") or {}
    return {
        "input_tokens": _first(usage, "prompt_tokens", "input_tokens"),
        "output_tokens": _first(usage, "completion_tokens", "output_tokens"),
        "cache_read_tokens": read.get("cached_tokens"),
        "reasoning_tokens": written.get("reasoning_tokens"),
        "input_audio_tokens": read.get("audio_tokens"),
        "output_audio_tokens": written.get("audio_tokens"),
    }


def _first(usage: Mapping[str, Any], *names: str) -> Any:
    return next((usage[name] for name in names if usage.get(name) is not None), None)
