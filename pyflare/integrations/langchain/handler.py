"""The callback handler that turns LangChain's runs, and LangGraph's, into spans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.outputs import LLMResult

from pyflare.integrations.call import Answered
from pyflare.integrations.langchain.reading import answered, document, message, model_columns, parameters, plain
from pyflare.integrations.langchain.scope import make_current
from pyflare.integrations.runs import Runs, Work

RUNS: Final = Runs()
_NOT_YET: Final = {"input": ""}
"""What a chain that is streamed says of its input at first; it says what it was at its end."""
_HIDDEN: Final = "langsmith:hidden"
_OWN_METADATA: Final = ("ls_", "lc_", "langgraph_", "checkpoint_", "__")


class Handler(BaseCallbackHandler):
    """Begins a span where a run begins, and ends it where that ends.

    LangChain calls it in the thread and task that does the work (`run_inline`).
    """

    run_inline = True

    def on_chain_start(
        self, serialized: dict[str, Any] | None, inputs: Any, *, run_id: UUID, parent_run_id: UUID | None = None,
        tags: list[str] | None = None, metadata: dict[str, Any] | None = None, **told: Any,
    ) -> None:  # fmt: skip
        """A chain, a graph or a node of one."""
        if _HIDDEN in (tags or ()):
            RUNS.hide(run_id, parent_run_id)
            return
        about = metadata or {}

        def read() -> Work:
            name = _name(serialized, told)
            agent = _is_agent(name, about, top=RUNS.get(parent_run_id) is None)
            return Work(
                name=name,
                kind="agent" if agent else "chain",
                input=None if inputs == _NOT_YET else plain(inputs),
                columns={"agent_name": (about.get("lc_agent_name") or name) if agent else None},
                attributes=_attributes(about),
            )

        RUNS.begin(run_id, parent_run_id, read)

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **told: Any) -> None:
        """It is over."""
        _late_input(run_id, told)
        RUNS.end(run_id, lambda: Answered(output=plain(outputs)))

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **told: Any) -> None:
        """It failed, or was interrupted."""
        _late_input(run_id, told)
        _fail(run_id, error)

    def on_tool_start(
        self, serialized: dict[str, Any] | None, input_str: str, *, run_id: UUID, parent_run_id: UUID | None = None,
        metadata: dict[str, Any] | None = None, inputs: dict[str, Any] | None = None, **told: Any,
    ) -> None:  # fmt: skip
        """A tool."""

        def read() -> Work:
            name = _name(serialized, told)
            return Work(
                name=name,
                kind="tool",
                input=plain(inputs) if inputs else input_str,
                columns={"tool_name": name},
                attributes={
                    "gen_ai.tool.call.id": told.get("tool_call_id"),
                    "gen_ai.tool.description": (serialized or {}).get("description"),
                    **_attributes(metadata or {}),
                },
            )

        RUNS.begin(run_id, parent_run_id, read)

    def on_tool_end(self, output: Any, *, run_id: UUID, **_: Any) -> None:
        """It has answered."""
        call_id = getattr(output, "tool_call_id", None)  # older versions say it only here
        RUNS.end(
            run_id,
            lambda: Answered(
                output=plain(getattr(output, "content", output)), attributes={"gen_ai.tool.call.id": call_id}
            ),
        )

    def on_tool_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """It failed, or was interrupted."""
        _fail(run_id, error)

    def on_retriever_start(
        self, serialized: dict[str, Any] | None, query: str, *, run_id: UUID, parent_run_id: UUID | None = None,
        metadata: dict[str, Any] | None = None, **told: Any,
    ) -> None:  # fmt: skip
        """A retriever."""

        def read() -> Work:
            name = _name(serialized, told)
            return Work(name=name, kind="retriever", input=query, attributes=_attributes(metadata or {}))

        make_current(RUNS.begin(run_id, parent_run_id, read))

    def on_retriever_end(self, documents: Sequence[Document], *, run_id: UUID, **_: Any) -> None:
        """It has found these."""
        RUNS.end(run_id, lambda: Answered(output=[document(found) for found in documents]))

    def on_retriever_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """It failed."""
        _fail(run_id, error)

    def on_chat_model_start(
        self, serialized: dict[str, Any] | None, messages: list[list[Any]], *, run_id: UUID,
        parent_run_id: UUID | None = None, metadata: dict[str, Any] | None = None, **told: Any,
    ) -> None:  # fmt: skip
        """A chat model."""

        def read() -> Work:
            said = [message(item) for item in messages[0]]
            return _model(_name(serialized, told), said, metadata or {}, told)

        make_current(RUNS.begin(run_id, parent_run_id, read))

    def on_llm_start(
        self, serialized: dict[str, Any] | None, prompts: list[str], *, run_id: UUID,
        parent_run_id: UUID | None = None, metadata: dict[str, Any] | None = None, **told: Any,
    ) -> None:  # fmt: skip
        """A model that continues a text."""

        def read() -> Work:
            said = [{"role": "user", "parts": [{"type": "text", "content": prompt}]} for prompt in prompts]
            return _model(_name(serialized, told), said, metadata or {}, told)

        make_current(RUNS.begin(run_id, parent_run_id, read))

    def on_llm_new_token(self, *_: Any, run_id: UUID, **__: Any) -> None:
        """A piece of the answer has come."""
        span = RUNS.get(run_id)
        if span is not None:
            span.mark_first_chunk()

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **_: Any) -> None:
        """It has answered."""
        RUNS.end(run_id, lambda: answered(response))

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **told: Any) -> None:
        """It failed, or its stream was left early."""
        _fail(run_id, error, told.get("response"))


def _late_input(run_id: UUID, told: Mapping[str, Any]) -> None:
    inputs = told.get("inputs")
    if inputs is not None and inputs != _NOT_YET:
        RUNS.set_input(run_id, lambda: plain(inputs))


def _fail(run_id: UUID, error: BaseException, response: LLMResult | None = None) -> None:
    """End a run that was left by an exception; leaving a stream, or a graph's interrupt, is no failure."""
    if isinstance(error, GeneratorExit):
        _mark(run_id, "pyflare.stream.closed_early")
    elif any(kind.__name__ == "GraphBubbleUp" for kind in type(error).__mro__):
        _mark(run_id, "langgraph.interrupted")
    else:
        RUNS.fail(run_id, error, lambda: answered(response))
        return
    RUNS.end(run_id, lambda: answered(response))


