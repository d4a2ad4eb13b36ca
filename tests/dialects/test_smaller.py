"""Langfuse, the Vercel AI SDK, MLflow, and PyFlare's own attributes."""

import json

from tests.store.normalise.spans import filled, text


def test_langfuse():
    """A generation of Langfuse's SDK, whose maps come as JSON text."""
    found = filled(
        {
            "langfuse.observation.type": "generation",
            "langfuse.observation.model.name": "gpt-4o",
            "langfuse.observation.input": json.dumps([{"role": "user", "content": "hi"}]),
            "langfuse.observation.output": json.dumps({"role": "assistant", "content": "hello"}),
            "langfuse.observation.usage_details": json.dumps(
                {"input": 100, "output": 20, "input_cached_tokens": 30, "output_reasoning_tokens": 5}
            ),
            "langfuse.observation.cost_details": json.dumps({"input": 0.001, "total": 0.003}),
            "langfuse.observation.completion_start_time": '"2025-10-09T08:53:21Z"',
            "langfuse.session.id": "s1",
            "langfuse.user.id": "u1",
            "langfuse.environment": "production",
            "langfuse.trace.tags": ["a", "b"],
        }
    )
    assert found == {
        "inference_type": "llm",
        "model_id": "gpt-4o",
        "input": [{"role": "user", "parts": [text("hi")]}],
        "output": [{"role": "assistant", "parts": [text("hello")]}],
        "input_tokens": 100,
        "output_tokens": 20,
        "cache_read_tokens": 30,
        "reasoning_tokens": 5,
        "cost_micros": 3000,
        "time_to_first_chunk_ns": 1_000_000_000,
        "session_id": "s1",
        "user_id": "u1",
        "environment": "production",
        "tags": ["a", "b"],
    }


def test_langfuse_says_what_others_found_out():
    """What a user set by Langfuse's own attributes counts before what an instrumentation wrote."""
    found = filled(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "gpt-4o",
            "langfuse.observation.model.name": "our-model",
            "langfuse.observation.type": "span",
        }
    )
    assert found == {"inference_type": "llm", "model_id": "our-model"}


def test_vercel_ai():
    """A step of `streamText`, and the call of a tool."""
    found = filled(
        {
            "ai.operationId": "ai.streamText.doStream",
            "ai.model.provider": "openai.chat",
            "ai.model.id": "gpt-4o",
            "ai.response.finishReason": "tool-calls",
            "ai.response.msToFirstChunk": 120.5,
            "ai.usage.promptTokens": 10,
            "ai.usage.completionTokens": 4,
            "ai.prompt.messages": json.dumps([{"role": "user", "content": [{"type": "text", "text": "hi"}]}]),
            "ai.response.text": "hello",
            "ai.telemetry.metadata.userId": "u1",
        }
    )
    assert found == {
        "inference_type": "llm",
        "provider": "openai.chat",
        "model_id": "gpt-4o",
        "finish_reasons": ["tool_call"],
        "time_to_first_chunk_ns": 120_500_000,
        "input_tokens": 10,
        "output_tokens": 4,
        "input": [{"role": "user", "parts": [text("hi")]}],
        "output": [{"role": "assistant", "parts": [text("hello")], "finish_reason": "tool_call"}],
        "user_id": "u1",
    }
    found = filled({"ai.operationId": "ai.toolCall", "ai.toolCall.name": "roll", "ai.toolCall.args": '{"sides": 6}'})
    assert found == {"inference_type": "tool", "tool_name": "roll", "input": {"sides": 6}}


def test_mlflow():
    """MLflow writes words in quotes and bodies of requests and responses."""
    found = filled(
        {
            "mlflow.spanType": '"CHAT_MODEL"',
            "mlflow.llm.model": '"gpt-4o"',
            "mlflow.llm.provider": '"openai"',
            "mlflow.spanInputs": json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}),
            "mlflow.spanOutputs": json.dumps(
                {"choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": "hello"}}]}
            ),
            "mlflow.chat.tokenUsage": json.dumps({"input_tokens": 8, "output_tokens": 2, "total_tokens": 10}),
            "mlflow.llm.cost": json.dumps({"input_cost": 0.1, "output_cost": 0.2, "total_cost": 0.3}),
            "mlflow.trace.session": "s1",
            "mlflow.trace.user": '"u1"',
        }
    )
    assert found == {
        "inference_type": "llm",
        "provider": "openai",
        "model_id": "gpt-4o",
        "input": [{"role": "user", "parts": [text("hi")]}],
        "output": [{"role": "assistant", "parts": [text("hello")], "finish_reason": "stop"}],
        "finish_reasons": ["stop"],
        "input_tokens": 8,
        "output_tokens": 2,
        "cost_micros": 300_000,
        "session_id": "s1",
        "user_id": "u1",
    }


def test_pyflare():
    """What PyFlare sent comes back as it was: its content is JSON and is not read as messages."""
    content = json.dumps([{"role": "user", "content": "hi"}])
    found = filled(
        {
            "pyflare.inference_type": "llm",
            "pyflare.feature": "search",
            "pyflare.team": "growth",
            "pyflare.tags": ["a"],
            "pyflare.cost_micros": 77,
            "input.value": content,
            "input.mime_type": "application/json",
            "output.value": "5",
            "output.mime_type": "application/json",
        }
    )
    assert found == {
        "inference_type": "llm",
        "feature_id": "search",
        "team": "growth",
        "tags": ["a"],
        "cost_micros": 77,
        "input": json.loads(content),
        "output": 5,
    }
