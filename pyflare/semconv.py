"""OpenTelemetry's attribute names for the columns of `spans`: what PyFlare writes over OTLP.

The names are those of the semantic conventions for generative AI as of 1.41,
and of the core conventions. Where the conventions have no word of their own the
attribute is `pyflare.…`. What is read, from whomever, is in `pyflare.dialects`.
"""

from __future__ import annotations

from typing import Final

OPERATION_NAME: Final = "gen_ai.operation.name"
TIME_TO_FIRST_CHUNK: Final = "gen_ai.response.time_to_first_chunk"
"""In seconds; the column `time_to_first_chunk_ns` is in nanoseconds."""
SERVICE_NAME: Final = "service.name"
PROJECT: Final = "pyflare.project"
"""The resource attribute that names the project, where it is not the default one."""
DEFAULT_PROJECT: Final = "default"

COLUMN_ATTRIBUTES: Final = {
    "model_id": "gen_ai.request.model",
    "model_version": "gen_ai.response.model",
    "provider": "gen_ai.provider.name",
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "cache_read_tokens": "gen_ai.usage.cache_read.input_tokens",
    "cache_write_tokens": "gen_ai.usage.cache_creation.input_tokens",
    "reasoning_tokens": "gen_ai.usage.reasoning.output_tokens",
    "input_audio_tokens": "gen_ai.usage.audio.input_tokens",
    "output_audio_tokens": "gen_ai.usage.audio.output_tokens",
    "input_image_tokens": "gen_ai.usage.image.input_tokens",
    "output_image_tokens": "gen_ai.usage.image.output_tokens",
    "cache_write_1h_tokens": "pyflare.usage.cache_write_1h_tokens",
    "usage_estimated": "pyflare.usage.estimated",
    "service_tier": "pyflare.service_tier",
    "response_id": "gen_ai.response.id",
    "finish_reasons": "gen_ai.response.finish_reasons",
    "agent_name": "gen_ai.agent.name",
    "tool_name": "gen_ai.tool.name",
    "session_id": "session.id",
    "user_id": "user.id",
    "error_type": "error.type",
    "environment": "deployment.environment.name",
    "feature_id": "pyflare.feature",
    "team": "pyflare.team",
    "tags": "pyflare.tags",
    "cost_micros": "pyflare.cost_micros",
    "price_version": "pyflare.price_version",
    "input_ref": "pyflare.input_ref",
    "output_ref": "pyflare.output_ref",
    "inference_type": "pyflare.inference_type",
    "input": "input.value",
    "output": "output.value",
}
"""The attribute that carries a column of `spans` over OTLP.

Columns that OTLP has a place of its own for (ids, times, name, kind, status,
scope, resource, events, links) and `time_to_first_chunk_ns` are not here.
"""

MIME_TYPE_ATTRIBUTES: Final = {"input.value": "input.mime_type", "output.value": "output.mime_type"}
"""Beside a captured value: its media type, always `application/json`."""

TYPE_OPERATIONS: Final = {
    "llm": "chat",
    "embedding": "embeddings",
    "retriever": "retrieval",
    "tool": "execute_tool",
    "agent": "invoke_agent",
}
"""`gen_ai.operation.name` by `inference_type`; other kinds of work have no operation of that name."""
