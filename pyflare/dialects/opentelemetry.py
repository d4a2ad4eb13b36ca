"""OpenTelemetry's own conventions for generative AI, the current ones and those before 1.37."""

from __future__ import annotations

from typing import Final

from pyflare.dialects import events
from pyflare.dialects.table import NANOSECONDS_PER_SECOND, Content, Dialect, Form, From
from pyflare.dialects.words import FINISH_REASONS, OPERATIONS, PROVIDERS

OPENTELEMETRY: Final = Dialect(
    name="opentelemetry",
    versions="semantic conventions 1.41 and the semantic-conventions-genai repository",
    columns={
        "inference_type": (
            From("gen_ai.operation.name", words=OPERATIONS),
            From("gen_ai.tool.name", always="tool"),
        ),
        "provider": (From("gen_ai.provider.name", words=PROVIDERS, others=True),),
        "model_id": ("gen_ai.request.model",),
        "model_version": ("gen_ai.response.model",),
        "response_id": ("gen_ai.response.id",),
        "finish_reasons": (From("gen_ai.response.finish_reasons", words=FINISH_REASONS, others=True),),
        "agent_name": ("gen_ai.agent.name", From("gen_ai.workflow.name", kinds=("chain",))),
        "tool_name": ("gen_ai.tool.name",),
        "input_tokens": ("gen_ai.usage.input_tokens",),
        "output_tokens": ("gen_ai.usage.output_tokens",),
        "cache_read_tokens": ("gen_ai.usage.cache_read.input_tokens",),
        "cache_write_tokens": ("gen_ai.usage.cache_creation.input_tokens",),
        "reasoning_tokens": ("gen_ai.usage.reasoning.output_tokens",),
        "input_audio_tokens": ("gen_ai.usage.audio.input_tokens",),
        "output_audio_tokens": ("gen_ai.usage.audio.output_tokens",),
        "input_image_tokens": ("gen_ai.usage.image.input_tokens",),
        "output_image_tokens": ("gen_ai.usage.image.output_tokens",),
        "service_tier": (
            "openai.response.service_tier",
            "gen_ai.openai.response.service_tier",
            "openai.request.service_tier",
            "gen_ai.openai.request.service_tier",
        ),
        "session_id": ("gen_ai.conversation.id", "session.id"),
        "user_id": ("user.id", "enduser.id"),
        "error_type": ("error.type",),
        "environment": ("deployment.environment.name", "deployment.environment"),
        "time_to_first_chunk_ns": (
            From("gen_ai.response.time_to_first_chunk", scale=NANOSECONDS_PER_SECOND),
            From("gen_ai.client.operation.time_to_first_chunk", scale=NANOSECONDS_PER_SECOND),
        ),
    },
    inputs=(
        Content("gen_ai.input.messages", Form.MESSAGES),
        Content("gen_ai.retrieval.query.text", Form.TEXT),
        Content("gen_ai.tool.call.arguments"),
    ),
    outputs=(
        Content("gen_ai.output.messages", Form.MESSAGES),
        Content("gen_ai.retrieval.documents", Form.DOCUMENTS),
        Content("gen_ai.tool.call.result"),
    ),
    events={
        "exception": events.EXCEPTION,
        "gen_ai.client.operation.exception": events.EXCEPTION,
        "gen_ai.client.inference.operation.details": events.ATTRIBUTES,
        "gen_ai.evaluation.result": events.EVALUATION,
    },
)

OPENTELEMETRY_OLDER: Final = Dialect(
    name="opentelemetry-older",
    versions="semantic conventions 1.27 to 1.36",
    columns={
        "provider": (From("gen_ai.system", words=PROVIDERS, others=True),),
        "input_tokens": ("gen_ai.usage.prompt_tokens",),
        "output_tokens": ("gen_ai.usage.completion_tokens",),
    },
    inputs=(Content("gen_ai.prompt", Form.MESSAGES),),
    outputs=(Content("gen_ai.completion", Form.MESSAGES),),
    events={
        "gen_ai.system.message": events.INPUT_MESSAGE,
        "gen_ai.user.message": events.INPUT_MESSAGE,
        "gen_ai.assistant.message": events.INPUT_MESSAGE,
        "gen_ai.tool.message": events.INPUT_MESSAGE,
        "gen_ai.choice": events.OUTPUT_MESSAGE,
        "gen_ai.content.prompt": events.ATTRIBUTES,
        "gen_ai.content.completion": events.ATTRIBUTES,
    },
)
