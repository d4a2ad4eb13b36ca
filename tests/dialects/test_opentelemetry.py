"""OpenTelemetry's conventions, as their instrumentations write them."""

import json

import pytest

from tests.store.normalise.spans import event, filled, text

CHAT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "claude-opus-4",
    "gen_ai.response.model": "claude-opus-4-20250514",
    "gen_ai.response.id": "msg_1",
    "gen_ai.response.finish_reasons": ["end_turn"],
    "gen_ai.usage.input_tokens": 120,
    "gen_ai.usage.output_tokens": 45,
    "gen_ai.usage.cache_read.input_tokens": 80,
    "gen_ai.usage.cache_creation.input_tokens": 20,
    "gen_ai.usage.reasoning.output_tokens": 15,
    "gen_ai.usage.audio.input_tokens": 3,
    "gen_ai.conversation.id": "conv_1",
    "gen_ai.agent.name": "support",
    "gen_ai.response.time_to_first_chunk": 0.25,
    "gen_ai.request.temperature": 0.2,
    "user.id": "u1",
    "deployment.environment.name": "production",
    "gen_ai.system_instructions": json.dumps([{"type": "text", "content": "Be brief."}]),
    "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": "Weather?"}]}]),
    "gen_ai.output.messages": json.dumps(
        [
            {
                "role": "assistant",
                "parts": [{"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"city": "Oslo"}}],
                "finish_reason": "tool_call",
            }
        ]
    ),
}


def test_a_chat_of_the_current_conventions():
    """Every column that the conventions have a word for is filled, and the system's instructions come first."""
    assert filled(CHAT) == {
        "inference_type": "llm",
        "provider": "anthropic",
        "model_id": "claude-opus-4",
        "model_version": "claude-opus-4-20250514",
        "response_id": "msg_1",
        "finish_reasons": ["stop"],
        "input_tokens": 120,
        "output_tokens": 45,
        "cache_read_tokens": 80,
        "cache_write_tokens": 20,
        "reasoning_tokens": 15,
        "input_audio_tokens": 3,
        "session_id": "conv_1",
        "agent_name": "support",
        "time_to_first_chunk_ns": 250_000_000,
        "user_id": "u1",
        "environment": "production",
        "input": [
            {"role": "system", "parts": [text("Be brief.")]},
            {"role": "user", "parts": [text("Weather?")]},
        ],
        "output": [
            {
                "role": "assistant",
                "parts": [{"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"city": "Oslo"}}],
                "finish_reason": "tool_call",
            }
        ],
    }


def test_messages_as_structured_attributes():
    """Messages may come as arrays of maps, which OTLP allows since 1.9, instead of JSON text."""
    messages = [{"role": "user", "parts": [text("hi")]}]
    assert filled({"gen_ai.operation.name": "chat", "gen_ai.input.messages": messages})["input"] == messages


@pytest.mark.parametrize("name", ["response", "result"])
def test_an_answer_of_a_tool_has_two_names(name):
    """The schema of messages says `response`, the registry's example `result`: both are read."""
    messages = [{"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", name: "12 degrees"}]}]
    found = filled({"gen_ai.input.messages": json.dumps(messages)})
    part = {"type": "tool_call_response", "id": "c1", "response": "12 degrees"}
    assert found["input"] == [{"role": "tool", "parts": [part]}]


@pytest.mark.parametrize(
    ("older", "current"),
    [
        ("az.ai.openai", "azure.ai.openai"),
        ("az.ai.inference", "azure.ai.inference"),
        ("vertex_ai", "gcp.vertex_ai"),
        ("gemini", "gcp.gemini"),
        ("xai", "x_ai"),
        ("a_new_one", "a_new_one"),
    ],
)
def test_renamed_providers(older, current):
    """Deprecated names of providers become the current ones; unknown names stand."""
    assert filled({"gen_ai.system": older})["provider"] == current


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("generate_content", "llm"),
        ("text_completion", "llm"),
        ("embeddings", "embedding"),
        ("retrieval", "retriever"),
        ("execute_tool", "tool"),
        ("invoke_agent", "agent"),
        ("create_agent", "agent"),
        ("invoke_workflow", "chain"),
    ],
)
def test_operations(operation, kind):
    """The operation says what kind of work it was."""
    assert filled({"gen_ai.operation.name": operation}) == {"inference_type": kind}


