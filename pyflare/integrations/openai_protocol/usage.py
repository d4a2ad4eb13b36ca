"""OpenAI's usage: totals that include what their details single out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyflare.integrations.openai_protocol.fields import fields

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
    found: dict[str, Any] = {}
    if not PARAMETERS.keys().isdisjoint(body):
        found = {name: body[word] for word, name in PARAMETERS.items() if body.get(word) is not None}
        if found.get("gen_ai.request.choice.count") == 1:
            del found["gen_ai.request.choice.count"]
    if body.get("stream"):
        found["gen_ai.request.stream"] = True
    return found


def tokens(usage: Any) -> dict[str, Any]:
    """The columns of tokens, of a usage as JSON has it or as the library's own model."""
    if not usage:
        return {}
    usage = fields(usage)
    asked, said = usage.get("prompt_tokens"), usage.get("completion_tokens")
    found = {
        "input_tokens": usage.get("input_tokens") if asked is None else asked,
        "output_tokens": usage.get("output_tokens") if said is None else said,
    }
    read = usage.get("prompt_tokens_details") or usage.get("input_tokens_details")
    if read:
        read = fields(read)
        found["cache_read_tokens"] = read.get("cached_tokens")
        found["input_audio_tokens"] = read.get("audio_tokens")
    written = usage.get("completion_tokens_details") or usage.get("output_tokens_details")
    if written:
        written = fields(written)
        found["reasoning_tokens"] = written.get("reasoning_tokens")
        found["output_audio_tokens"] = written.get("audio_tokens")
    return found
