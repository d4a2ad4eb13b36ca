"""Haystack's real pipelines and agents against a server on this machine."""

import asyncio
import json
from typing import Annotated

import pytest

haystack = pytest.importorskip("haystack")

from haystack import Document, Pipeline, tracing  # noqa: E402
from haystack.components.agents import Agent  # noqa: E402
from haystack.components.builders import ChatPromptBuilder  # noqa: E402
from haystack.components.generators.chat import OpenAIChatGenerator  # noqa: E402
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever  # noqa: E402
from haystack.dataclasses import ChatMessage  # noqa: E402
from haystack.document_stores.in_memory import InMemoryDocumentStore  # noqa: E402
from haystack.tools import create_tool_from_function  # noqa: E402
from haystack.utils import Secret  # noqa: E402

import pyflare  # noqa: E402
from tests.integrations.cancelling import give_up  # noqa: E402
from tests.integrations.outline import counted, outline  # noqa: E402
from tests.integrations.provider import CHAT, TOOL_CALL, chat_chunks  # noqa: E402

PIPELINE = ["chain pipeline", "  retriever shelf", "  chain prompt", "  llm model", "    llm chat gpt-4o"]
ASK = {"shelf": {"query": "two plus two"}, "prompt": {"question": "2 + 2?"}}
ERROR = 2
AsyncPipeline = getattr(haystack, "AsyncPipeline", Pipeline)  # one class for both, from 3.0 on


@pytest.fixture(autouse=True)
def both(recorded):
    """The framework and the client below it."""
    pyflare.instrument("haystack", "openai")


@pytest.fixture
def model(provider):
    def make(**options):
        url = f"{provider.url}/v1"
        return OpenAIChatGenerator(
            model="gpt-4o", api_base_url=url, api_key=Secret.from_token("k"), max_retries=0, **options
        )

    return make


@pytest.fixture
def pipeline(model):
    store = InMemoryDocumentStore()
    store.write_documents(
        [Document(content="Two plus two is four.", id="d1"), Document(content="Tea is hot.", id="d2")]
    )

    def make(kind=Pipeline, **options):
        template = [ChatMessage.from_user("{{documents[0].content}} {{question}}")]
        pipeline = kind()
        pipeline.add_component("shelf", InMemoryBM25Retriever(store))
        pipeline.add_component("prompt", ChatPromptBuilder(template=template, required_variables="*"))
        pipeline.add_component("model", model(**options))
        pipeline.connect("shelf", "prompt.documents")
        pipeline.connect("prompt.prompt", "model.messages")
        return pipeline

    return make


def run(make):
    return make().run(ASK)


def run_async(make):
    return asyncio.run(make(AsyncPipeline).run_async(ASK))


def run_streamed(make):
    return make(streaming_callback=lambda _: None, generation_kwargs={"stream_options": {"include_usage": True}}).run(
        ASK
    )


@pytest.mark.parametrize("way", [run, run_async, run_streamed])
def test_pipeline(pipeline, provider, recorded, way):
    """A pipeline is a tree of its components, the client's call below the generator, counted once."""
    if way is run_streamed:
        provider.will(chat_chunks("Fo", "ur."))
    assert way(pipeline)["model"]["replies"][0].text == "Four."
    assert outline(recorded) == PIPELINE
    assert counted(recorded) == [20]
    span = recorded.one("model")
    asked = {"role": "user", "parts": [{"type": "text", "content": "Two plus two is four. 2 + 2?"}]}
    assert json.loads(span.input) == [asked]
    assert json.loads(span.output)[0]["parts"] == [{"type": "text", "content": "Four."}]
    assert (span.fields["model_id"], span.fields["finish_reasons"]) == ("gpt-4o-2026-08-06", ["stop"])
    found = recorded.one("shelf")
    assert json.loads(found.input) == "two plus two"
    assert json.loads(found.output)[0]["content"] == "Two plus two is four."


def test_alone(pipeline, recorded):
    """Without the client, the framework's own spans have the tokens."""
    pyflare.uninstrument("openai")
    pipeline().run(ASK)
    assert outline(recorded) == PIPELINE[:-1]
    assert counted(recorded) == [20]


def test_agent(model, provider, recorded):
    """An agent's tools and model calls hang below it, and what a tool does below that."""
    provider.answers = [(200, TOOL_CALL, 0.0), (200, CHAT, 0.0)]

    def add(a: Annotated[int, "one"], b: Annotated[int, "another"]) -> str:
        """Add two numbers."""
        with pyflare.span("carry"):
            return str(a + b)

    agent = Agent(chat_generator=model(), tools=[create_tool_from_function(add)])
    agent.run(messages=[ChatMessage.from_user("2 + 2?")])
    lines = outline(recorded)
    assert lines[0] == "agent agent"
    stripped = [line.strip() for line in lines]
    assert stripped.count("llm chat gpt-4o") == 2
    assert stripped.count("span carry") == 1
    assert all(line.startswith("  ") for line in lines[1:])
    assert counted(recorded) == [20, 20]


def test_error(pipeline, provider, recorded):
    """The provider's error reaches the program, and fails each span that it leaves."""
    provider.will({"error": {"message": "no such model", "type": "invalid_request_error"}}, status=404)
    with pytest.raises(Exception, match="no such model"):
        pipeline().run(ASK)
    assert outline(recorded) == PIPELINE
    failed = {span.name for span in recorded.ended() if span.status_code == ERROR}
    assert failed == {"pipeline", "model", "chat gpt-4o"}


def test_cancel(pipeline, provider, recorded):
    """A run that is cancelled ends its spans."""
    provider.will(CHAT, delay_s=30)

    async def ask():
        await give_up(provider, pipeline(AsyncPipeline).run_async(ASK))

    asyncio.run(ask())
    assert outline(recorded) == PIPELINE


def test_the_program_s_tracer_stays(pipeline, recorded):
    """A tracer that the program has enabled is told everything, and is there again afterwards."""
    pyflare.uninstrument()
    seen = []

    class Mine(tracing.tracer.__class__):
        def __init__(self):
            super().__init__(tracing.tracer.actual_tracer)

        def trace(self, operation_name, tags=None, parent_span=None):
            seen.append(operation_name)
            return super().trace(operation_name, tags, parent_span)

    before = tracing.tracer.actual_tracer
    mine = Mine()
    tracing.enable_tracing(mine)
    try:
        pyflare.instrument("haystack")
        pipeline().run(ASK)
        pyflare.uninstrument()
        assert tracing.tracer.actual_tracer is mine
    finally:
        tracing.enable_tracing(before)
    assert seen == ["haystack.pipeline.run", *["haystack.component.run"] * 3]
    assert outline(recorded) == PIPELINE[:-1]


def test_uninstrument_restores(pipeline, recorded):
    """What was there before is there again, and nothing is recorded."""
    assert tracing.is_tracing_enabled()
    pyflare.uninstrument()
    assert not tracing.is_tracing_enabled()
    pipeline().run(ASK)
    assert recorded.ended() == []


def test_a_fault(pipeline, recorded, monkeypatch, faults):
    """What the integration does wrong does not reach the program."""
    from pyflare.integrations import haystack

    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(haystack, "_plain", fail)
    assert pipeline().run(ASK)["model"]["replies"][0].text == "Four."
    assert faults.pop("read what a component says: ZeroDivisionError") > 1


def test_content_can_be_left_out(begin, pipeline):
    """With content off, the spans have their numbers and none of the words."""
    recorded = begin(content="metrics-only")
    pipeline().run(ASK)
    assert b"is four" not in recorded.raw_bytes()
    assert counted(recorded) == [20]
