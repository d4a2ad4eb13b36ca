"""llama-index: handlers of its own dispatcher, for the calls that it decorates and for what streams say.

A streamed answer's request goes out when the program asks for the first piece:
the methods of models that stream are followed too, so that it hangs below its call.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Mapping, Sequence
from inspect import isasyncgen, isgenerator
from typing import Any, Final

from llama_index.core.base.llms.base import BaseLLM
from llama_index.core.instrumentation import get_dispatcher
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from llama_index.core.instrumentation.events.exception import ExceptionEvent
from llama_index.core.instrumentation.events.llm import (
    LLMChatEndEvent,
    LLMChatInProgressEvent,
    LLMCompletionEndEvent,
    LLMCompletionInProgressEvent,
)
from llama_index.core.instrumentation.span_handlers import BaseSpanHandler
from llama_index.core.workflow import Workflow

from pyflare.integrations.call import Answered, AnySpan
from pyflare.integrations.family import FamilyPatch
from pyflare.integrations.llama_index.reading import answered, kind_of, work
from pyflare.integrations.patch import Change
from pyflare.integrations.runs import Runs
from pyflare.integrations.steps import async_stepwise, stepwise
from pyflare.tracing.context import attach, get_current, release, with_span
from pyflare.tracing.guard import guard

RUNS: Final = Runs()
_current: Final[dict[str, Any]] = {}
"""What is to be undone when a call is over, by its id."""
_streams: Final[set[str]] = set()
"""Calls whose answer is still coming."""
_spans: Final[weakref.WeakKeyDictionary[Any, AnySpan]] = weakref.WeakKeyDictionary()
"""The span of a stream that has not been handed to the program yet."""


def _leave(id_: str) -> None:
    token = _current.pop(id_, None)
    if token is not None:
        release(token)


def _name(id_: str) -> str:
    """Class and method: what stands before the five groups of digits that make an id unique."""
    return id_.rsplit("-", 5)[0]


class _Spans(BaseSpanHandler[Any]):
    """Begins and ends a span with each call that is decorated, in the thread and task that makes it."""

    def span_enter(
        self, id_: str, bound_args: Any, instance: Any = None, parent_id: str | None = None, *_: Any, **__: Any
    ) -> None:
        """A call begins. What only its class sees is no work of its own."""
        name = _name(id_)
        if instance is not None:  # older versions name the class that defines the method
            name = f"{type(instance).__name__}.{name.rpartition('.')[2]}"
        if name.rpartition(".")[2].startswith("_"):
            RUNS.hide(id_, parent_id)
            return
        arguments: Mapping[str, Any] = getattr(bound_args, "arguments", {})
        span = RUNS.begin(id_, parent_id, lambda: work(name, instance, arguments))
        if span is not None and not (isinstance(instance, Workflow) and name.endswith(".run")):  # that one returns
            _current[id_] = attach(with_span(get_current(), span))

    def span_exit(self, id_: str, bound_args: Any, instance: Any = None, result: Any = None, **_: Any) -> None:
        """A call is over, or its stream begins."""
        del bound_args
        _leave(id_)
        kind, span = kind_of(instance, _name(id_).rpartition(".")[2]), RUNS.get(id_)
        if kind == "llm" and span is not None and (isgenerator(result) or isasyncgen(result)):
            _streams.add(id_)
            _spans[result] = span
            weakref.finalize(result, _abandon, id_)
            return
        RUNS.end(id_, lambda: answered(kind, result))

    def span_drop(self, id_: str, bound_args: Any, instance: Any = None, err: Any = None, **_: Any) -> None:
        """A call was left by an exception."""
        del bound_args, instance
        _leave(id_)
        if isinstance(err, BaseException):
            RUNS.fail(id_, err)
        else:
            RUNS.end(id_)

    def new_span(self, *_: Any, **__: Any) -> None:
        """Not asked for: the calls above are all there is to a span."""

    def prepare_to_exit_span(self, *_: Any, **__: Any) -> None:
        """The same."""

    def prepare_to_drop_span(self, *_: Any, **__: Any) -> None:
        """The same."""


class _Events(BaseEventHandler):
    """Follows streams: their pieces, their ends, and where they break off."""

    def handle(self, event: Any, **_: Any) -> None:
        """Take note of an event. Never raises."""
        id_ = getattr(event, "span_id", None)
        if id_ not in _streams:
            return
        try:
            match event:
                case LLMChatInProgressEvent() | LLMCompletionInProgressEvent():
                    span = RUNS.get(id_)
                    if span is not None:
                        span.mark_first_chunk()
                case LLMChatEndEvent() | LLMCompletionEndEvent():
                    _finish(id_, None, event.response)
                case ExceptionEvent():
                    _finish(id_, event.exception, None)
        except Exception as error:
            guard.fault("follow a stream", error)


def _finish(id_: str, error: BaseException | None, response: Any) -> None:
    """End the span of a stream."""
    _streams.discard(id_)
    if isinstance(error, GeneratorExit):
        span = RUNS.get(id_)
        if span is not None:
            span.set_attribute("pyflare.stream.closed_early", True)
        RUNS.end(id_)
    elif error is not None:
        RUNS.fail(id_, error)
    else:
        RUNS.end(id_, lambda: answered("llm", response) if response is not None else Answered())


def _abandon(id_: str) -> None:
    """The program has dropped a stream."""
    if id_ in _streams:
        _finish(id_, GeneratorExit(), None)


def _streaming(method: Any) -> Callable[..., Any]:
    """A model's method that gives a stream: its span is current for each step of that."""

    @functools.wraps(method)
    def asking(self: Any, *args: Any, **kwargs: Any) -> Any:
        stream = method.__get__(self, type(self))(*args, **kwargs)
        span = _spans.pop(stream, None) if isgenerator(stream) else None
        return stream if span is None else stepwise(stream, span)

    return asking


def _async_streaming(method: Any) -> Callable[..., Any]:
    """The same for a coroutine method."""

    @functools.wraps(method)
    async def asking(self: Any, *args: Any, **kwargs: Any) -> Any:
        stream = await method.__get__(self, type(self))(*args, **kwargs)
        span = _spans.pop(stream, None) if isasyncgen(stream) else None
        return stream if span is None else async_stepwise(stream, span)

    return asking


_STREAMING: Final = {
    "stream_chat": _streaming,
    "stream_complete": _streaming,
    "astream_chat": _async_streaming,
    "astream_complete": _async_streaming,
}


class _Registered:
    """The handlers, among those of the root dispatcher."""

    def __init__(self) -> None:
        self._spans, self._events = _Spans(), _Events()

    def apply(self) -> None:
        root = get_dispatcher()
        root.add_span_handler(self._spans)
        root.add_event_handler(self._events)

    def restore(self) -> None:
        root = get_dispatcher()
        root.span_handlers = [handler for handler in root.span_handlers if handler is not self._spans]
        root.event_handlers = [handler for handler in root.event_handlers if handler is not self._events]


def patches() -> Sequence[Change]:
    """What is traced."""
    return [_Registered(), FamilyPatch(root=BaseLLM, methods=_STREAMING)]
