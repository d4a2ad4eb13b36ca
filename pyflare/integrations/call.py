"""One call of a model as a span: what was asked, what came back, and a stream in between.

An integration reads its library's requests and responses into `Asked` and
`Answered`; what is here begins and ends the span. A fault in an integration is
caught by the guard: the call goes on as if it were not traced.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from pyflare.semconv import OPERATION_NAME
from pyflare.tracing import state
from pyflare.tracing.context import release
from pyflare.tracing.guard import guard
from pyflare.tracing.span import Span
from pyflare.tracing.spans import span as begin_span
from pyflare.tracing.unsampled import UnsampledSpan

_CLIENT: Final = 2
"""The span kind of a call to another service."""

PAID_KINDS: Final = frozenset({"llm", "embedding", "reranker"})
"""What budgets are for: requests of web applications, tasks and tools pass through here too."""
LOCAL: Final = frozenset({"transformers", "sentence_transformers"})
"""Libraries whose models run in the program itself: nobody charges for them."""

AnySpan = Span | UnsampledSpan


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came back."""

    output: Any = None
    """None where there is nothing to keep."""
    columns: dict[str, Any] = field(default_factory=dict)
    """Columns of `spans`, such as `input_tokens`; those that are None are left alone."""
    attributes: dict[str, Any] = field(default_factory=dict)


class Chunks(Protocol):
    """Puts a stream together, chunk by chunk."""

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
        return None
    try:
        asked = read()
        if asked is None:
            return None
        span = begin_span(
            f"{asked.operation} {asked.model}" if asked.model else asked.operation,
            kind=asked.kind,
            input=asked.input if runtime.capture_input else None,
            attributes={OPERATION_NAME: asked.operation, **asked.attributes},
            model=asked.model,
            provider=asked.provider,
        )
        if isinstance(span, Span):
            span.details.span_kind = _CLIENT
        if runtime.budgets is not None and asked.kind in PAID_KINDS and asked.provider not in LOCAL:
            most = asked.attributes.get("gen_ai.request.max_tokens")
            runtime.budgets.ask(span, model=asked.model, provider=asked.provider, asked=asked.input, most=most)
    except Exception as error:
        guard.fault("trace a call", error)
        return None
    return span


class Current:
    """Makes a span current inside the block; an exception ends it, anything else leaves it open.

    Raises:
        BudgetExceededError: Before the block, where a budget that stops calls is used up.
    """

    def __init__(self, span: AnySpan) -> None:
        self._span = span

    def __enter__(self) -> None:
        if self._span.permit is not None:
            from pyflare.tracing.budgets import admit

            admit(self._span)
        self._span.__enter__()

    def __exit__(self, kind: object, error: BaseException | None, stack: object) -> None:
        token, self._span.token = self._span.token, None
        if token is not None:
            release(token)
        if error is not None:
            self._span.fail(error)


def end(span: AnySpan, read: Callable[[], Answered]) -> None:
    """End a span with what came back. Never raises."""
    try:
        note(span, read())
    except Exception as error:
        guard.fault("read an answer", error)
    span.succeed(None, False)


def note(span: AnySpan, answered: Answered) -> None:
    """Keep what came back."""
    if isinstance(span, Span) and not span.ended:
        columns = {name: value for name, value in answered.columns.items() if value is not None}
        span.fields = {**(span.fields or {}), **columns}
    elif span.permit is not None:
        span.permit.columns = {**span.permit.columns, **answered.columns}
    for name, value in answered.attributes.items():
        if value is not None:
            span.set_attribute(name, value)
    runtime = state.runtime
    if answered.output is not None and runtime is not None and runtime.capture_output:
        span.set_output(answered.output)
