"""The span that keeps nothing: outside of a trace, before `init`, or where a sampler said no."""

from __future__ import annotations

from contextvars import Token
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from opentelemetry import trace as otel

from pyflare.tracing.context import Context, attach, get_current, release, with_span
from pyflare.tracing.guard import guard

if TYPE_CHECKING:
    from pyflare.budgets import Permit


class UnsampledSpan(otel.NonRecordingSpan):
    """Takes every call that a `Span` takes and keeps nothing."""

    def __init__(self, context: otel.SpanContext) -> None:
        super().__init__(context)
        self.token: Token[Context] | None = None
        self.permit: Permit | None = None
        """What a call of a model counts in, where there are budgets: it costs the same without being recorded."""
        self.scope: dict[str, Any] | None = None
        """User, session and the like, where there are budgets."""
        self.start_unix_ns = 0
        """Where there are budgets."""

    @property
    def trace_id(self) -> str:
        """The trace's id as 32 hex digits."""
        return f"{self.get_span_context().trace_id:032x}"

    @property
    def span_id(self) -> str:
        """The span's id as 16 hex digits."""
        return f"{self.get_span_context().span_id:016x}"

    def update(self, **values: Any) -> None:
        """Keep nothing."""

    def set_input(self, value: object) -> None:
        """Keep nothing."""

    def set_output(self, value: object) -> None:
        """Keep nothing."""

    def set_output_json(self, data: bytes) -> None:
        """Keep nothing."""

    def mark_first_chunk(self) -> None:
        """Keep nothing."""

    def succeed(self, output: object = None, capture: bool | None = None) -> None:
        """Keep nothing, but what a call has cost."""
        self._settle(failed=False)

    def fail(self, error: BaseException) -> None:
        """Keep nothing, but what a call has cost."""
        self._settle(failed=True)

    def _settle(self, *, failed: bool) -> None:
        if self.permit is not None:
            try:
                self.permit.settle({}, failed=failed, counted=False)
            except Exception as error:
                guard.fault("charge a budget", error)

    def __enter__(self) -> UnsampledSpan:
        if self.token is None and self.get_span_context().is_valid:
            self.token = attach(with_span(get_current(), self))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None
    ) -> None:
        if self.token is not None:
            release(self.token)
            self.token = None

    async def __aenter__(self) -> UnsampledSpan:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, stack)


NO_SPAN: Final = UnsampledSpan(otel.INVALID_SPAN_CONTEXT)
"""Stands in where there is no span at all."""
