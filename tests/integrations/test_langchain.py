"""LangChain's real chains, tools, retrievers and models against a server on this machine."""

import asyncio
import copy
import json

import pytest

pytest.importorskip("langchain_core")
langchain_openai = pytest.importorskip("langchain_openai")

from langchain_core.documents import Document  # noqa: E402
from langchain_core.language_models.llms import LLM  # noqa: E402
from langchain_core.messages import HumanMessage  # noqa: E402
from langchain_core.output_parsers import StrOutputParser  # noqa: E402
from langchain_core.prompts import ChatPromptTemplate  # noqa: E402
from langchain_core.retrievers import BaseRetriever  # noqa: E402
from langchain_core.runnables import RunnableLambda, RunnableParallel  # noqa: E402
from langchain_core.tools import tool  # noqa: E402
from langchain_core.tracers import context as tracers  # noqa: E402

import pyflare  # noqa: E402
from tests.integrations.cancelling import give_up  # noqa: E402
from tests.integrations.outline import counted, outline, stored  # noqa: E402
from tests.integrations.provider import CHAT, chat_chunks  # noqa: E402

CHAIN = [
    "chain RunnableSequence",
    "  chain ChatPromptTemplate",
    "  llm ChatOpenAI",
    "    llm chat gpt-4o",
    "  chain StrOutputParser",
]
ERROR = 2


@pytest.fixture(autouse=True)
def both(recorded):
    """The framework and the client below it."""
    pyflare.instrument("langchain", "openai")


@pytest.fixture
def model(provider):
    return langchain_openai.ChatOpenAI(model="gpt-4o", api_key="k", base_url=f"{provider.url}/v1", max_retries=0)


@pytest.fixture
def chain(model):
    return ChatPromptTemplate.from_template("{q}?") | model | StrOutputParser()


async def collected(stream):
    return [item async for item in stream]


def invoke(chain):
    return chain.invoke({"q": "2 + 2"})


def ainvoke(chain):
    return asyncio.run(chain.ainvoke({"q": "2 + 2"}))


def stream(chain):
    return "".join(chain.stream({"q": "2 + 2"}))


def astream(chain):
    return "".join(asyncio.run(collected(chain.astream({"q": "2 + 2"}))))


@pytest.mark.parametrize("way", [invoke, ainvoke, stream, astream])
def test_chain(chain, provider, recorded, way):
    """A chain is a tree of its steps, the client's call below the model's run, and its tokens count once."""
    if way in (stream, astream):
        provider.will(chat_chunks("Fo", "ur."))
    assert way(chain) == "Four."
    assert outline(recorded) == CHAIN
    assert counted(recorded) == [20]
    run = recorded.one("ChatOpenAI")
    assert json.loads(run.input) == [{"role": "user", "parts": [{"type": "text", "content": "2 + 2?"}]}]
    assert json.loads(run.output)[0]["parts"] == [{"type": "text", "content": "Four."}]
    names = ("model_id", "model_version", "provider", "input_tokens", "output_tokens", "cache_read_tokens")
    assert [run.fields[name] for name in names] == ["gpt-4o", "gpt-4o-2026-08-06", "openai", 20, 3, 16]
    assert run.fields["finish_reasons"] == ["stop"]
    assert json.loads(recorded.one("RunnableSequence").input) == {"q": "2 + 2"}


def test_counted_once(chain, recorded):
    """In the store the framework's run is marked as repeating the client's call, and sums leave it out."""
    pytest.importorskip("duckdb")
    chain.invoke({"q": "2 + 2"})
    repeated = {row["operation_name"]: row["usage_repeated"] for row in stored(recorded) if row["input_tokens"]}
    assert repeated == {"ChatOpenAI": True, "chat gpt-4o": None}
    (total,) = pyflare.open(recorded.path).sql("SELECT input_tokens FROM traces").to_pylist()
    assert total["input_tokens"] == 20


def test_batch(chain, recorded):
    """Each member of a batch is a tree of its own."""
    assert chain.batch([{"q": "a"}, {"q": "b"}]) == ["Four.", "Four."]
    assert outline(recorded) == CHAIN * 2


@pytest.mark.filterwarnings("ignore:Unexpected type for token usage")  # of langchain-openai, adding usages up
def test_generate(model, recorded):
    """Of several prompts in one call, each has its run and its request."""
    model.generate([[HumanMessage("a")], [HumanMessage("b")]])
    assert outline(recorded) == ["llm ChatOpenAI", "  llm chat gpt-4o"] * 2


@pytest.mark.parametrize("is_async", [False, True])
def test_model_stream(model, provider, recorded, is_async):
    """Between two chunks of a model's stream, and after it, the program's own span is current."""
    provider.will(chat_chunks("Fo", "ur."))

    async def ask(outer):
        async for _ in model.astream("2 + 2?"):
            assert pyflare.current_span() is outer

    with pyflare.span("answer") as outer:
        if is_async:
            asyncio.run(ask(outer))
        else:
            for _ in model.stream("2 + 2?"):
                assert pyflare.current_span() is outer
        assert pyflare.current_span() is outer
    assert outline(recorded) == ["span answer", "  llm ChatOpenAI", "    llm chat gpt-4o"]
    assert recorded.one("ChatOpenAI").fields["time_to_first_chunk_ns"] > 0


