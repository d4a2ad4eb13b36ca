"""OpenInference, the conventions of Phoenix and Arize."""

from __future__ import annotations

from typing import Final

from pyflare.dialects import events
from pyflare.dialects.table import MICROS_PER_DOLLAR, Content, Dialect, Form, From
from pyflare.dialects.words import FINISH_REASONS, PROVIDERS

_KINDS: Final = {
    "llm": "llm",
    "embedding": "embedding",
    "chain": "chain",
    "retriever": "retriever",
    "reranker": "reranker",
    "tool": "tool",
    "agent": "agent",
    "guardrail": "guardrail",
    "evaluator": "evaluator",
    "prompt": "prompt",
    "decision": "decision",
}
_CALLS: Final = ("llm", "embedding")
_PROMPT: Final = "llm.token_count.prompt_details"
_COMPLETION: Final = "llm.token_count.completion_details"

OPENINFERENCE: Final = Dialect(
    name="openinference",
    versions="openinference-semantic-conventions 0.1.32 and later",
    columns={
        "inference_type": (From("openinference.span.kind", words=_KINDS),),
        "provider": (
            From("llm.system", words={"vertexai": "gcp.vertex_ai"}),
            From("llm.provider", words=PROVIDERS, others=True),
            From("llm.system", words=PROVIDERS, others=True),
            "decision.provider",
        ),
        "model_id": (
            "llm.request.model_name",
            From("llm.invocation_parameters", "model"),
            "embedding.model_name",
            "reranker.model_name",
            "decision.request.model_name",
            "llm.model_name",
            "decision.model_name",
        ),
        "model_version": (
            "llm.response.model_name",
            "llm.model_name",
            "decision.response.model_name",
            From("output.value", "model", kinds=_CALLS),
        ),
        "response_id": (From("output.value", "id", kinds=_CALLS),),
        "finish_reasons": (
            From("output.value", "choices.*.finish_reason", words=FINISH_REASONS, others=True, kinds=_CALLS),
            From("llm.finish_reason", words=FINISH_REASONS, others=True),
        ),
        "agent_name": ("agent.name",),
        "tool_name": ("tool.name",),
        "input_tokens": ("llm.token_count.prompt", "decision.token_count.input"),
        "output_tokens": ("llm.token_count.completion", "decision.token_count.output"),
        "cache_read_tokens": (f"{_PROMPT}.cache_read", f"{_PROMPT}.cache_input"),
        "cache_write_tokens": (f"{_PROMPT}.cache_write",),
        "reasoning_tokens": (f"{_COMPLETION}.reasoning",),
        "input_audio_tokens": (f"{_PROMPT}.audio",),
        "output_audio_tokens": (f"{_COMPLETION}.audio",),
        "cost_micros": (From("llm.cost.total", scale=MICROS_PER_DOLLAR),),
        "session_id": ("session.id",),
        "user_id": ("user.id",),
        "tags": ("tag.tags",),
    },
    inputs=(
        Content("llm.input_messages", Form.INDEXED_MESSAGES),
        Content("llm.input_messages", Form.MESSAGES),
        Content("llm.prompts", Form.INDEXED_TEXTS),
        Content("embedding.embeddings", Form.INDEXED_TEXTS),
        Content("reranker.query", Form.TEXT),
        Content("input.value"),
        Content("tool.parameters"),
    ),
    outputs=(
        Content("llm.output_messages", Form.INDEXED_MESSAGES),
        Content("llm.output_messages", Form.MESSAGES),
        Content("llm.choices", Form.INDEXED_TEXTS),
        Content("retrieval.documents", Form.INDEXED_DOCUMENTS),
        Content("retrieval.documents", Form.DOCUMENTS),
        Content("reranker.output_documents", Form.INDEXED_DOCUMENTS),
        Content("output.value"),
    ),
    events={"First Token Stream Event": events.FIRST_CHUNK, "first token": events.FIRST_CHUNK},
)
