"""dspy: a callback among those of the settings, whatever the program configures or puts into a context."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import dspy
from dspy.utils.callback import ACTIVE_CALL_ID, BaseCallback

from pyflare.dialects.messages import message_of, messages_of
from pyflare.dialects.words import PROVIDERS
from pyflare.integrations.call import Answered
from pyflare.integrations.openai_protocol.usage import tokens
from pyflare.integrations.patch import Change, Patch
from pyflare.integrations.runs import Runs, Work
from pyflare.tracing.context import attach, get_current, release, with_span

RUNS: Final = Runs()
_AGENTS: Final = ("ReAct", "CodeAct", "Avatar", "RLM")
_LOOKED_AT: Final = 20
"""Entries of a model's history among which that of a call is looked for; other threads may have added some since."""


class _Callback(BaseCallback):
    """Begins and ends a span with each call, in the thread and task that makes it."""

    def __init__(self) -> None:
        self._tokens: dict[str, Any] = {}
        self._models: dict[str, tuple[Any, Mapping[str, Any]]] = {}

    def on_module_start(self, call_id: str, instance: Any, inputs: dict[str, Any]) -> None:
        """A module."""
        self._begin(call_id, lambda: _module(instance, inputs))

    def on_module_end(self, call_id: str, outputs: Any, exception: BaseException | None = None) -> None:
        """It is over."""
        self._end(call_id, exception, lambda: Answered(output=_plain(outputs)))

    def on_lm_start(self, call_id: str, instance: Any, inputs: dict[str, Any]) -> None:
        """A model."""
        self._models[call_id] = instance, inputs
        self._begin(call_id, lambda: _model(instance, inputs))

    def on_lm_end(self, call_id: str, outputs: Any, exception: BaseException | None = None) -> None:
        """It has answered."""
        instance, inputs = self._models.pop(call_id, (None, {}))
        self._end(call_id, exception, lambda: _said(outputs, _entry(instance, inputs)))

    def on_tool_start(self, call_id: str, instance: Any, inputs: dict[str, Any]) -> None:
        """A tool."""
        self._begin(call_id, lambda: _tool(instance, inputs))

    def on_tool_end(self, call_id: str, outputs: Any, exception: BaseException | None = None) -> None:
        """It has answered."""
        self._end(call_id, exception, lambda: Answered(output=_plain(outputs)))

    def on_evaluate_start(self, call_id: str, instance: Any, inputs: dict[str, Any]) -> None:  # noqa: ARG002
        """An evaluation of a program: its examples are asked one by one."""
        self._begin(call_id, lambda: Work(name=type(instance).__name__, kind="evaluator"))

    def on_evaluate_end(self, call_id: str, outputs: Any, exception: BaseException | None = None) -> None:
        """It is over: its score."""
        self._end(call_id, exception, lambda: Answered(output=getattr(outputs, "score", None)))

    def _begin(self, call_id: str, read: Callable[[], Work]) -> None:
        span = RUNS.begin(call_id, ACTIVE_CALL_ID.get(), read)
        if span is not None:
            self._tokens[call_id] = attach(with_span(get_current(), span))

    def _end(self, call_id: str, error: BaseException | None, read: Callable[[], Answered]) -> None:
        token = self._tokens.pop(call_id, None)
        if token is not None:
            release(token)
        if error is None:
            RUNS.end(call_id, read)
        else:
            RUNS.fail(call_id, error)


def _module(instance: Any, inputs: Mapping[str, Any]) -> Work:
    name = type(instance).__name__
    kind = "retriever" if isinstance(instance, dspy.Retrieve) else "agent" if name in _AGENTS else "chain"
    return Work(name=name, kind=kind, input=_asked(inputs), columns={"agent_name": name if kind == "agent" else None})


def _tool(instance: Any, inputs: Mapping[str, Any]) -> Work:
    return Work(name=instance.name, kind="tool", input=_asked(inputs), columns={"tool_name": instance.name})


def _model(instance: Any, inputs: Mapping[str, Any]) -> Work:
    """A call of a model, whose name has its provider before it."""
    provider, _, model = str(getattr(instance, "model", "")).rpartition("/")
    messages = inputs.get("messages")
    said = messages_of(messages, role="user") if messages else [message_of(inputs.get("prompt"), role="user")]
    options = {**(getattr(instance, "kwargs", None) or {}), **(inputs.get("kwargs") or {})}
    return Work(
        name=type(instance).__name__,
        kind="llm",
        input=said,
        columns={"model_id": model or None, "provider": PROVIDERS.get(provider, provider) or None},
        attributes={
            "gen_ai.request.temperature": options.get("temperature"),
            "gen_ai.request.max_tokens": options.get("max_tokens"),
        },
    )


def _asked(inputs: Mapping[str, Any]) -> Any:
    """A call's arguments: those by name, or else those by position."""
    args, kwargs = inputs.get("args") or (), inputs.get("kwargs") or {}
    rest = {name: value for name, value in inputs.items() if name not in ("args", "kwargs")}
    found = {**rest, **kwargs, **({"args": list(args)} if args else {})}
    return _plain(found)


def _entry(instance: Any, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a model has noted of a call in its history; nothing where it keeps none."""
    history = getattr(instance, "history", None) or ()
    for entry in islice(reversed(history), _LOOKED_AT):
        asked = entry.get("messages") if inputs.get("messages") else entry.get("prompt")
        if asked == (inputs.get("messages") or inputs.get("prompt")):
            found: Mapping[str, Any] = entry
            return found
    return {}


def _said(outputs: Any, entry: Mapping[str, Any]) -> Answered:
    """A model's answers, which are texts, or texts with what else came."""
    said = []
    for output in outputs if isinstance(outputs, list) else ():
        body = {"text": output} if isinstance(output, str) else output if isinstance(output, Mapping) else {}
        calls = [getattr(made, "model_dump", lambda made=made: made)() for made in body.get("tool_calls") or ()]
        message = message_of({"role": "assistant", "content": body.get("text"), "tool_calls": calls})
        if message is not None:
            said.append(message)
    usage = entry.get("usage")
    return Answered(
        output=said or None,
        columns={
            "model_version": entry.get("response_model"),
            **(tokens(_plain(dict(usage))) if usage else {}),
        },
    )


def _plain(value: Any) -> Any:
    """Examples and predictions by their fields, models by theirs; all else as it is."""
    for name in ("toDict", "model_dump"):
        method = getattr(type(value), name, None)
        if callable(method):
            return method(value)
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return value


def _with_ours(get: Callable[..., Any]) -> Callable[..., Any]:
    """`get` of the settings, whose callbacks have ours among them."""
    ours = _Callback()

    def reading(self: Any, key: Any, default: Any = None) -> Any:
        found = get(self, key, default)
        if key != "callbacks":
            return found
        known = list(found or ())
        return known if ours in known else [*known, ours]

    return reading


def patches() -> Sequence[Change]:
    """What is traced."""
    return [Patch(owner=type(dspy.settings), name="get", wrap=_with_ours)]