@pytest.mark.filterwarnings("ignore::langchain_core._api.beta_decorator.LangChainBetaWarning")
@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("version", ["v2", "v3"])
def test_events(model, provider, recorded, version, is_async):
    """A model whose events are asked for is one run too, with the client's call below, counted once."""
    provider.will(chat_chunks("Fo", "ur."))

    async def ask():
        events = model.astream_events("2 + 2?", version=version)
        await collected(events if hasattr(events, "__aiter__") else await events)

    try:
        asyncio.run(ask()) if is_async or version == "v2" else list(model.stream_events("2 + 2?", version=version))
    except (AttributeError, NotImplementedError):
        pytest.skip("this version has no such events")
    assert outline(recorded) == ["llm ChatOpenAI", "  llm chat gpt-4o"]
    assert counted(recorded) == [20]


def test_not_sampled(begin, chain, provider):
    """A chain of a trace that is not sampled works, and is not recorded."""
    recorded = begin(sample_rate=0.0)
    assert invoke(chain) == "Four."
    provider.will(chat_chunks("Fo", "ur."))
    assert stream(chain) == "Four."
    assert recorded.ended() == []


def test_stream_left_early(model, provider, recorded):
    """A stream that the program leaves ends its run there, with what had come, and is no failure."""
    provider.will(chat_chunks("Fo", "ur."))
    stream = model.stream("2 + 2?")
    next(stream)
    stream.close()
    assert outline(recorded) == ["llm ChatOpenAI", "  llm chat gpt-4o"]
    span = recorded.one("ChatOpenAI")
    assert span.attributes["pyflare.stream.closed_early"] is True
    assert span.status_code != ERROR


def test_error(chain, provider, recorded):
    """The provider's error reaches the program, and fails each run that it leaves."""
    provider.will({"error": {"message": "no such model", "type": "invalid_request_error"}}, status=404)
    with pytest.raises(Exception, match="no such model"):
        chain.invoke({"q": "2 + 2"})
    assert outline(recorded) == CHAIN[:-1]
    failed = {span.name for span in recorded.ended() if span.status_code == ERROR}
    assert failed == {"RunnableSequence", "ChatOpenAI", "chat gpt-4o"}


def test_cancel(chain, provider, recorded):
    """A run that is cancelled ends."""
    provider.will(CHAT, delay_s=30)

    async def ask():
        await give_up(provider, chain.ainvoke({"q": "2 + 2"}))

    asyncio.run(ask())
    assert outline(recorded) == CHAIN[:-1]
    assert recorded.one("ChatOpenAI").fields["error_type"] == "asyncio.exceptions.CancelledError"


def test_tools(model, provider, recorded):
    """A tool's run has its arguments and its answer; a span that it begins itself hangs below it."""

    @tool
    def add(a: int, b: int) -> int:
        """Add two numbers."""
        with pyflare.span("carry"):
            return a + b

    @tool
    async def add_later(a: int, b: int) -> int:
        """Add two numbers later."""
        with pyflare.span("carry later"):
            return a + b

    assert add.invoke({"a": 2, "b": 2}) == 4
    assert asyncio.run(add_later.ainvoke({"a": 2, "b": 2})) == 4
    assert outline(recorded) == ["tool add", "  span carry", "tool add_later", "  span carry later"]
    span = recorded.one("add")
    assert (json.loads(span.input), json.loads(span.output)) == ({"a": 2, "b": 2}, 4)
    assert span.fields["tool_name"] == "add"


