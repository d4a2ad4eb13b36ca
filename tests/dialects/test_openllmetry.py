"""OpenLLMetry: what older versions wrote, and what the current one adds to OpenTelemetry."""

from tests.store.normalise.spans import event, filled, text


def test_the_older_names():
    """Flattened prompts and completions, and counts under their older names, are read for ever."""
    found = filled(
        {
            "llm.request.type": "chat",
            "gen_ai.system": "az.ai.openai",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.prompt.0.role": "system",
            "gen_ai.prompt.0.content": "Be brief.",
            "gen_ai.prompt.1.role": "tool",
            "gen_ai.prompt.1.tool_call_id": "c1",
            "gen_ai.prompt.1.content": "12 degrees",
            "gen_ai.completion.0.role": "assistant",
            "gen_ai.completion.0.content": "Sure.",
            "gen_ai.completion.0.finish_reason": "tool_calls",
            "gen_ai.completion.0.tool_calls.0.id": "c2",
            "gen_ai.completion.0.tool_calls.0.name": "weather",
            "gen_ai.completion.0.tool_calls.0.arguments": '{"city": "Oslo"}',
            "gen_ai.usage.prompt_tokens": 11,
            "gen_ai.usage.completion_tokens": 22,
            "llm.usage.total_tokens": 33,
            "gen_ai.usage.cache_read_input_tokens": 4,
            "gen_ai.usage.cache_creation_input_tokens": 5,
            "llm.user": "u1",
        }
    )
    call = {"type": "tool_call", "id": "c2", "name": "weather", "arguments": {"city": "Oslo"}}
    assert found == {
        "inference_type": "llm",
        "provider": "azure.ai.openai",
        "model_id": "gpt-4o",
        "input_tokens": 11,
        "output_tokens": 22,
        "cache_read_tokens": 4,
        "cache_write_tokens": 5,
        "user_id": "u1",
        "finish_reasons": ["tool_call"],
        "input": [
            {"role": "system", "parts": [text("Be brief.")]},
            {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "12 degrees"}]},
        ],
        "output": [{"role": "assistant", "parts": [text("Sure."), call], "finish_reason": "tool_call"}],
    }


def test_workflows_and_tools():
    """A span of the program's own has its entity's input and output; a tool is named by its entity."""
    found = filled(
        {
            "traceloop.span.kind": "tool",
            "traceloop.entity.name": "weather",
            "traceloop.entity.input": '{"args": ["Oslo"]}',
            "traceloop.entity.output": '"12 degrees"',
            "traceloop.association.properties.session_id": "s1",
            "traceloop.association.properties.user_id": "u1",
        }
    )
    assert found == {
        "inference_type": "tool",
        "tool_name": "weather",
        "input": {"args": ["Oslo"]},
        "output": "12 degrees",
        "session_id": "s1",
        "user_id": "u1",
    }
    found = filled({"traceloop.span.kind": "workflow", "traceloop.workflow.name": "answer"})
    assert found == {"inference_type": "chain", "agent_name": "answer"}


def test_documents_of_a_vector_database():
    """A search's results are events of its span."""
    found = filled(
        {"db.system": "chroma", "db.vector.query.top_k": 2},
        events=[
            event(
                "db.query.result",
                {
                    "db.query.result.id": "d1",
                    "db.query.result.distance": 0.25,
                    "db.query.result.document": "Refunds.",
                    "db.query.result.metadata": '{"page": 3}',
                },
            ),
            event("db.query.result", {"db.query.result.id": "d2"}),
        ],
    )
    assert found == {
        "inference_type": "retriever",
        "output": [{"id": "d1", "score": 0.25, "content": "Refunds.", "metadata": {"page": 3}}, {"id": "d2"}],
    }


def test_reasoning_and_stop_reasons():
    """Single reasons and reasoning tokens under the dialect's own names are read."""
    found = filled({"gen_ai.usage.reasoning_tokens": 9, "gen_ai.response.stop_reason": "max_tokens"})
    assert found == {"reasoning_tokens": 9, "finish_reasons": ["length"]}
