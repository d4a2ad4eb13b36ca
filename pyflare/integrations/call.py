"""One call of a model as a span: what was asked, what came back, and a stream in between.

An integration reads its library's requests and responses into `Asked` and
`Answered`; what is here begins and ends the span. A fault in an integration is
caught by the guard: the call goes on as if it were not traced.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from pyflare.semconv import OPERATION_NAME
from pyflare.tracing import state
from pyflare.tracing.attributes import keep_attributes
from pyflare.tracing.context import get_current_fast, release
from pyflare.tracing.fields import text_of
from pyflare.tracing.guard import guard
from pyflare.tracing.reminder import remind_of_call
from pyflare.tracing.span import Span
from pyflare.tracing.start import start_span
from pyflare.tracing.unsampled import UnsampledSpan

if TYPE_CHECKING:
    from pyflare.tracing.runtime import Runtime

_CLIENT: Final = 2
"""The span kind of a call to another service."""

PAID_KINDS: Final = frozenset({"llm", "embedding", "reranker"})
"""What budgets are for: requests of web applications, tasks and tools pass through here too."""
LOCAL: Final = frozenset({"transformers", "sentence_transformers"})
"""Libraries whose models run in the program itself: nobody charges for them."""

AnySpan = Span | UnsampledSpan


@dataclass(slots=True, kw_only=True)  # frozen ones take three times as long to make, and it is the program that waits
class Asked:
    """What a request asks for."""

    operation: str
    """In OpenTelemetry's words: chat, text_completion, embeddings, ….: the first half of the span's name."""
    kind: str
    """`inference_type`."""
    provider: str
    model: str | None
    input: Any
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Answered:
    """What came back."""

    output: Any = None
    """None where there is nothing to keep."""
    columns: dict[str, Any] = field(default_factory=dict)
    """Columns of `spans`, such as `input_tokens`; those that are None are left alone."""
    attributes: dict[str, Any] = field(default_factory=dict)


class Chunks(Protocol):
    """Puts a stream together, chunk by chunk.

    One that has `most_kept` is given its chunks up to so many at a time, when they have gone by:
    each takes several times as long between the client's own work. Else each is given at once.
    """

    def add(self, chunk: Any) -> None:
        """Take note of a chunk."""
        ...

    def answered(self) -> Answered:
        """What has come so far."""
        ...


def begin(read: Callable[[], Asked | None]) -> AnySpan | None:
    """A span for a request, not current yet; None where it is not to be traced. Never raises."""
    runtime = state.runtime
    if runtime is None:
        remind_of_call()
        return None
    try:
        asked = read()
        return None if asked is None else begun(runtime, asked)
    except Exception as error:
        runtime.losses.add("internal_fault")
        guard.fault("trace a call", error)
        return None


def begun(runtime: Runtime, asked: Asked) -> AnySpan:
    """A span for what is asked, not current yet."""
    operation, model, provider = asked.operation, asked.model, asked.provider
    fields: dict[str, Any] = {}
    if model is not None:
        fields["model_id"] = text_of(model)
    if provider is not None:
        fields["provider"] = provider
    data = None
    if asked.input is not None and runtime.capture_input:
        data, reference = runtime.content.value(asked.input)
        if reference is not None:
            fields["input_ref"] = reference
    attributes = {OPERATION_NAME: operation, **asked.attributes}
    name = f"{operation} {model}" if model else operation
    span = start_span(runtime, get_current_fast(), name, asked.kind, data, fields or None, attributes=attributes)
    if type(span) is Span:
        span.details.span_kind = _CLIENT
        keep_attributes(span.details.attributes, attributes.items(), runtime)
    if runtime.budgets is not None and asked.kind in PAID_KINDS and provider not in LOCAL:
        most = attributes.get("gen_ai.request.max_tokens")
        runtime.budgets.ask(span, model=model, provider=provider, asked=asked.input, most=most)
    return span


class Current:
    """Makes a span current inside the block; an exception ends it, anything else leaves it open.

    Raises:
        BudgetExceededError: Before the block, where a budget that stops calls is used up.
    """

    __slots__ = ("_span",)

    def __init__(self, span: AnySpan) -> None:
        self._span = span

    def __enter__(self) -> None:
        span = self._span
        if span.permit is not None:
            from pyflare.tracing.budgets import admit

            admit(span)
        span.__enter__()

    def __exit__(self, kind: object, error: BaseException | None, stack: object) -> None:
        span = self._span
        token, span.token = span.token, None
        if token is not None:
            release(token)
        if error is not None:
            span.fail(error)


def end(span: AnySpan, read: Callable[[], Answered]) -> None:
    """End a span with what came back. Never raises."""
    try:
        note(span, read())
    except Exception as error:
        guard.fault("read an answer", error)
    span.succeed(None, False)


def note(span: AnySpan, answered: Answered) -> None:
    """Keep what came back."""
    if type(span) is Span:
        if not span.ended:
            _keep(span, answered)
    elif span.permit is not None:
        span.permit.columns = {**span.permit.columns, **answered.columns}


def _keep(span: Span, answered: Answered) -> None:
    """Keep what came back on a span that records."""
    runtime = span.runtime
    columns = {name: value for name, value in answered.columns.items() if value is not None}
    span.fields = {**(span.fields or {}), **columns}
    attributes = {name: value for name, value in answered.attributes.items() if value is not None}
    if attributes:
        keep_attributes(span.details.attributes, attributes.items(), runtime)
    if answered.output is not None and runtime.capture_output:
        span.set_output(answered.output)