def test_tool_calls(model, provider, recorded):
    """A call that the model asks for is a part of its answer, and so is the tool's answer in the next request."""
    body = copy.deepcopy(CHAT)
    call = {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": '{"a": 2}'}}
    body["choices"][0] = {
        "index": 0,
        "message": {"role": "assistant", "content": None, "tool_calls": [call]},
        "finish_reason": "tool_calls",
    }
    provider.answers = [(200, body, 0.0), (200, CHAT, 0.0)]
    asked = model.invoke("2 + 2?")
    answer = {"role": "tool", "content": "4", "tool_call_id": "call_1"}
    model.invoke([HumanMessage("2 + 2?"), asked, answer])
    first, second = recorded.ended("ChatOpenAI")
    part = {"type": "tool_call", "id": "call_1", "name": "add", "arguments": {"a": 2}}
    assert json.loads(first.output)[0]["parts"] == [part]
    assert first.fields["finish_reasons"] == ["tool_call"]
    said = json.loads(second.input)
    assert [message["role"] for message in said] == ["user", "assistant", "tool"]
    assert said[2]["parts"] == [{"type": "tool_call_response", "id": "call_1", "response": "4"}]


class Shelf(BaseRetriever):
    """Finds one document, after it has asked a model."""

    model: object

    def _get_relevant_documents(self, query, *, run_manager):
        self.model.invoke(query)
        with pyflare.span("look"):
            return [Document("Four.", id="d1", metadata={"page": 4})]

    async def _aget_relevant_documents(self, query, *, run_manager):
        await self.model.ainvoke(query)
        with pyflare.span("look"):
            return [Document("Four.", id="d1", metadata={"page": 4})]


@pytest.mark.parametrize("is_async", [False, True])
def test_retriever(model, recorded, is_async):
    """A retriever's run has the query and the documents, and what it does hangs below it."""
    shelf = Shelf(model=model)
    asyncio.run(shelf.ainvoke("2 + 2?")) if is_async else shelf.invoke("2 + 2?")
    assert outline(recorded) == ["retriever Shelf", "  llm ChatOpenAI", "    llm chat gpt-4o", "  span look"]
    span = recorded.one("Shelf")
    assert json.loads(span.input) == "2 + 2?"
    assert json.loads(span.output) == [{"id": "d1", "content": "Four.", "metadata": {"page": 4}}]


class Parrot(LLM):
    """A model that continues a text."""

    @property
    def _llm_type(self):
        return "parrot"

    def _call(self, prompt, stop=None, run_manager=None, **kwargs):
        with pyflare.span("think"):
            return prompt.upper()


def test_text_model(recorded):
    """A model of texts is a run with messages too, in every mode."""
    model = Parrot()
    assert model.invoke("a") == "A"
    assert asyncio.run(model.ainvoke("a")) == "A"
    assert "".join(model.stream("a")) == "A"
    assert outline(recorded) == ["llm Parrot", "  span think"] * 3
    assert json.loads(recorded.ended("Parrot")[0].output)[0]["parts"] == [{"type": "text", "content": "A"}]


def test_own_span_in_between(chain, recorded):
    """A function of the program's inside a chain, and the chain that it runs, keep their places."""

    def look_up(question):
        with pyflare.span("look up"):
            return chain.invoke({"q": question})

    outer = RunnableLambda(look_up).with_config(run_name="outer") | RunnableLambda(str.upper)
    outer.invoke("2 + 2", config={"metadata": {"tenant": "acme"}})
    assert outline(recorded) == [
        "chain RunnableSequence",
        "  chain outer",
        "    span look up",
        *(f"      {line}" for line in CHAIN),
        "  chain upper",
    ]
    assert recorded.one("outer").attributes["langchain.metadata.tenant"] == "acme"


def test_side_by_side(recorded):
    """Branches that run in threads keep their own spans."""

    def step(name):
        with pyflare.span(f"in {name}"):
            return name

    RunnableParallel(left=RunnableLambda(step), right=RunnableLambda(step)).invoke("x")
    lines = outline(recorded)
    assert lines[0].startswith("chain RunnableParallel")
    assert lines[1:] == ["  chain step", "    span in x"] * 2


def test_other_handlers_stay(chain, recorded):
    """Handlers that the program gives to a chain are called as before."""
    from langchain_core.callbacks import BaseCallbackHandler

    class Mine(BaseCallbackHandler):
        seen = 0

        def on_chain_start(self, *args, **kwargs):
            Mine.seen += 1

    chain.invoke({"q": "2 + 2"}, config={"callbacks": [Mine()]})
    assert Mine.seen == 3
    assert outline(recorded) == CHAIN


def test_uninstrument_restores(chain, recorded):
    """What was there before is there again, and nothing is recorded."""
    from langchain_core.language_models.chat_models import BaseChatModel
    from langchain_core.runnables import config

    traced = BaseChatModel.stream, config._set_config_context
    pyflare.uninstrument()
    hooks = len(tracers._configure_hooks)
    assert BaseChatModel.stream is not traced[0]
    assert config._set_config_context is not traced[1]
    chain.invoke({"q": "2 + 2"})
    assert recorded.ended() == []
    pyflare.instrument("langchain")
    assert len(tracers._configure_hooks) == hooks + 1
    pyflare.uninstrument("langchain")
    assert len(tracers._configure_hooks) == hooks


def test_a_fault(chain, recorded, monkeypatch, faults):
    """What the integration does wrong does not reach the program."""
    from pyflare.integrations.langchain import handler

    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(handler, "plain", fail)
    monkeypatch.setattr(handler, "message", fail)
    assert chain.invoke({"q": "2 + 2"}) == "Four."
    assert faults.pop("trace a run: ZeroDivisionError") == 4
    assert outline(recorded) == ["llm chat gpt-4o"]


def test_content_can_be_left_out(begin, chain):
    """With content off, the runs have their numbers and none of the words."""
    recorded = begin(content="metrics-only")
    chain.invoke({"q": "a secret"})
    assert b"secret" not in recorded.raw_bytes()
    assert counted(recorded) == [20]


def test_before_init(chain):
    """Before `init`, an instrumented framework works as if it were not."""
    pyflare.shutdown()
    assert chain.invoke({"q": "2 + 2"}) == "Four."
