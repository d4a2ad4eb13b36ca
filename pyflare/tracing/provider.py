"""An OpenTelemetry tracer provider whose spans are PyFlare's: for libraries that take one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from opentelemetry import trace as otel
from opentelemetry.context import Context, get_current
from opentelemetry.util.types import Attributes

from pyflare.tracing import state
from pyflare.tracing.guard import guard
from pyflare.tracing.span import Span
from pyflare.tracing.start import start_span
from pyflare.tracing.unsampled import NO_SPAN


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
            return NO_SPAN
        try:
            parent = get_current() if context is None else context
            span = start_span(runtime, parent, name, None, None, None, attributes=attributes)
            if isinstance(span, Span):
                self._describe(span, kind, attributes, links, start_time)
            return span
        except Exception as error:
            runtime.losses.add("internal_fault")
            guard.fault(f"begin a span of {self._scope_name}", error)
            return NO_SPAN

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
        if start_time is not None:
            span.backdate(start_time)

    @contextmanager
    def start_as_current_span(  # type: ignore[override]  # the API's decorator adds a type of its own
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
        with otel.use_span(
            span,
            end_on_exit=end_on_exit,
            record_exception=record_exception,
            set_status_on_exception=set_status_on_exception,
        ):
            yield span


def tracer_provider() -> PyFlareTracerProvider:
    """PyFlare as an OpenTelemetry tracer provider, to hand to an instrumentation.

    Examples:
        >>> import pyflare
        >>> tracer = pyflare.tracer_provider().get_tracer("my.library", "1.0")
        >>> with tracer.start_as_current_span("step"):
        ...     pass
    """
    return PyFlareTracerProvider()
