"""The Vercel AI SDK for TypeScript."""

from __future__ import annotations

from typing import Final

from pyflare.dialects.table import NANOSECONDS_PER_MILLISECOND, Content, Dialect, Form, From
from pyflare.dialects.words import FINISH_REASONS

_OPERATIONS: Final = {
    "ai.generatetext.dogenerate": "llm",
    "ai.streamtext.dostream": "llm",
    "ai.generateobject.dogenerate": "llm",
    "ai.streamobject.dostream": "llm",
    "ai.embed.doembed": "embedding",
    "ai.embedmany.doembed": "embedding",
    "ai.toolcall": "tool",
    "ai.generatetext": "chain",
    "ai.streamtext": "chain",
    "ai.generateobject": "chain",
    "ai.streamobject": "chain",
    "ai.embed": "chain",
    "ai.embedmany": "chain",
}
_METADATA: Final = "ai.telemetry.metadata"

VERCEL_AI: Final = Dialect(
    name="vercel-ai",
    versions="AI SDK 4 and 5",
    columns={
        "inference_type": (From("ai.operationId", words=_OPERATIONS),),
        "provider": (From("ai.model.provider", kinds=("llm", "embedding")),),
        "model_id": ("ai.model.id",),
        "model_version": ("ai.response.model",),
        "response_id": ("ai.response.id",),
        "finish_reasons": (From("ai.response.finishReason", words=FINISH_REASONS, others=True),),
        "tool_name": ("ai.toolCall.name",),
        "input_tokens": ("ai.usage.inputTokens", "ai.usage.promptTokens"),
        "output_tokens": ("ai.usage.outputTokens", "ai.usage.completionTokens"),
        "cache_read_tokens": ("ai.usage.cachedInputTokens",),
        "reasoning_tokens": ("ai.usage.reasoningTokens",),
        "session_id": (f"{_METADATA}.sessionId",),
        "user_id": (f"{_METADATA}.userId",),
        "time_to_first_chunk_ns": (
            From("ai.response.msToFirstChunk", scale=NANOSECONDS_PER_MILLISECOND),
            From("ai.stream.msToFirstChunk", scale=NANOSECONDS_PER_MILLISECOND),
        ),
    },
    inputs=(
        Content("ai.prompt.messages", Form.MESSAGES),
        Content("ai.toolCall.args"),
        Content("ai.prompt"),
        Content("ai.value"),
        Content("ai.values"),
    ),
    outputs=(
        Content("ai.toolCall.result"),
        Content("ai.response.text", Form.MESSAGES),
        Content("ai.response.object"),
    ),
)
