"""The work of a framework as spans: each run has an id of the framework's own, and says which run it belongs to.

For frameworks that tell what they do by callbacks or events. A run's span hangs
below the span of the run it belongs to, or below a span that the program began
inside that; nothing here becomes current by itself. A fault is caught by the guard.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from pyflare.integrations.call import Answered, AnySpan, note
from pyflare.semconv import OPERATION_NAME, TYPE_OPERATIONS
from pyflare.tracing import state
from pyflare.tracing.context import SPAN_KEY, Context, attach, get_current, release, with_span
from pyflare.tracing.guard import guard
from pyflare.tracing.reminder import remind_of_call
from pyflare.tracing.span import Span
from pyflare.tracing.spans import span as begin_span


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a run does."""

    name: str
    kind: str | None
    """`inference_type`."""
    input: Any = None
    columns: dict[str, Any] = field(default_factory=dict)
    """Columns of `spans`, such as `model_id`; those that are None are left alone."""
    attributes: dict[str, Any] = field(default_factory=dict)
    """Those that are None are left out."""


class Runs:
    """The runs of one framework that are under way."""

    def __init__(self) -> None:
        self._spans: dict[Hashable, AnySpan] = {}
        self._hidden: dict[Hashable, AnySpan | None] = {}
        self._ours: set[bytes] = set()

    def get(self, key: Hashable) -> AnySpan | None:
        """The span of a run, or of the one that a hidden run belongs to; None where there is none."""
        return self._spans.get(key) or self._hidden.get(key)

    def hide(self, key: Hashable, parent_key: Hashable) -> None:
        """Make no span for a run: what belongs to it belongs to its parent."""
        self._hidden[key] = self.get(parent_key)

    def begin(self, key: Hashable, parent_key: Hashable, read: Callable[[], Work]) -> AnySpan | None:
        """Begin the span of a run. None before `pyflare.init`. Never raises."""
        span = start(read, lambda: self.context(self.get(parent_key)))
        if span is None:
            return None
        self._spans[key] = span
        if isinstance(span, Span):
            self._ours.add(span.raw_span_id)
        return span

    def context(self, parent: AnySpan | None) -> Context:
        """The current context, with `parent` as its span unless the program has begun one below that itself."""
        context = get_current()
        here = context.get(SPAN_KEY)
        if parent is None or here is parent or self._is_within(here, parent):
            return context
        return with_span(context, parent)

    def _is_within(self, here: object, parent: AnySpan) -> bool:
        """Whether a span is the program's own, and was begun inside of `parent`."""
        return (
            isinstance(here, Span)
            and isinstance(parent, Span)
            and not here.ended
            and here.raw_trace_id == parent.raw_trace_id
            and here.start_unix_ns >= parent.start_unix_ns
            and here.raw_span_id not in self._ours
        )

    def set_input(self, key: Hashable, read: Callable[[], Any]) -> None:
        """Keep an input that was not known when the run began. Never raises."""
        span, runtime = self._spans.get(key), state.runtime
        if span is None or runtime is None or not runtime.capture_input:
            return
        try:
            span.update(input=read())
        except Exception as error:
            guard.fault("read the input of a run", error)

    def end(self, key: Hashable, read: Callable[[], Answered] = Answered) -> None:
        """End the span of a run with what came of it. Never raises."""
        span = self._taken(key)
        if span is not None:
            _noted(span, read)
            span.succeed(None, False)

    def fail(self, key: Hashable, error: BaseException, read: Callable[[], Answered] = Answered) -> None:
        """End the span of a run with the exception it was left by, and what had come until then. Never raises."""
        span = self._taken(key)
        if span is not None:
            _noted(span, read)
            span.fail(error)

    def _taken(self, key: Hashable) -> AnySpan | None:
        """The span of a run that is over; None where it has none of its own."""
        self._hidden.pop(key, None)
        span = self._spans.pop(key, None)
        if isinstance(span, Span):
            self._ours.discard(span.raw_span_id)
        return span


def start(read: Callable[[], Work | None], context: Callable[[], Context] = get_current) -> AnySpan | None:
    """A span for some work, not current yet; None where it is not to be traced. Never raises."""
    runtime = state.runtime
    if runtime is None:
        remind_of_call()
        return None
    try:
        work = read()
        return None if work is None else _begin(work, context(), capture=runtime.capture_input)
    except Exception as error:
        guard.fault("trace a run", error)
        return None


def _begin(work: Work, context: Context, *, capture: bool) -> AnySpan:
    operation = TYPE_OPERATIONS.get(work.kind or "")
    attributes = {name: value for name, value in work.attributes.items() if value is not None}
    token = attach(context)
    try:
        span = begin_span(
            work.name,
            kind=work.kind,
            input=work.input if capture else None,
            attributes={OPERATION_NAME: operation, **attributes} if operation else attributes,
            model=work.columns.get("model_id"),
            provider=work.columns.get("provider"),
        )
    finally:
        release(token)
    note(span, Answered(columns=work.columns))
    return span


def _noted(span: AnySpan, read: Callable[[], Answered]) -> None:
    try:
        note(span, read())
    except Exception as error:
        guard.fault("read what came of a run", error)
