"""Words that several dialects share, and the ones OpenTelemetry has for them now."""

from __future__ import annotations

from typing import Final

OPERATIONS: Final = {
    "chat": "llm",
    "generate_content": "llm",
    "text_completion": "llm",
    "completion": "llm",
    "llm_request": "llm",
    "fetch_response": "llm",
    "embedding": "embedding",
    "embeddings": "embedding",
    "rerank": "reranker",
    "retrieval": "retriever",
    "vector_db_retrieve": "retriever",
    "search_memory": "retriever",
    "execute_tool": "tool",
    "invoke_agent": "agent",
    "create_agent": "agent",
    "plan": "agent",
    "invoke_workflow": "chain",
    "execute_task": "chain",
}
"""`inference_type` by the name of an operation."""

PROVIDERS: Final = {
    "az.ai.openai": "azure.ai.openai",
    "az.ai.inference": "azure.ai.inference",
    "azure": "azure.ai.openai",
    "aws": "aws.bedrock",
    "bedrock": "aws.bedrock",
    "gemini": "gcp.gemini",
    "google": "gcp.gen_ai",
    "google_genai": "gcp.gen_ai",
    "google-gla": "gcp.gemini",
    "google-vertex": "gcp.vertex_ai",
    "vertex_ai": "gcp.vertex_ai",
    "vertexai": "gcp.vertex_ai",
    "mistral": "mistral_ai",
    "mistralai": "mistral_ai",
    "moonshot": "moonshot_ai",
    "watsonx": "ibm.watsonx.ai",
    "xai": "x_ai",
}
"""The conventions' name of a provider by names that are deprecated or a dialect's own; others stand as they are."""

FINISH_REASONS: Final = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "completed": "stop",
    "complete": "stop",
    "finished": "stop",
    "eos_token": "stop",
    "max_tokens": "length",
    "max_output_tokens": "length",
    "tool_calls": "tool_call",
    "tool-calls": "tool_call",
    "tool_use": "tool_call",
    "function_call": "tool_call",
    "content-filter": "content_filter",
    "content_filtered": "content_filter",
    "guardrail_intervened": "content_filter",
    "safety": "content_filter",
    "refusal": "content_filter",
}
"""The conventions' finish reason by a provider's own, in lower case; others stand as they are."""

ROLES: Final = {"agent": "assistant", "ai": "assistant", "model": "assistant", "function": "tool", "human": "user"}
"""The conventions' role by other words for it, in lower case."""
