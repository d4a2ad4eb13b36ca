"""An OpenTelemetry tracer provider whose spans are PyFlare's: for libraries that take one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from opentelemetry import trace as otel
from opentelemetry.util._decorator import _agnosticcontextmanager
from opentelemetry.util.types import Attributes

from pyflare.tracing import state
from pyflare.tracing.attributes import unix_ns
from pyflare.tracing.context import Context, attach, get_current, release, with_span
from pyflare.tracing.failure import error_message, error_type
from pyflare.tracing.guard import guard
from pyflare.tracing.span import STATUS_OK, Span
from pyflare.tracing.start import start_span


class PyFlareTracerProvider(otel.TracerProvider):
    """Hands out tracers that record with whatever `pyflare.init` has set up, now or later."""

    def get_tracer(
        self,
        instrumenting_module_name: str,
        instrumenting_library_version: str | None = None,
        schema_url: str | None = None,
        attributes: Attributes = None,
    ) -> otel.Tracer:
        """A tracer for one instrumentation scope."""
        return PyFlareTracer(instrumenting_module_name, instrumenting_library_version)


class PyFlareTracer(otel.Tracer):
    """Begins spans for one instrumentation scope."""

    def __init__(self, scope_name: str, scope_version: str | None) -> None:
        self._scope_name = scope_name
        self._scope_version = scope_version

    def start_span(
        self,
        name: str,
        context: Context | None = None,
        kind: otel.SpanKind = otel.SpanKind.INTERNAL,
        attributes: Attributes = None,
        links: Sequence[otel.Link] | None = None,
        start_time: int | None = None,
        record_exception: bool = True,
        set_status_on_exception: bool = True,
    ) -> otel.Span:
        """Begin a span under `context`, the current one if left out; it is not made current."""
        runtime = state.runtime
        if runtime is None:
            return otel.NoOpTracer().start_span(name, context)
        try:
            parent = get_current() if context is None else context
            span = start_span(runtime, parent, name, None, None, None, attributes=attributes)
            if isinstance(span, Span):
                self._describe(span, kind, attributes, links, start_time)
            return span
        except Exception as error:
            runtime.losses.add("internal_fault")
            guard.fault(f"begin a span of {self._scope_name}", error)
            return otel.NoOpTracer().start_span(name, context)

    def _describe(
        self,
        span: Span,
        kind: otel.SpanKind,
        attributes: Attributes,
        links: Sequence[otel.Link] | None,
        start_time: int | None,
    ) -> None:
        details = span.details
        details.span_kind = kind.value
        details.scope_name = self._scope_name
        details.scope_version = self._scope_version
        if attributes:
            span.set_attributes(attributes)
        for link in links or ():
            span.add_link(link.context, link.attributes)
        start_unix_ns = unix_ns(start_time)
        if start_unix_ns is not None:
            span.backdate(start_unix_ns)

    @_agnosticcontextmanager  # works as a decorator of coroutine functions too, as the SDK's does
    def start_as_current_span(
        self,
        name: str,
        context: Context | None = None,
        kind: otel.SpanKind = otel.SpanKind.INTERNAL,
        attributes: Attributes = None,
        links: Sequence[otel.Link] | None = None,
        start_time: int | None = None,
        record_exception: bool = True,
        set_status_on_exception: bool = True,
        end_on_exit: bool = True,
    ) -> Iterator[otel.Span]:
        """Begin a span that is current inside the block."""
        span = self.start_span(name, context, kind, attributes, links, start_time)
        token = attach(with_span(get_current(), span) if isinstance(span, Span) else otel.set_span_in_context(span))
        try:
            yield span
        except Exception as error:  # as OpenTelemetry has it: what is no `Exception` is no failure
            if isinstance(span, Span) and not span.ended:
                _note_failure(span, error, record=record_exception, set_status=set_status_on_exception)
            raise
        finally:
            release(token)
            if end_on_exit:
                span.end()


def _note_failure(span: Span, error: Exception, *, record: bool, set_status: bool) -> None:
    """What OpenTelemetry's tracers note of an exception that has left the block."""
    if record:
        span.record_exception(error)
        span.root.details.has_passed(error, span.raw_span_id, span.raw_parent_span_id)
    if set_status and span.status_code != STATUS_OK:
        message = span.runtime.content.text(f"{type(error).__name__}: {error_message(error)}")
        span.mark_failed(message, error_type(error))


def tracer_provider() -> PyFlareTracerProvider:
    """PyFlare as an OpenTelemetry tracer provider, to hand to an instrumentation.

    Examples:
        >>> import pyflare
        >>> tracer = pyflare.tracer_provider().get_tracer("my.library", "1.0")
        >>> with tracer.start_as_current_span("step"):
        ...     pass
    """
    return PyFlareTracerProvider()
