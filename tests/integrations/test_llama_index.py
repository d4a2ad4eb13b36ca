"""LlamaIndex's real models, query engines and agents against a server on this machine."""

import asyncio
import gc
import json

import pytest

pytest.importorskip("llama_index.core")
pytest.importorskip("llama_index.llms.openai")

from llama_index.core import Document, MockEmbedding, VectorStoreIndex
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.instrumentation import get_dispatcher
from llama_index.core.llms import ChatMessage
from llama_index.llms.openai import OpenAI

import pyflare
from tests.integrations.cancelling import give_up
from tests.integrations.outline import counted, outline
from tests.integrations.provider import CALL_CHUNKS, CHAT, TOOL_CALL, chat_chunks

ASK = [ChatMessage(role="user", content="2 + 2?")]
ERROR = 2


@pytest.fixture(autouse=True)
def both(recorded):
    """The framework and the client below it."""
    pyflare.instrument("llama-index", "openai")


@pytest.fixture
def model(provider):
    """A model is made anew where the loop is: its async client is not shared."""
    return lambda: OpenAI(model="gpt-4o", api_base=f"{provider.url}/v1", api_key="k", max_retries=0)


def chat(model):
    return model().chat(ASK).message.content


def complete(model):
    return model().complete("2 + 2?").text


def achat(model):
    async def ask():
        return await model().achat(ASK)

    return asyncio.run(ask()).message.content


def acomplete(model):
    async def ask():
        return await model().acomplete("2 + 2?")

    return asyncio.run(ask()).text


@pytest.mark.parametrize("way", [chat, complete, achat, acomplete])
def test_model(model, recorded, way):
    """A call of a model is a span with its messages, model and tokens, the client's below, counted once."""
    assert way(model) == "Four."
    assert outline(recorded) == [f"llm OpenAI.{way.__name__}", "  llm chat gpt-4o"]
    assert counted(recorded) == [20]
    run = recorded.one(f"OpenAI.{way.__name__}")
    assert json.loads(run.input) == [{"role": "user", "parts": [{"type": "text", "content": "2 + 2?"}]}]
    assert json.loads(run.output) == [{"role": "assistant", "parts": [{"type": "text", "content": "Four."}]}]
    names = ("model_id", "model_version", "provider", "input_tokens", "output_tokens", "cache_read_tokens")
    assert [run.fields[name] for name in names] == ["gpt-4o", "gpt-4o-2026-08-06", "openai", 20, 3, 16]


async def drained(model, outer):
    async for _ in await model().astream_chat(ASK):
        assert pyflare.current_span() is outer


@pytest.mark.parametrize("is_async", [False, True])
def test_stream(model, provider, recorded, is_async):
    """A stream is one span, the client's below, and between two pieces the program's own span is current."""
    provider.will(chat_chunks("Fo", "ur."))
    with pyflare.span("answer") as outer:
        if is_async:
            asyncio.run(drained(model, outer))
        else:
            for _ in model().stream_chat(ASK):
                assert pyflare.current_span() is outer
        assert pyflare.current_span() is outer
    name = "astream_chat" if is_async else "stream_chat"
    assert outline(recorded) == ["span answer", f"  llm OpenAI.{name}", "    llm chat gpt-4o"]
    run = recorded.one(f"OpenAI.{name}")
    assert json.loads(run.output)[0]["parts"] == [{"type": "text", "content": "Four."}]
    assert run.fields["time_to_first_chunk_ns"] > 0


@pytest.mark.parametrize("begun", [False, True])
def test_stream_left_early(model, provider, recorded, begun):
    """A stream that the program leaves, or never begins, ends its span and is no failure."""
    provider.will(chat_chunks("Fo", "ur."))
    stream = model().stream_chat(ASK)
    if begun:
        next(stream)
    del stream
    gc.collect()
    assert recorded.running() == []
    run = recorded.one("OpenAI.stream_chat")
    assert run.attributes["pyflare.stream.closed_early"] is True
    assert run.status_code != ERROR


@pytest.fixture
def engine(model):
    def make(**options):
        index = VectorStoreIndex.from_documents(
            [Document(text="2 + 2 is four.", id_="d1")], embed_model=MockEmbedding(embed_dim=3)
        )
        return index.as_query_engine(llm=model(), **options)

    return make


