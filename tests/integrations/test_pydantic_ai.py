"""Pydantic AI's real agents against a server on this machine."""

import asyncio
import json

import pytest

pydantic_ai = pytest.importorskip("pydantic_ai")
pytest.importorskip("duckdb")

from pydantic_ai import Agent  # noqa: E402
from pydantic_ai.models.openai import OpenAIChatModel  # noqa: E402
from pydantic_ai.providers.openai import OpenAIProvider  # noqa: E402

import pyflare  # noqa: E402
from tests.integrations.cancelling import give_up  # noqa: E402
from tests.integrations.outline import stored  # noqa: E402
from tests.integrations.provider import CALL_CHUNKS, CHAT, TOOL_CALL, chat_chunks  # noqa: E402


@pytest.fixture(autouse=True)
def both(recorded):
    """The framework and the client below it."""
    pyflare.instrument("pydantic-ai", "openai")


@pytest.fixture
def agent(provider):
    provider.answers = [(200, TOOL_CALL, 0.0), (200, CHAT, 0.0)]
    model = OpenAIChatModel("gpt-4o", provider=OpenAIProvider(base_url=f"{provider.url}/v1", api_key="k"))
    agent = Agent(model, name="calculator", system_prompt="Be brief.")

    @agent.tool_plain
    def add(a: int, b: int) -> int:
        """Add two numbers."""
        with pyflare.span("carry"):
            return a + b

    return agent


async def last(agent):
    async with agent.run_stream("2 + 2?") as run:
        return [text async for text in run.stream_text()][-1]


def run(agent):
    return asyncio.run(agent.run("2 + 2?")).output


def run_sync(agent):
    return agent.run_sync("2 + 2?").output


def run_stream(agent):
    return asyncio.run(last(agent))


def shape(recorded):
    """Kinds by depth, for the names of spans differ between versions; spans that only group others are left out."""
    rows = stored(recorded)
    known = {row["span_id"]: row for row in rows}

    def above(row):
        parent = known.get(row["parent_span_id"])
        while parent is not None and parent["operation_name"] == "running tools":
            parent = known.get(parent["parent_span_id"])
        return parent

    def depth(row):
        return 0 if above(row) is None else 1 + depth(above(row))

    return [(depth(row), row["inference_type"]) for row in rows if row["operation_name"] != "running tools"]


@pytest.mark.parametrize("way", [run, run_sync, run_stream])
def test_agent(agent, provider, recorded, way):
    """A run is a tree of its agent, model calls and tools, the client's calls below, each counted once."""
    if way is run_stream:
        provider.answers = [(200, CALL_CHUNKS, 0.0), (200, chat_chunks("Fo", "ur."), 0.0)]
    assert way(agent) == "Four."
    model = [(1, "llm"), (2, "llm")]
    assert shape(recorded) == [(0, "agent"), *model, (1, "tool"), (2, None), *model]
    assert recorded.running() == []
    rows = stored(recorded)
    assert rows[0]["agent_name"] == "calculator"
    counted = [row for row in rows if row["input_tokens"] is not None and not row["usage_repeated"]]
    assert [(row["scope_name"], row["input_tokens"]) for row in counted] == [(None, 20), (None, 20)]
    (tool,) = [row for row in rows if row["inference_type"] == "tool"]
    assert (tool["tool_name"], json.loads(tool["input"]), json.loads(tool["output"])) == ("add", {"a": 2, "b": 2}, "4")


def test_alone(agent, recorded):
    """Without the client, the framework's own spans have the tokens."""
    pyflare.uninstrument("openai")
    agent.run_sync("2 + 2?")
    rows = [row for row in stored(recorded) if row["inference_type"] == "llm"]
    assert [row["input_tokens"] for row in rows if not row["usage_repeated"]] == [20, 20]


def test_error(agent, provider, recorded):
    """The provider's error reaches the program, and fails the agent's span and the model's."""
    provider.will({"error": {"message": "no such model", "type": "invalid_request_error"}}, status=404)
    with pytest.raises(Exception, match="no such model"):
        agent.run_sync("2 + 2?")
    assert [row["status_code"] for row in stored(recorded)] == ["error"] * 3


def test_cancel(agent, provider, recorded):
    """A run that is cancelled ends its spans."""
    provider.will(CHAT, delay_s=30)

    async def ask():
        await give_up(provider, agent.run("2 + 2?"))

    asyncio.run(ask())
    assert shape(recorded) == [(0, "agent"), (1, "llm"), (2, "llm")]
    assert recorded.running() == []


def test_content_can_be_left_out(begin, agent):
    """With content off, the spans have their numbers and none of the words."""
    recorded = begin(content="metrics-only")
    agent.run_sync("a secret")
    assert b"secret" not in recorded.raw_bytes()


def test_own_settings_stay(agent, recorded):
    """An agent that the program says is not to be instrumented is not."""
    agent.instrument = False
    agent.run_sync("2 + 2?")
    assert [(depth, kind) for depth, kind in shape(recorded) if depth == 0] == [(0, "llm"), (0, None), (0, "llm")]


def test_uninstrument_restores(agent, recorded):
    """What was there before is there again; what the program has chosen since stays."""
    assert Agent._instrument_default
    pyflare.uninstrument()
    assert Agent._instrument_default is False
    agent.run_sync("2 + 2?")
    assert shape(recorded) == [(0, None)]
    pyflare.instrument("pydantic-ai")
    Agent.instrument_all(False)
    pyflare.uninstrument()
    assert Agent._instrument_default is False
