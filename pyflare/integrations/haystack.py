"""haystack: a tracer of its own protocol. A tracer that the program has enabled goes on to be told everything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any, Final

from haystack import tracing
from haystack.dataclasses import ChatMessage, Document

from pyflare.dialects.messages import answer, call, finish_reason
from pyflare.integrations.call import Answered, AnySpan, Current, note
from pyflare.integrations.openai_protocol.usage import tokens
from pyflare.integrations.patch import Change
from pyflare.integrations.runs import Runs, Work, start
from pyflare.tracing import state
from pyflare.tracing.guard import guard

_OPERATIONS: Final = {
    "haystack.pipeline.run": ("chain", "pipeline"),
    "haystack.async_pipeline.run": ("chain", "pipeline"),
    "haystack.agent.run": ("agent", "agent"),
    "haystack.agent.step.llm": ("llm", "llm"),
    "haystack.agent.step.tool": ("tool", "tool"),
}
"""`inference_type` and name, where no tag says more."""
_TYPES: Final = {
    "Generator": "llm",
    "Retriever": "retriever",
    "Embedder": "embedding",
    "Ranker": "reranker",
    "Agent": "agent",
}
"""`inference_type` of a component by the end of its class' name."""
_KEPT: Final = frozenset({"haystack.component.type", "haystack.component.visits", "haystack.agent.step"})
_INPUTS: Final = (".input", ".input_data")
_OUTPUTS: Final = (".output", ".output_data")
_RUNS: Final = Runs()
_current: ContextVar[_Span | None] = ContextVar("pyflare_haystack_span", default=None)


class _Span(tracing.Span):
    """One of ours, and the one that the program's own tracer has made for the same work."""

    def __init__(self, ours: AnySpan | None, theirs: Any, kind: str | None) -> None:
        self.ours = ours
        self.theirs = theirs
        self._kind = kind

    def set_tag(self, key: str, value: Any) -> None:
        """Tell both; of ours only a few tags are kept, and content as such."""
        self.theirs.set_tag(key, value)
        self._note(key, value)

    def set_content_tag(self, key: str, value: Any) -> None:
        """Tell both; whether we keep it is a matter of PyFlare's settings."""
        self.theirs.set_content_tag(key, value)
        self._note(key, value)

    def raw_span(self) -> Any:
        """Theirs."""
        return self.theirs.raw_span()

    def get_correlation_data_for_logs(self) -> dict[str, Any]:
        """Theirs."""
        known: dict[str, Any] = self.theirs.get_correlation_data_for_logs()
        return known

    def _note(self, key: str, value: Any) -> None:
        try:
            if self.ours is None:
                return
            if key in _KEPT:
                self.ours.set_attribute(key, value)
            elif key.endswith(_INPUTS):
                self._keep_input(_asked(value, self._kind))
            elif key.endswith(_OUTPUTS):
                note(self.ours, _answered(value, self._kind))
        except Exception as error:
            guard.fault("read what a component says", error)

    def _keep_input(self, value: Any) -> None:
        if self.ours is not None and state.runtime is not None and state.runtime.capture_input:
            self.ours.update(input=value)


class _Tracer(tracing.Tracer):
    """Makes our spans, and has the tracer that was there before make its own."""

    def __init__(self, before: Any) -> None:
        self._before = before

    @contextmanager
    def trace(
        self, operation_name: str, tags: dict[str, Any] | None = None, parent_span: Any = None
    ) -> Iterator[_Span]:
        """Trace a block."""
        parent = parent_span if isinstance(parent_span, _Span) else None
        work = _work(operation_name, tags or {})
        ours = start(lambda: work, lambda: _RUNS.context(None if parent is None else parent.ours))
        above = parent_span if parent is None else parent.theirs
        with self._before.trace(operation_name, tags=tags, parent_span=above) as theirs:
            span = _Span(ours, theirs, work.kind)
            for key, value in (tags or {}).items():
                span._note(key, value)
            token = _current.set(span)
            try:
                with nullcontext() if ours is None else Current(ours):
                    yield span
            finally:
                _current.reset(token)
        if ours is not None:
            ours.succeed(None, False)

    def current_span(self) -> tracing.Span | None:
        """The innermost span of this thread or task."""
        return _current.get() or self._before.current_span()


