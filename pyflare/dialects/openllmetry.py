"""OpenLLMetry (Traceloop): what it adds to OpenTelemetry's conventions now, and what older versions wrote."""

from __future__ import annotations

from typing import Final

from pyflare.dialects import events
from pyflare.dialects.table import Content, Dialect, Form, From
from pyflare.dialects.words import FINISH_REASONS, OPERATIONS

_KINDS: Final = {"workflow": "chain", "task": "chain", "agent": "agent", "tool": "tool"}
_ASSOCIATED: Final = "traceloop.association.properties"

OPENLLMETRY: Final = Dialect(
    name="openllmetry",
    versions="0.62, and the names before it",
    columns={
        "inference_type": (
            From("traceloop.span.kind", words=_KINDS),
            From("llm.request.type", words=OPERATIONS),
            From("db.vector.query.top_k", always="retriever"),
        ),
        "finish_reasons": (
            From("gen_ai.response.finish_reason", words=FINISH_REASONS, others=True),
            From("gen_ai.response.stop_reason", words=FINISH_REASONS, others=True),
            From("llm.response.finish_reason", words=FINISH_REASONS, others=True),
            From("llm.response.stop_reason", words=FINISH_REASONS, others=True),
        ),
        "agent_name": (
            From("traceloop.entity.name", kinds=("agent",)),
            From("traceloop.workflow.name", kinds=("agent", "chain")),
        ),
        "tool_name": (From("traceloop.entity.name", kinds=("tool",)),),
        "input_tokens": ("llm.usage.prompt_tokens",),
        "output_tokens": ("llm.usage.completion_tokens",),
        "cache_read_tokens": ("gen_ai.usage.cache_read_input_tokens",),
        "cache_write_tokens": ("gen_ai.usage.cache_creation_input_tokens",),
        "reasoning_tokens": ("gen_ai.usage.reasoning_tokens", "llm.usage.reasoning_tokens"),
        "session_id": (f"{_ASSOCIATED}.session_id", f"{_ASSOCIATED}.conversation_id"),
        "user_id": ("gen_ai.user", "llm.user", f"{_ASSOCIATED}.user_id"),
    },
    inputs=(Content("gen_ai.prompt", Form.INDEXED_TURNS), Content("traceloop.entity.input")),
    outputs=(Content("gen_ai.completion", Form.INDEXED_TURNS), Content("traceloop.entity.output")),
    events={"db.query.result": events.DOCUMENT, "db.search.result": events.DOCUMENT},
)
