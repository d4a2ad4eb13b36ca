"""Pydantic AI and Logfire: what they add to OpenTelemetry's conventions.

An agent's `gen_ai.aggregated_usage.*` is not here on purpose: it repeats what the
model calls below the agent say of themselves.
"""

from __future__ import annotations

from typing import Final

from pyflare.dialects.table import MICROS_PER_DOLLAR, Content, Dialect, Form, From

_DETAILS: Final = "gen_ai.usage.details"

PYDANTIC_AI: Final = Dialect(
    name="pydantic-ai",
    versions="instrumentation versions 1 to 5",
    scopes=("pydantic-ai", "logfire"),
    columns={
        "inference_type": (From("agent_name", always="agent"),),
        "model_id": (From("model_name", kinds=("agent", "llm")),),
        "agent_name": ("agent_name",),
        "cache_read_tokens": (f"{_DETAILS}.cache_read_tokens", f"{_DETAILS}.cache_read_input_tokens"),
        "cache_write_tokens": (f"{_DETAILS}.cache_write_tokens", f"{_DETAILS}.cache_creation_input_tokens"),
        "reasoning_tokens": (f"{_DETAILS}.reasoning_tokens", f"{_DETAILS}.thoughts_tokens"),
        "input_audio_tokens": (f"{_DETAILS}.input_audio_tokens",),
        "output_audio_tokens": (f"{_DETAILS}.output_audio_tokens",),
        "cost_micros": (From("operation.cost", scale=MICROS_PER_DOLLAR),),
    },
    inputs=(
        Content("pydantic_ai.all_messages", Form.MESSAGES),
        Content("events", Form.EVENTS),
        Content("all_messages_events", Form.EVENTS),
        Content("tool_arguments"),
        Content("prompt"),
        Content("request_data"),
    ),
    outputs=(
        Content("events", Form.EVENTS),
        Content("tool_response"),
        Content("final_result"),
        Content("response_data"),
    ),
)
