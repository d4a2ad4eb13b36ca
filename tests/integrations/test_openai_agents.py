"""The OpenAI Agents SDK's real agents against a server on this machine."""

import asyncio
import json

import pytest

agents = pytest.importorskip("agents")

from agents import Agent, Runner, function_tool, tracing  # noqa: E402
from openai import AsyncOpenAI  # noqa: E402

import pyflare  # noqa: E402
from tests.integrations.outline import counted, outline  # noqa: E402
from tests.integrations.provider import CALL_CHUNKS, CHAT, TOOL_CALL, chat_chunks  # noqa: E402

RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "model": "gpt-4o-2026-08-06",
    "status": "completed",
    "output": [
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": "Four.", "annotations": []}],
        }
    ],
    "parallel_tool_calls": False,
    "tool_choice": "auto",
    "tools": [],
    "usage": {
        "input_tokens": 20,
        "output_tokens": 3,
        "total_tokens": 23,
        "input_tokens_details": {"cached_tokens": 16},
        "output_tokens_details": {"reasoning_tokens": 0},
    },
}
ERROR = 2


@pytest.fixture(autouse=True)
def both(recorded):
    """The framework and the client below it; the framework's own export goes nowhere."""
    agents.set_trace_processors([])
    pyflare.instrument("openai-agents", "openai")


@pytest.fixture
def ask(provider):
    """Ask the agent in a loop of its own, with a model of one of OpenAI's two protocols."""
    provider.answers = [(200, TOOL_CALL, 0.0), (200, CHAT, 0.0)]

    @function_tool
    def add(a: int, b: int) -> int:
        """Add two numbers."""
        with pyflare.span("carry"):
            return a + b

    async def run(*, model=agents.OpenAIChatCompletionsModel, stream=False, timeout_s=30.0, **options):
        async with AsyncOpenAI(base_url=f"{provider.url}/v1", api_key="k", max_retries=0) as client:
            agent = Agent(name="calculator", instructions="Be brief.", tools=[add], model=model("gpt-4o", client))
            if not stream:
                return (await asyncio.wait_for(Runner.run(agent, "2 + 2?", **options), timeout_s)).final_output
            running = Runner.run_streamed(agent, "2 + 2?", **options)
            async for _ in running.stream_events():
                assert pyflare.current_span().trace_id == "0" * 32
            return running.final_output

    return lambda **options: asyncio.run(run(**options))


def works(recorded):
    """The outline without the turns, which older versions do not tell of."""
    lines = outline(recorded)
    turns = [line for line in lines if line.strip().startswith("chain turn")]
    cut = 2 if turns else 0
    return [line[cut:] if line.startswith("      ") else line for line in lines if line not in turns]


MODEL = ["    llm chat gpt-4o", "      llm chat gpt-4o"]
RUN = ["chain Agent workflow", "  agent calculator", *MODEL, "    tool add", "      span carry", *MODEL]


@pytest.mark.parametrize("stream", [False, True])
def test_agent(ask, provider, recorded, stream):
    """A run is a tree of its agent, model calls and tools, the client's calls below, each counted once."""
    if stream:
        provider.answers = [(200, CALL_CHUNKS, 0.0), (200, chat_chunks("Fo", "ur."), 0.0)]
    assert ask(stream=stream) == "Four."
    assert works(recorded) == RUN
    assert counted(recorded) == [20, 20]
    tool = recorded.one("add")
    assert json.loads(tool.input) == {"a": 2, "b": 2}
    assert json.loads(tool.output) in (4, "4")  # older versions make it text
    assert tool.fields["tool_name"] == "add"
    assert recorded.one("calculator").fields["agent_name"] == "calculator"
    system = {"role": "system", "parts": [{"type": "text", "content": "Be brief."}]}
    assert [json.loads(span.input)[0] for span in recorded.ended("chat gpt-4o")] == [system] * 4


def test_responses(ask, provider, recorded):
    """A model of the Responses API is read as the client's own call is."""
    provider.will(RESPONSE)
    assert ask(model=agents.OpenAIResponsesModel) == "Four."
    assert counted(recorded) == [20]
    run = recorded.one("chat gpt-4o-2026-08-06")
    assert json.loads(run.output)[0]["parts"] == [{"type": "text", "content": "Four."}]
    assert json.loads(run.input)[-1]["parts"] == [{"type": "text", "content": "2 + 2?"}]
    names = ("model_id", "response_id", "input_tokens", "cache_read_tokens", "output_tokens")
    assert [run.fields[name] for name in names] == ["gpt-4o-2026-08-06", "resp_1", 20, 16, 3]


def test_alone(ask, recorded):
    """Without the client, the framework's own spans have the tokens."""
    pyflare.uninstrument("openai")
    ask()
    assert counted(recorded) == [20, 20]


def test_conversation(ask, recorded):
    """The group of a trace is its conversation, and the trace hangs below the program's own span."""
    with pyflare.span("answer"):
        ask(run_config=agents.RunConfig(workflow_name="sums", group_id="thread-1"))
    assert outline(recorded)[:2] == ["span answer", "  chain sums"]
    assert recorded.one("sums").attributes["gen_ai.conversation.id"] == "thread-1"


def test_error(ask, provider, recorded):
    """The provider's error reaches the program, and the span that it happened in has failed."""
    provider.will({"error": {"message": "no such model", "type": "invalid_request_error"}}, status=404)
    with pytest.raises(Exception, match="no such model"):
        ask()
    assert works(recorded) == RUN[:4]
    assert ERROR in {span.status_code for span in recorded.ended("chat gpt-4o")}  # older versions say it of no span


def test_cancel(ask, provider, recorded):
    """A run that is cancelled ends its spans."""
    provider.will(CHAT, delay_s=30)
    with pytest.raises(TimeoutError):
        ask(timeout_s=0.5)
    assert works(recorded) == RUN[:4]


def test_uninstrument_restores(ask, recorded):
    """The library's processors are what they were; others stay."""

    class Other(tracing.TracingProcessor):
        def on_trace_start(self, trace):
            Other.seen = True

        def on_trace_end(self, trace):
            """Not looked at."""

        on_span_start = on_span_end = on_trace_end

        def shutdown(self):
            """Nothing to do."""

        force_flush = shutdown

    other = Other()
    agents.add_trace_processor(other)
    pyflare.uninstrument()
    assert tuple(tracing.get_trace_provider()._multi_processor._processors) == (other,)
    ask()
    assert Other.seen
    assert outline(recorded) == ["span carry"]


def test_a_fault(ask, recorded, monkeypatch, faults):
    """What the integration does wrong does not reach the program."""
    from pyflare.integrations import openai_agents

    def fail(_):
        raise ZeroDivisionError

    monkeypatch.setattr(openai_agents, "_work", fail)
    assert ask() == "Four."
    assert faults.pop("trace a run: ZeroDivisionError") > 2


def test_content_can_be_left_out(begin, ask):
    """With content off, the spans have their numbers and none of the words."""
    recorded = begin(content="metrics-only")
    ask()
    assert b"Be brief" not in recorded.raw_bytes()
    assert counted(recorded) == [20, 20]
