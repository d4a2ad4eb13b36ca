"""OpenTelemetry's attribute names, and the columns of `spans` they stand for.

The names are those of the semantic conventions for generative AI as of 1.41,
and of the core conventions. Where the conventions have no word of their own the
attribute is `pyflare.…`. Everything here is data: `store.decode` reads it to
fill columns from attributes, the OTLP shipper to write attributes from columns.
"""

from __future__ import annotations

from typing import Final

OPERATION_NAME: Final = "gen_ai.operation.name"
TIME_TO_FIRST_CHUNK: Final = "gen_ai.response.time_to_first_chunk"
"""In seconds; the column `time_to_first_chunk_ns` is in nanoseconds."""
SERVICE_NAME: Final = "service.name"

ATTRIBUTE_COLUMNS: Final = {
    "gen_ai.request.model": "model_id",
    "gen_ai.response.model": "model_version",
    "gen_ai.provider.name": "provider",
    "gen_ai.usage.input_tokens": "input_tokens",
    "gen_ai.usage.output_tokens": "output_tokens",
    "gen_ai.usage.cache_read.input_tokens": "cache_read_tokens",
    "gen_ai.usage.cache_creation.input_tokens": "cache_write_tokens",
    "gen_ai.usage.reasoning.output_tokens": "reasoning_tokens",
    "gen_ai.conversation.id": "session_id",
    "session.id": "session_id",
    "user.id": "user_id",
    "error.type": "error_type",
    "deployment.environment.name": "environment",
    "pyflare.feature": "feature_id",
    "pyflare.team": "team",
    "pyflare.tags": "tags",
    "pyflare.cost_micros": "cost_micros",
    "pyflare.input_ref": "input_ref",
    "pyflare.output_ref": "output_ref",
    "pyflare.inference_type": "inference_type",
}
"""Attributes that fill a column where the record does not. The first present one in this order counts."""

COLUMN_ATTRIBUTES: Final = {
    "model_id": "gen_ai.request.model",
    "model_version": "gen_ai.response.model",
    "provider": "gen_ai.provider.name",
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "cache_read_tokens": "gen_ai.usage.cache_read.input_tokens",
    "cache_write_tokens": "gen_ai.usage.cache_creation.input_tokens",
    "reasoning_tokens": "gen_ai.usage.reasoning.output_tokens",
    "session_id": "session.id",
    "user_id": "user.id",
    "error_type": "error.type",
    "environment": "deployment.environment.name",
    "feature_id": "pyflare.feature",
    "team": "pyflare.team",
    "tags": "pyflare.tags",
    "cost_micros": "pyflare.cost_micros",
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

OPERATION_TYPES: Final = {
    "chat": "llm",
    "generate_content": "llm",
    "text_completion": "llm",
    "embeddings": "embedding",
    "retrieval": "retriever",
    "execute_tool": "tool",
    "invoke_agent": "agent",
    "create_agent": "agent",
    "invoke_workflow": "chain",
}
"""`inference_type` by the value of `gen_ai.operation.name`."""

TYPE_OPERATIONS: Final = {
    "llm": "chat",
    "embedding": "embeddings",
    "retriever": "retrieval",
    "tool": "execute_tool",
    "agent": "invoke_agent",
}
"""`gen_ai.operation.name` by `inference_type`; other kinds of work have no operation of that name."""