def _mark(run_id: UUID, name: str) -> None:
    span = RUNS.get(run_id)
    if span is not None:
        span.set_attribute(name, True)


def _name(serialized: Mapping[str, Any] | None, told: Mapping[str, Any]) -> str:
    """What a run goes by: the name it was given, or that of its class."""
    known = serialized or {}
    return str(told.get("name") or known.get("name") or (known.get("id") or ["run"])[-1])


def _model(name: str, said: list[dict[str, Any]], about: Mapping[str, Any], told: Mapping[str, Any]) -> Work:
    params = told.get("invocation_params") or {}
    return Work(
        name=name,
        kind="llm",
        input=said,
        columns=model_columns(about, params),
        attributes={**parameters(params), **_attributes(about)},
    )


def _is_agent(name: str, about: Mapping[str, Any], *, top: bool) -> bool:
    """Whether a chain is an agent: one by its name or by how its graph was made, and no node of a graph."""
    if name == about.get("langgraph_node"):
        return False
    made_by = str(about.get("ls_integration", ""))
    return "agent" in name.lower() or name == about.get("lc_agent_name") or (top and "agent" in made_by)


def _attributes(about: Mapping[str, Any]) -> dict[str, Any]:
    """The run's metadata as attributes: the conversation, the node, and what the program has said of it."""
    thread = about.get("thread_id")
    own = {
        f"langchain.metadata.{name}": value
        for name, value in about.items()
        if isinstance(value, str | int | float | bool) and name != "thread_id" and not name.startswith(_OWN_METADATA)
    }
    return {
        "gen_ai.conversation.id": None if thread is None else str(thread),
        "langgraph.node": about.get("langgraph_node"),
        "langgraph.step": about.get("langgraph_step"),
        **own,
    }