def _work(operation: str, tags: Mapping[str, Any]) -> Work:
    """What a block does, by its name and its tags."""
    kind, name = _OPERATIONS.get(operation, ("chain", operation.removeprefix("haystack.")))
    component, tool = tags.get("haystack.component.type"), tags.get("haystack.tool.name")
    if component is not None:
        kind = next((kind for end, kind in _TYPES.items() if str(component).endswith(end)), "chain")
        name = str(tags.get("haystack.component.name") or component)
    return Work(
        name=str(tool) if tool else name,
        kind=kind,
        columns={"tool_name": tool, "agent_name": name if kind == "agent" else None},
    )


def _asked(value: Any, kind: str | None) -> Any:
    """An input: of a model its messages, of a retriever its query."""
    if isinstance(value, Mapping):
        value = {name: item for name, item in value.items() if item is not None and name != "streaming_callback"}
        if kind == "llm":
            said = value.get("messages", value.get("prompt"))
            return [_said("user", said)] if isinstance(said, str) else _plain(said)
        if kind == "retriever" and "query" in value:
            return value["query"]
    return _plain(value)


def _answered(value: Any, kind: str | None) -> Answered:
    """An output: of a model its replies and what it counted, of a retriever its documents."""
    if isinstance(value, Mapping):
        if kind == "llm" and "replies" in value:
            return _replied(value)
        if kind in ("retriever", "reranker") and "documents" in value:
            return Answered(output=_plain(value["documents"]))
    return Answered(output=_plain(value))


def _replied(value: Mapping[str, Any]) -> Answered:
    replies = list(value["replies"])
    told = [reply.meta if isinstance(reply, ChatMessage) else {} for reply in replies]
    meta = (told[0] if told else {}) or next(iter(value.get("meta") or ()), {})
    reasons = [
        finish_reason(reason) for about in told or [meta] if isinstance(reason := about.get("finish_reason"), str)
    ]
    return Answered(
        output=[_said("assistant", reply) if isinstance(reply, str) else _plain(reply) for reply in replies],
        columns={
            "model_id": meta.get("model"),
            "model_version": meta.get("model"),
            "finish_reasons": reasons or None,
            **tokens(meta.get("usage")),
        },
    )


def _said(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "parts": [{"type": "text", "content": text}]}


def _plain(value: Any) -> Any:
    """Messages as the conventions have them, documents by what they hold; all else as it is."""
    if isinstance(value, ChatMessage):
        return _message(value)
    if isinstance(value, Document):
        found = {"id": value.id, "score": value.score, "content": value.content, "metadata": value.meta or None}
        return {name: item for name, item in found.items() if item is not None}
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _message(value: ChatMessage) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [{"type": "text", "content": text} for text in value.texts]
    parts += [call(asked.id, asked.tool_name, asked.arguments) for asked in value.tool_calls]
    parts += [answer(result.origin.id, result.result) for result in value.tool_call_results]
    return {"role": value.role.value, "parts": parts}


class _Enabled:
    """Our tracer, in the place of the one that is enabled."""

    def __init__(self) -> None:
        self._before: Any = None
        self._ours: Any = None

    def apply(self) -> None:
        self._before = tracing.tracer.actual_tracer
        self._ours = _Tracer(self._before)
        tracing.enable_tracing(self._ours)

    def restore(self) -> None:
        if tracing.tracer.actual_tracer is self._ours:  # else the program has enabled another one since
            tracing.enable_tracing(self._before)


def patches() -> Sequence[Change]:
    """What is traced."""
    return [_Enabled()]
