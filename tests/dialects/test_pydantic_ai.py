"""Pydantic AI and Logfire."""

import json

from tests.store.normalise.spans import filled, text

SCOPE = {"scope_name": "pydantic-ai"}


def test_an_agent():
    """An agent has a name and all its messages; its aggregated usage repeats its calls' and is left alone."""
    found = filled(
        {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "support",
            "model_name": "gpt-4o",
            "gen_ai.aggregated_usage.input_tokens": 100,
            "gen_ai.aggregated_usage.output_tokens": 50,
            "pydantic_ai.all_messages": json.dumps([{"role": "user", "parts": [text("hi")]}]),
            "final_result": "hello",
        },
        **SCOPE,
    )
    assert found == {
        "inference_type": "agent",
        "agent_name": "support",
        "model_id": "gpt-4o",
        "input": [{"role": "user", "parts": [text("hi")]}],
        "output": "hello",
    }


def test_a_model_call():
    """The details of usage and the cost fill their columns."""
    found = filled(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.details.cache_read_tokens": 30,
            "gen_ai.usage.details.cache_write_tokens": 20,
            "gen_ai.usage.details.reasoning_tokens": 10,
            "gen_ai.usage.details.input_audio_tokens": 2,
            "gen_ai.usage.details.output_audio_tokens": 3,
            "operation.cost": 0.0042,
        },
        **SCOPE,
    )
    assert found == {
        "inference_type": "llm",
        "input_tokens": 100,
        "cache_read_tokens": 30,
        "cache_write_tokens": 20,
        "reasoning_tokens": 10,
        "input_audio_tokens": 2,
        "output_audio_tokens": 3,
        "cost_micros": 4200,
    }


def test_messages_as_a_list_of_events():
    """Older versions wrote the conventions' events as one JSON attribute."""
    events = [
        {"event.name": "gen_ai.user.message", "content": "hi", "role": "user", "gen_ai.message.index": 0},
        {"event.name": "gen_ai.choice", "index": 0, "message": {"role": "assistant", "content": "hello"}},
    ]
    found = filled({"events": json.dumps(events)}, **SCOPE)
    assert found == {
        "input": [{"role": "user", "parts": [text("hi")]}],
        "output": [{"role": "assistant", "parts": [text("hello")]}],
    }


def test_a_tool():
    """A tool's arguments and its response are its input and output."""
    found = filled({"gen_ai.tool.name": "roll", "tool_arguments": '{"sides": 6}', "tool_response": "4"}, **SCOPE)
    assert found == {"inference_type": "tool", "tool_name": "roll", "input": {"sides": 6}, "output": "4"}


def test_plain_names_count_only_in_its_own_spans():
    """Attributes such as `prompt` and `agent_name` mean nothing in spans of others."""
    plain = {"prompt": "x", "agent_name": "y", "events": "[]", "final_result": "z"}
    assert filled(plain, scope_name="my.program") == {}
    assert filled({"agent_name": "y"}, **SCOPE) == {"inference_type": "agent", "agent_name": "y"}
