"""openai-agents: one of its own tracing processors, beside those it has. Where it sends traces away, it goes on to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from agents import tracing
from opentelemetry.trace.status import StatusCode

from pyflare.dialects.messages import messages_of, opened
from pyflare.integrations.call import Answered, AnySpan
from pyflare.integrations.openai.responses import ENDPOINT
from pyflare.integrations.openai_protocol.usage import tokens
from pyflare.integrations.patch import Change
from pyflare.integrations.runs import Runs, Work
from pyflare.tracing.context import attach, get_current, release, with_span
from pyflare.tracing.guard import guard

RUNS: Final = Runs()
_KINDS: Final = {
    "agent": "agent",
    "function": "tool",
    "generation": "llm",
    "response": "llm",
    "guardrail": "guardrail",
    "transcription": "llm",
    "speech": "llm",
}
"""`inference_type` by the type of a span's data; all else groups work, and is a chain."""


class _Processor(tracing.TracingProcessor):
    """Begins and ends our spans with theirs, in the thread and task that does the work."""

    def __init__(self) -> None:
        self._tokens: dict[str, Any] = {}

    def on_trace_start(self, trace: Any) -> None:
        """A run of agents."""
        group = getattr(trace, "group_id", None)
        attributes = {"gen_ai.conversation.id": group, **_metadata(getattr(trace, "metadata", None))}
        self._begin(trace.trace_id, None, lambda: Work(name=trace.name, kind="chain", attributes=attributes))

    def on_trace_end(self, trace: Any) -> None:
        """It is over."""
        self._release(trace.trace_id)
        RUNS.end(trace.trace_id)

    def on_span_start(self, span: Any) -> None:
        """A piece of work in it."""
        if span.span_data.type == "task":  # it says what its trace says
            RUNS.hide(span.span_id, span.parent_id or span.trace_id)
            return
        self._begin(span.span_id, span.parent_id or span.trace_id, lambda: _work(span.span_data))

    def on_span_end(self, span: Any) -> None:
        """It is over: only now is it known what was asked."""
        self._release(span.span_id)
        ours = None if span.span_data.type == "task" else RUNS.get(span.span_id)
        if ours is None:
            RUNS.end(span.span_id)
            return
        RUNS.set_input(span.span_id, lambda: _asked(span.span_data))
        _describe(ours, span)
        RUNS.end(span.span_id, lambda: _answered(span.span_data))

    def shutdown(self) -> None:
        """Nothing is held back."""

    def force_flush(self) -> None:
        """Nothing is held back."""

    def _begin(self, key: str, parent: str | None, read: Callable[[], Work]) -> None:
        span = RUNS.begin(key, parent, read)
        if span is not None:
            self._tokens[key] = attach(with_span(get_current(), span))

    def _release(self, key: str) -> None:
        token = self._tokens.pop(key, None)
        if token is not None:
            release(token)


def _work(data: Any) -> Work:
    """What is known of a piece of work when it begins."""
    kind = _KINDS.get(data.type, "chain")
    name = _name(data)
    return Work(
        name=name,
        kind=kind,
        columns={
            "agent_name": getattr(data, "agent_name", None) or (name if data.type == "agent" else None),
            "tool_name": name if data.type == "function" else None,
            "model_id": getattr(data, "model", None),
        },
        attributes={
            "openai_agents.handoffs": getattr(data, "handoffs", None) or None,
            "openai_agents.tools": getattr(data, "tools", None) or None,
        },
    )


def _name(data: Any) -> str:
    match data.type:
        case "generation" | "transcription" | "speech":
            return f"chat {data.model}" if data.type == "generation" and data.model else str(data.type)
        case "turn":
            return f"turn {data.turn}"
        case "handoff":
            return f"handoff {data.from_agent} to {data.to_agent}" if data.to_agent else f"handoff {data.from_agent}"
    return str(getattr(data, "name", None) or data.type)


def _metadata(metadata: Any) -> dict[str, Any]:
    known = metadata if isinstance(metadata, dict) else {}
    return {f"openai_agents.metadata.{name}": value for name, value in known.items()}


def _describe(ours: AnySpan, theirs: Any) -> None:
    """The name that only the end tells, and the error. Never raises."""
    try:
        data = theirs.span_data
        response = getattr(data, "response", None)
        if response is not None:
            ours.update_name(f"chat {response.model}")
        elif data.type == "handoff":
            ours.update_name(_name(data))
        if getattr(data, "triggered", None) is not None:
            ours.set_attribute("openai_agents.guardrail.triggered", data.triggered)
        if theirs.error:
            ours.set_status(StatusCode.ERROR, _said(theirs.error))
    except Exception as error:
        guard.fault("describe a run", error)


def _said(error: Any) -> str:
    """The message of an error, with the detail that says what happened."""
    detail = (error.get("data") or {}).get("error")
    return f"{error.get('message')}: {detail}" if detail else str(error.get("message"))


def _asked(data: Any) -> Any:
    """What a piece of work was asked."""
    if data.type == "response":
        response = data.response
        body = {"input": data.input, "instructions": getattr(response, "instructions", None)}
        return ENDPOINT.ask(body, "openai").input or None
    if data.type == "generation":
        return messages_of([dict(item) for item in data.input or ()], role="user")
    return opened(getattr(data, "input", None) or getattr(data, "data", None))


def _answered(data: Any) -> Answered:
    """What came of it. Usage that a task, a turn or an agent adds up is that of the calls below it."""
    if data.type == "response":
        if data.response is None:
            return Answered()
        body = data.response.model_dump(exclude_none=True, warnings=False)
        answered = ENDPOINT.answer(body)
        return Answered(
            output=answered.output,
            columns={**answered.columns, "model_id": body.get("model")},
            attributes=answered.attributes,
        )
    if data.type == "generation":
        said = messages_of([dict(item) for item in data.output or ()], role="assistant")
        return Answered(output=said, columns={"model_id": data.model, **tokens(data.usage)})
    if data.type == "handoff":
        return Answered(output=data.to_agent)
    return Answered(output=getattr(data, "output", None) or getattr(data, "result", None))


class _Registered:
    """The processor, among those of the library."""

    def __init__(self) -> None:
        self._processor = _Processor()

    def apply(self) -> None:
        tracing.add_trace_processor(self._processor)

    def restore(self) -> None:
        processors = tracing.get_trace_provider()._multi_processor
        processors.set_processors([other for other in processors._processors if other is not self._processor])


def patches() -> Sequence[Change]:
    """What is traced."""
    return [_Registered()]
