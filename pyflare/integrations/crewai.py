"""crewai: the events of its bus, seen where they are emitted: its own handlers hear of them in other threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from crewai.events.event_bus import CrewAIEventsBus
from opentelemetry.trace.status import StatusCode

from pyflare.dialects.messages import finish_reason, message_of, messages_of, opened
from pyflare.integrations.call import Answered
from pyflare.integrations.openai_protocol.usage import tokens
from pyflare.integrations.patch import Change, Patch
from pyflare.integrations.runs import Runs, Work
from pyflare.tracing.context import attach, get_current, release, with_span
from pyflare.tracing.guard import guard
from pyflare.tracing.span import Span

RUNS: Final = Runs()
_KINDS: Final = {
    "crew_kickoff": "chain",
    "task": "chain",
    "agent_execution": "agent",
    "lite_agent_execution": "agent",
    "llm_call": "llm",
    "tool_usage": "tool",
    "flow": "chain",
    "method_execution": "chain",
    "knowledge_query": "retriever",
    "memory_query": "retriever",
}
"""`inference_type` by what an event is of: its type without the last word."""
_FAILED: Final = frozenset({"failed", "error"})


class _Open:
    """Runs under way: what is to be undone at their end, and those whose end does not say which it is of."""

    def __init__(self) -> None:
        self.tokens: dict[str, Any] = {}
        self.latest: dict[tuple[int, str], list[str]] = {}


_open: Final = _Open()


def _seen(event: Any) -> None:
    """Begin or end the span of what an event tells. Never raises."""
    try:
        work, _, happened = str(event.type).rpartition("_")
        if work not in _KINDS:
            return
        if happened == "started":
            _begin(work, event)
        else:
            _end(work, event, failed=happened in _FAILED)
    except Exception as error:
        guard.fault("read an event", error)


def _begin(work: str, event: Any) -> None:
    key, parent = event.event_id, event.parent_event_id
    above = RUNS.get(parent)
    if work == "flow" and isinstance(above, Span) and above.inference_type == "agent":
        RUNS.hide(key, parent)  # an agent is made as a flow inside
        return
    span = RUNS.begin(key, parent, lambda: _work(work, event))
    if span is not None:
        _open.tokens[key] = attach(with_span(get_current(), span))
        _open.latest.setdefault((threading.get_ident(), work), []).append(key)


def _end(work: str, event: Any, *, failed: bool) -> None:
    here = _open.latest.get((threading.get_ident(), work), [])
    key = event.started_event_id or (here[-1] if here else None)
    if key is None:
        return
    if key in here:
        here.remove(key)
    token = _open.tokens.pop(key, None)
    if token is not None:
        release(token)
    span = RUNS.get(key)
    if failed and span is not None:
        span.set_status(StatusCode.ERROR, str(event.error))
    RUNS.end(key, lambda: Answered() if failed else _answered(work, event))


def _work(work: str, event: Any) -> Work:
    """What is known of a run when it begins."""
    kind = _KINDS[work]
    if work == "llm_call":
        return _model(event)
    name = _name(work, event)
    return Work(
        name=name,
        kind=kind,
        input=_asked(work, event),
        columns={"agent_name": name if kind == "agent" else None, "tool_name": name if kind == "tool" else None},
    )


def _name(work: str, event: Any) -> str:
    names: dict[str, Callable[[], Any]] = {
        "crew_kickoff": lambda: event.crew_name,
        "task": lambda: event.task_name or getattr(event.task, "name", None),
        "agent_execution": lambda: event.agent.role,
        "lite_agent_execution": lambda: event.agent_info.get("role"),
        "tool_usage": lambda: event.tool_name,
        "flow": lambda: event.flow_name,
        "method_execution": lambda: event.method_name,
    }
    found = names[work]() if work in names else None
    return str(found or work).strip()


def _model(event: Any) -> Work:
    """A call of a model, whose name may have its provider before it."""
    provider, _, model = str(event.model or "").rpartition("/")
    asked = event.messages
    said = [message_of(asked, role="user")] if isinstance(asked, str) else messages_of(list(asked or ()), role="user")
    return Work(
        name="llm",
        kind="llm",
        input=said,
        columns={"model_id": model or None, "provider": provider or None},
        attributes={
            f"gen_ai.request.{word}": getattr(event, word, None)
            for word in ("temperature", "top_p", "max_tokens", "seed", "stop_sequences")
        },
    )


def _asked(work: str, event: Any) -> Any:
    match work:
        case "task":
            return getattr(event.task, "description", None)
        case "agent_execution":
            return event.task_prompt
        case "lite_agent_execution":
            return event.messages
        case "tool_usage":
            return opened(event.tool_args)
        case "knowledge_query" | "memory_query":
            return getattr(event, "query", None)
    return getattr(event, "inputs", None)


def _answered(work: str, event: Any) -> Answered:
    """What came of a run."""
    if work != "llm_call":
        output = getattr(event, "output", getattr(event, "result", None))
        return Answered(output=getattr(output, "raw", output))
    response, usage = event.response, getattr(event, "usage", None)
    calls = response if isinstance(response, list) else ()
    said = message_of(
        {
            "role": "assistant",
            "content": response if isinstance(response, str) else None,
            "tool_calls": [getattr(call, "model_dump", lambda call=call: call)() for call in calls],
        }
    )
    reason = getattr(event, "finish_reason", None)
    counts = dict(usage) if isinstance(usage, Mapping) else {}
    return Answered(
        output=[said] if said is not None and said["parts"] else None,
        columns={
            "response_id": getattr(event, "response_id", None),
            "finish_reasons": [finish_reason(reason)] if isinstance(reason, str) else None,
            **tokens(counts),
        },
    )


def _emit(emit: Callable[..., Any]) -> Callable[..., Any]:
    """`emit` of the bus: it gives the event its ids, by which it is known here."""

    def emitting(self: Any, source: Any, event: Any) -> Any:
        result = emit(self, source, event)
        _seen(event)
        return result

    return emitting


def _aemit(emit: Callable[..., Any]) -> Callable[..., Any]:
    """The same for a coroutine function."""

    async def emitting(self: Any, source: Any, event: Any) -> Any:
        result = await emit(self, source, event)
        _seen(event)
        return result

    return emitting


def patches() -> Sequence[Change]:
    """What is traced."""
    return [
        Patch(owner=CrewAIEventsBus, name="emit", wrap=_emit),
        Patch(owner=CrewAIEventsBus, name="aemit", wrap=_aemit),
    ]