def test_query_engine(engine, recorded):
    """A query is a tree: what was retrieved, by what embedding, and what the model was asked then."""
    made = engine()
    with pyflare.span("answer"):
        assert str(made.query("2 + 2?")) == "Four."
    lines = [line.strip() for line in outline(recorded)]
    below = lines[lines.index("span answer") :]
    assert below[1] == "chain RetrieverQueryEngine.query"
    for line in ("retriever VectorIndexRetriever.retrieve", "embedding MockEmbedding.get_query_embedding"):
        assert below.count(line) == 1
    assert below[-2:] == ["llm OpenAI.chat", "llm chat gpt-4o"]
    assert counted(recorded) == [20]
    found = recorded.one("VectorIndexRetriever.retrieve")
    assert json.loads(found.input) == "2 + 2?"
    assert json.loads(found.output)[0]["content"] == "2 + 2 is four."


def test_query_engine_that_streams(engine, provider, recorded):
    """An answer that is streamed after its query is counted once, and leaves nothing current."""
    provider.will(chat_chunks("Fo", "ur."))
    assert str(engine(streaming=True).query("2 + 2?").get_response()) == "Four."
    assert counted(recorded) == [20]
    assert recorded.running() == []


@pytest.mark.parametrize("streaming", [True, False])
def test_agent(model, provider, recorded, streaming):
    """An agent's steps, tools and model calls hang below its run, and what a tool does below that."""
    streamed = [(200, CALL_CHUNKS, 0.0), (200, chat_chunks("Fo", "ur."), 0.0)]
    provider.answers = streamed if streaming else [(200, TOOL_CALL, 0.0), (200, CHAT, 0.0)]

    def add(a: int, b: int) -> int:
        """Add two numbers."""
        with pyflare.span("carry"):
            return a + b

    if not streaming and "streaming" not in FunctionAgent.model_fields:
        pytest.skip("this version always streams")

    async def ask():
        agent = FunctionAgent(name="calculator", tools=[add], llm=model(), streaming=streaming)
        return await agent.run("2 + 2?")

    assert str(asyncio.run(ask())) == "Four."
    lines = outline(recorded)
    assert lines[0].startswith("agent ")
    # Older versions run a plain function in a thread that does not have the context.
    assert all(line.startswith("  ") for line in lines[1:] if line != "span carry")
    assert [line.strip() for line in lines].count("llm chat gpt-4o") == 2
    assert counted(recorded) == [20, 20]
    tool = recorded.one("add")
    assert json.loads(tool.input) == {"a": 2, "b": 2}
    assert (tool.fields["tool_name"], json.loads(tool.output)) == ("add", "4")


def test_error(model, provider, recorded):
    """The provider's error reaches the program, and fails each span that it leaves."""
    provider.will({"error": {"message": "no such model", "type": "invalid_request_error"}}, status=404)
    with pytest.raises(Exception, match="no such model"):
        chat(model)
    assert [span.status_code for span in recorded.ended()] == [ERROR, ERROR]


def test_cancel(model, provider, recorded):
    """A call that is cancelled ends its spans."""
    provider.will(CHAT, delay_s=30)

    async def ask():
        await give_up(provider, model().achat(ASK))

    asyncio.run(ask())
    assert outline(recorded) == ["llm OpenAI.achat", "  llm chat gpt-4o"]


def test_uninstrument_restores(model, recorded):
    """The dispatcher's handlers and the models' methods are what they were, and nothing is recorded."""
    root = get_dispatcher()
    handlers, traced = len(root.span_handlers), OpenAI.stream_chat
    pyflare.uninstrument()
    assert len(root.span_handlers) == handlers - 1
    assert OpenAI.stream_chat is not traced
    chat(model)
    assert recorded.ended() == []


def test_a_fault(model, recorded, monkeypatch, faults):
    """What the integration does wrong does not reach the program."""
    from pyflare.integrations import llama_index

    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(llama_index, "work", fail)
    assert chat(model) == "Four."
    assert faults.pop("trace a run: ZeroDivisionError") == 1


def test_content_can_be_left_out(begin, model):
    """With content off, the spans have their numbers and none of the words."""
    recorded = begin(content="metrics-only")
    chat(model)
    assert b"Four" not in recorded.raw_bytes()
    assert counted(recorded) == [20]
