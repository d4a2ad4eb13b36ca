"""LangGraph's real graphs against a server on this machine."""

import asyncio
import copy
import operator
from typing import Annotated, TypedDict

import pytest

pytest.importorskip("langgraph.graph")
langchain_openai = pytest.importorskip("langchain_openai")

from langchain_core.tools import tool  # noqa: E402
from langgraph.checkpoint.memory import InMemorySaver  # noqa: E402
from langgraph.graph import END, START, MessagesState, StateGraph  # noqa: E402
from langgraph.prebuilt import ToolNode, tools_condition  # noqa: E402
from langgraph.types import Command, Send, interrupt  # noqa: E402

import pyflare  # noqa: E402
from tests.integrations.outline import counted, outline  # noqa: E402
from tests.integrations.provider import CHAT  # noqa: E402

CALL = copy.deepcopy(CHAT)
CALL["choices"][0] = {
    "index": 0,
    "message": {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": '{"a": 2, "b": 2}'}}
        ],
    },
    "finish_reason": "tool_calls",
}
MODEL = ["  chain model", "    llm ChatOpenAI", "      llm chat gpt-4o", "    chain tools_condition"]
GRAPH = ["agent support-agent", *MODEL, "  chain tools", "    tool add", "      span carry", *MODEL]


@tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    with pyflare.span("carry"):
        return a + b


@pytest.fixture(autouse=True)
def both(recorded):
    """The framework and the client below it."""
    pyflare.instrument("langgraph", "openai")


@pytest.fixture
def graph(provider):
    provider.answers = [(200, CALL, 0.0), (200, CHAT, 0.0)]
    url = f"{provider.url}/v1"
    model = langchain_openai.ChatOpenAI(model="gpt-4o", api_key="k", base_url=url, max_retries=0).bind_tools([add])

    def ask(state):
        return {"messages": [model.invoke(state["messages"])]}

    async def ask_async(state):
        return {"messages": [await model.ainvoke(state["messages"])]}

    def build(*, is_async=False, **options):
        graph = StateGraph(MessagesState)
        graph.add_node("model", ask_async if is_async else ask)
        graph.add_node("tools", ToolNode([add]))
        graph.add_edge(START, "model")
        graph.add_conditional_edges("model", tools_condition)
        graph.add_edge("tools", "model")
        return graph.compile(name="support-agent", **options)

    return build


ASK = {"messages": [("user", "2 + 2?")]}


def invoke(build):
    return build().invoke(ASK)["messages"][-1].content


def ainvoke(build):
    return asyncio.run(build(is_async=True).ainvoke(ASK))["messages"][-1].content


def stream(build):
    return list(build().stream(ASK, stream_mode="values"))[-1]["messages"][-1].content


def astream(build):
    async def last():
        return [state async for state in build(is_async=True).astream(ASK, stream_mode="values")][-1]

    return asyncio.run(last())["messages"][-1].content


@pytest.mark.parametrize("way", [invoke, ainvoke, stream, astream])
def test_graph(graph, recorded, way):
    """A graph is a tree of its nodes; models, tools and the program's own spans hang below theirs."""
    assert way(graph) == "Four."
    assert outline(recorded) == GRAPH
    assert counted(recorded) == [20, 20]
    assert recorded.one("tools").attributes["langgraph.step"] == 2
    assert recorded.one("add").attributes["gen_ai.tool.call.id"] == "call_1"


def test_conversation(graph, recorded):
    """The thread of a graph is the conversation of all its spans."""
    graph(checkpointer=InMemorySaver()).invoke(ASK, {"configurable": {"thread_id": "t-1"}})
    runs = [span for span in recorded.ended() if span.name in ("support-agent", "model", "ChatOpenAI", "add")]
    assert {span.attributes["gen_ai.conversation.id"] for span in runs} == {"t-1"}


class State(TypedDict):
    """What the small graphs below hold."""

    seen: Annotated[list[int], operator.add]


def test_fan_out(recorded):
    """Nodes that run side by side keep their own spans, and hang below the graph."""

    def work(state):
        with pyflare.span(f"step {state['n']}"):
            return {"seen": [state["n"]]}

    graph = StateGraph(State)
    graph.add_node("work", work)
    graph.add_conditional_edges(START, lambda _: [Send("work", {"n": n}) for n in range(3)], ["work"])
    graph.add_edge("work", END)
    graph.compile(name="fan").invoke({"seen": []})
    lines = outline(recorded)
    assert lines.count("  chain work") == 3
    assert sorted(line for line in lines if "step" in line) == [f"    span step {n}" for n in range(3)]


def test_interrupt(recorded):
    """A graph that waits for a person has not failed; going on is a tree of its own."""
    graph = StateGraph(State)
    graph.add_node("ask", lambda _: {"seen": [interrupt("how many?")]})
    graph.add_edge(START, "ask")
    app = graph.compile(name="wait", checkpointer=InMemorySaver())
    config = {"configurable": {"thread_id": "t-1"}}
    app.invoke({"seen": []}, config)
    (node,) = recorded.ended("ask")
    assert (node.status_code, node.attributes["langgraph.interrupted"]) == (0, True)
    assert app.invoke(Command(resume=4), config) == {"seen": [4]}
    assert outline(recorded) == ["chain wait", "  chain ask"] * 2


def test_error(recorded):
    """An exception in a node is the node's, and the graph's."""

    def fail(_):
        raise ZeroDivisionError("no")

    graph = StateGraph(State)
    graph.add_node("fail", fail)
    graph.add_edge(START, "fail")
    with pytest.raises(ZeroDivisionError):
        graph.compile(name="graph").invoke({"seen": []})
    assert {span.name for span in recorded.ended() if span.status_code == 2} == {"graph", "fail"}
    assert outline(recorded) == ["chain graph", "  chain fail"]


def test_uninstrument_restores(graph, recorded):
    """What was there before is there again, and nothing is recorded."""
    from langgraph._internal import _runnable

    pyflare.uninstrument()
    assert not hasattr(_runnable._set_config_context, "__wrapped__")
    assert invoke(graph) == "Four."
    assert outline(recorded) == ["span carry"]