def test_a_tool():
    """A tool's span has its name, its arguments and its result."""
    found = filled(
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "weather",
            "gen_ai.tool.call.arguments": '{"city": "Oslo"}',
            "gen_ai.tool.call.result": "12 degrees",
        }
    )
    assert found == {
        "inference_type": "tool",
        "tool_name": "weather",
        "input": {"city": "Oslo"},
        "output": "12 degrees",
    }


def test_a_retrieval():
    """A retriever's input is its query, its output the documents it found."""
    documents = [{"id": "d1", "score": 0.9}, {"id": "d2", "score": 0.5}]
    found = filled(
        {
            "gen_ai.operation.name": "retrieval",
            "gen_ai.retrieval.query.text": "refunds",
            "gen_ai.retrieval.documents": json.dumps(documents),
        }
    )
    assert found == {"inference_type": "retriever", "input": "refunds", "output": documents}


def test_message_events_of_the_older_conventions():
    """Up to 1.36 each message was an event of its own, and the choice another."""
    call = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}
    found = filled(
        {"gen_ai.system": "openai", "gen_ai.usage.prompt_tokens": 5, "gen_ai.usage.completion_tokens": 7},
        events=[
            event("gen_ai.system.message", {"content": "Be brief."}),
            event("gen_ai.user.message", {"content": "Weather?"}),
            event("gen_ai.assistant.message", {"tool_calls": json.dumps([call])}),
            event("gen_ai.tool.message", {"id": "c1", "content": "12 degrees"}),
            event("gen_ai.choice", {"index": 0, "finish_reason": "stop", "message": '{"content": "12 degrees."}'}),
        ],
    )
    asked = {"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"city": "Oslo"}}
    assert found == {
        "provider": "openai",
        "input_tokens": 5,
        "output_tokens": 7,
        "finish_reasons": ["stop"],
        "input": [
            {"role": "system", "parts": [text("Be brief.")]},
            {"role": "user", "parts": [text("Weather?")]},
            {"role": "assistant", "parts": [asked]},
            {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "12 degrees"}]},
        ],
        "output": [{"role": "assistant", "parts": [text("12 degrees.")], "finish_reason": "stop"}],
    }


def test_content_events_that_carry_attributes():
    """Some versions put the whole prompt and completion into one event each."""
    found = filled(
        {},
        events=[
            event("gen_ai.content.prompt", {"gen_ai.prompt": json.dumps([{"role": "user", "content": "hi"}])}),
            event("gen_ai.content.completion", {"gen_ai.completion": "hello"}),
        ],
    )
    assert found == {
        "input": [{"role": "user", "parts": [text("hi")]}],
        "output": [{"role": "assistant", "parts": [text("hello")]}],
    }


def test_details_of_the_inference_as_an_event():
    """The current conventions' event holds the attributes that the span itself does not."""
    found = filled(
        {},
        events=[
            event(
                "gen_ai.client.inference.operation.details",
                {
                    "gen_ai.system_instructions": [text("Be brief.")],
                    "gen_ai.input.messages": [{"role": "user", "parts": [text("hi")]}],
                    "gen_ai.output.messages": [{"role": "assistant", "parts": [text("yes")], "finish_reason": "stop"}],
                },
            )
        ],
    )
    assert [message["role"] for message in found["input"]] == ["system", "user"]
    assert found["output"] == [{"role": "assistant", "parts": [text("yes")], "finish_reason": "stop"}]


def test_the_last_exception_names_the_error_of_a_failed_span():
    """A failed span without `error.type` has the type of its last exception; one that did not fail has none."""
    raised = [event("exception", {"exception.type": "TimeoutError"}), event("exception", {"exception.type": "OSError"})]
    assert filled({}, events=raised, status_code="error") == {"error_type": "OSError"}
    assert filled({}, events=raised, status_code="unset") == {}
    assert filled({"error.type": "429"}, events=raised, status_code="error") == {"error_type": "429"}


def test_the_environment_of_the_resource():
    """The deployment's name is the resource's where the span has none."""
    assert filled({}, resource='{"deployment.environment.name": "staging"}') == {"environment": "staging"}
