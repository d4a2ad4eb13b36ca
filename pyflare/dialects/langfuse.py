"""Langfuse's own attributes, as its SDKs write them."""

from __future__ import annotations

from typing import Final

from pyflare.dialects.table import MICROS_PER_DOLLAR, Content, Dialect, From

_KINDS: Final = {
    "generation": "llm",
    "embedding": "embedding",
    "retriever": "retriever",
    "tool": "tool",
    "agent": "agent",
    "chain": "chain",
    "evaluator": "evaluator",
    "guardrail": "guardrail",
}
_USAGE: Final = "langfuse.observation.usage_details"
_ASSOCIATED: Final = "traceloop.association.properties"


def _usage(*members: str) -> tuple[From, ...]:
    return tuple(From(_USAGE, member) for member in members)


LANGFUSE: Final = Dialect(
    name="langfuse",
    versions="ingestion of July 2026, SDK 3 and later",
    columns={
        "inference_type": (From("langfuse.observation.type", words=_KINDS),),
        "model_id": ("langfuse.observation.model.name",),
        "input_tokens": _usage("input", "input_tokens", "prompt_tokens"),
        "output_tokens": _usage("output", "output_tokens", "completion_tokens"),
        "cache_read_tokens": _usage("cache_read_input_tokens", "input_cached_tokens", "input_cache_read"),
        "cache_write_tokens": _usage("cache_creation_input_tokens", "input_cache_creation"),
        "reasoning_tokens": _usage("output_reasoning_tokens", "reasoning_tokens", "output_reasoning"),
        "input_audio_tokens": _usage("input_audio_tokens", "input_audio"),
        "output_audio_tokens": _usage("output_audio_tokens", "output_audio"),
        "cost_micros": (
            From("langfuse.observation.cost_details", "total", scale=MICROS_PER_DOLLAR),
            From("gen_ai.usage.cost", scale=MICROS_PER_DOLLAR),
        ),
        "session_id": (
            "langfuse.session.id",
            f"{_ASSOCIATED}.langfuse_session_id",
            "metadata.langfuse_session_id",
        ),
        "user_id": ("langfuse.user.id", f"{_ASSOCIATED}.langfuse_user_id", "metadata.langfuse_user_id"),
        "environment": ("langfuse.environment",),
        "tags": ("langfuse.trace.tags",),
        "time_to_first_chunk_ns": (From("langfuse.observation.completion_start_time", is_moment=True),),
    },
    inputs=(Content("langfuse.observation.input"), Content("langfuse.trace.input")),
    outputs=(Content("langfuse.observation.output"), Content("langfuse.trace.output")),
)
