"""CrewAI's real crews, agents and tools against a server on this machine."""

import asyncio
import json
import os

import pytest

# It would report to its makers.
os.environ.update(CREWAI_DISABLE_TELEMETRY="true", CREWAI_TRACING_ENABLED="false", CREWAI_DISABLE_VERSION_CHECK="true")
crewai = pytest.importorskip("crewai")

from crewai import LLM, Agent, Crew, Task  # noqa: E402
from crewai.events.event_bus import CrewAIEventsBus, crewai_event_bus  # noqa: E402
from crewai.tools import tool  # noqa: E402

import pyflare  # noqa: E402
from tests.integrations.outline import counted, outline  # noqa: E402
from tests.integrations.provider import CHAT, TOOL_CALL  # noqa: E402

ERROR = 2
MODEL = ["      llm llm", "        llm chat gpt-4o"]
CREW = ["chain sums", "  chain adding", "    agent calculator", *MODEL, "      tool add", "        span carry", *MODEL]


@pytest.fixture(autouse=True)
def both(recorded):
    """The framework and the client below it."""
    pyflare.instrument("crewai", "openai")


@pytest.fixture
def crew(provider):
    provider.answers = [(200, TOOL_CALL, 0.0), (200, CHAT, 0.0)]

    @tool("add")
    def add(a: int, b: int) -> str:
        """Add two numbers."""
        with pyflare.span("carry"):
            return str(a + b)

    model = LLM(model="openai/gpt-4o", base_url=f"{provider.url}/v1", api_key="k", max_retries=0)
    agent = Agent(
        role="calculator", goal="add", backstory="Has always added.", llm=model, tools=[add], max_retry_limit=0
    )
    task = Task(name="adding", description="2 + 2?", expected_output="a number", agent=agent)
    return Crew(name="sums", agents=[agent], tasks=[task])


def kickoff(crew):
    return crew.kickoff().raw


def kickoff_async(crew):
    return asyncio.run(crew.kickoff_async()).raw


def akickoff(crew):
    return asyncio.run(crew.akickoff()).raw


@pytest.mark.parametrize("way", [kickoff, kickoff_async, akickoff])
def test_crew(crew, recorded, way):
    """A crew is a tree of tasks, agents, model calls and tools, the client's calls below, counted once."""
    assert way(crew) == "Four."
    assert outline(recorded) == CREW
    assert counted(recorded) == [20, 20]
    used = recorded.one("add")
    assert (json.loads(used.input), json.loads(used.output)) == ({"a": 2, "b": 2}, "4")
    assert used.fields["tool_name"] == "add"
    assert recorded.one("calculator").fields["agent_name"] == "calculator"
    first, second = recorded.ended("llm")
    assert json.loads(first.output)[0]["parts"][0]["name"] == "add"
    assert json.loads(second.output)[0]["parts"][0]["content"] == "Four."
    assert json.loads(recorded.one("sums").output) == "Four."


def test_alone(crew, recorded):
    """Without the client, the framework's own spans have the tokens."""
    pyflare.uninstrument("openai")
    crew.kickoff()
    assert counted(recorded) == [20, 20]


def test_error(crew, provider, recorded):
    """The provider's error reaches the program, and the spans that it leaves have failed."""
    provider.will({"error": {"message": "no such model", "type": "invalid_request_error"}}, status=404)
    with pytest.raises(Exception, match="no such model"):
        crew.kickoff()
    assert recorded.running() == []
    failed = {span.name for span in recorded.ended() if span.status_code == ERROR}
    assert {"sums", "calculator", "llm", "chat gpt-4o"} <= failed


def test_nothing_stays_current(crew, recorded):
    """After a crew has worked, the program's own span is current, and the crew hangs below it."""
    with pyflare.span("answer") as outer:
        crew.kickoff()
        assert pyflare.current_span() is outer
    assert outline(recorded)[:2] == ["span answer", "  chain sums"]


def test_uninstrument_restores(crew, recorded):
    """What was there before is there again, and nothing of the framework is recorded."""
    assert hasattr(CrewAIEventsBus.emit, "__wrapped__")
    pyflare.uninstrument()
    assert not hasattr(CrewAIEventsBus.emit, "__wrapped__")
    crew.kickoff()
    assert outline(recorded) == ["span carry"]


def test_a_fault(crew, recorded, monkeypatch, faults):
    """What the integration does wrong does not reach the program."""
    from pyflare.integrations import crewai as integration

    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(integration, "_work", fail)
    assert crew.kickoff().raw == "Four."
    assert faults.pop("trace a run: ZeroDivisionError") > 2


def test_content_can_be_left_out(begin, crew):
    """With content off, the spans have their numbers and none of the words."""
    recorded = begin(content="metrics-only")
    crew.kickoff()
    assert b"2 + 2?" not in recorded.raw_bytes()
    assert counted(recorded) == [20, 20]


@pytest.fixture(autouse=True, scope="module")
def _close_the_bus():
    yield
    crewai_event_bus.flush()
