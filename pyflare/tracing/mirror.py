"""The app's own OpenTelemetry SDK beside PyFlare: its spans are kept too, and ours go through it.

Each PyFlare span gets a twin made by the SDK's own tracer: the SDK's sampler decides,
both carry its identifiers, and its processors and exporters see the twin. Spans that
other code makes with the provider reach the journal through a span processor.
Nobody pays for this who did not ask for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from opentelemetry import trace as otel
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.trace.status import Status, StatusCode

from pyflare._version import __version__
from pyflare.errors import ConfigError
from pyflare.schema.records import SPAN_END_TAG, encode_record
from pyflare.tracing.attributes import clean_attributes
from pyflare.tracing.conventions import otel_attributes
from pyflare.tracing.guard import guard

if TYPE_CHECKING:
    from pyflare.tracing.details import Details
    from pyflare.tracing.runtime import Runtime
    from pyflare.tracing.span import Span

SCOPE_NAME: Final = "pyflare"
"""The instrumentation scope of PyFlare's own spans in the SDK."""
_STATUS: Final = {1: Status(StatusCode.OK), 2: Status(StatusCode.ERROR)}


class Mirror:
    """One SDK tracer provider that PyFlare's spans go through as well."""

    def __init__(
        self, runtime: Runtime, *, provider: Any = None, processors: Iterable[Any] = (), sampler: Any = None
    ) -> None:
        self._owns_provider = provider is None
        if provider is None:
            resource = Resource.create(runtime.resource)
            provider = TracerProvider(resource=resource, sampler=sampler, shutdown_on_exit=False)
        elif sampler is not None:
            raise ConfigError("expected either tracer_provider or sampler, got both: a provider brings its own sampler")
        if not hasattr(provider, "add_span_processor"):
            raise ConfigError(
                f"expected tracer_provider to be an opentelemetry.sdk TracerProvider, got {type(provider).__name__}; "
                "set up the SDK before pyflare.init, or pass span_processors instead"
            )
        for processor in processors:
            provider.add_span_processor(processor)
        self._processor = JournalProcessor(runtime)
        provider.add_span_processor(self._processor)
        self._provider = provider
        self._tracer = provider.get_tracer(SCOPE_NAME, __version__)

    def start(self, name: str, context: Context, attributes: dict[str, Any]) -> otel.Span:
        """The twin of a span that is about to begin under `context`."""
        twin: otel.Span = self._tracer.start_span(name, context, attributes=attributes)
        return twin

    def end(self, span: Span, details: Details, duration_ns: int) -> None:
        """Tell the twin all that its span has become, and end it."""
        twin = details.twin
        if twin is None:
            return
        twin.update_name(span.name)
        twin.set_attributes(
            otel_attributes(
                inference_type=span.inference_type,
                scope=span.scope,
                fields=span.fields,
                input=span.input,
                output=span.output,
                attributes=details.attributes,
            )
        )
        for at_unix_ns, name, attributes in details.events:
            twin.add_event(name, attributes, at_unix_ns)
        for link in details.otel_links():
            twin.add_link(link.context, link.attributes)
        if span.status_code in _STATUS:
            status = _STATUS[span.status_code]
            twin.set_status(Status(status.status_code, details.status_message) if span.status_code == 2 else status)
        twin.end(span.start_unix_ns + duration_ns)

    def close(self) -> None:
        """Stop keeping the provider's spans; flush and end the provider if it was made for this."""
        self._processor.active = False
        if self._owns_provider:
            self._provider.shutdown()


class JournalProcessor(SpanProcessor):
    """Keeps the spans of an SDK provider that are not PyFlare's own."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.active = True

    def on_end(self, span: ReadableSpan) -> None:
        """Write an ended span to the journal. Never raises."""
        scope = span.instrumentation_scope
        if not self.active or (scope is not None and scope.name == SCOPE_NAME):
            return
        runtime = self._runtime
        try:
            runtime.write(encode_record(_record_of(span, runtime)))
        except Exception as error:
            runtime.losses.add("internal_fault")
            guard.fault("keep a span of the app's own provider", error)


def _record_of(span: ReadableSpan, runtime: Runtime) -> tuple[Any, ...]:
    """An SDK span as the journal keeps it; its attributes fill the columns when it is decoded."""
    context = span.get_span_context()
    if context is None:
        raise ValueError("an ended span has no context")
    start_unix_ns = span.start_time or 0
    redactor = runtime.content.redactor

    def clean(attributes: Any) -> dict[str, Any] | None:
        cleaned = clean_attributes(attributes, runtime)
        return redactor.redact_attributes(cleaned) if cleaned and redactor is not None else cleaned

    return (
        SPAN_END_TAG,
        context.trace_id.to_bytes(16, "big"),
        context.span_id.to_bytes(8, "big"),
        span.parent.span_id.to_bytes(8, "big") if span.parent is not None else None,
        span.name,
        None,
        start_unix_ns,
        None,
        runtime.scope,
        None,
        max((span.end_time or start_unix_ns) - start_unix_ns, 0),
        None,
        span.status.status_code.value,
        runtime.content.text(span.status.description) if span.status.description else None,
        clean(span.attributes),
        [(event.timestamp, event.name, clean(event.attributes)) for event in span.events] or None,
        [_link_of(link, clean(link.attributes)) for link in span.links] or None,
        span.kind.value,
        span.instrumentation_scope.name if span.instrumentation_scope is not None else None,
        span.instrumentation_scope.version if span.instrumentation_scope is not None else None,
        context.trace_state.to_header() or None,
    )


def _link_of(link: otel.Link, attributes: dict[str, Any] | None) -> tuple[Any, ...]:
    context = link.context
    state = context.trace_state.to_header() or None
    return context.trace_id.to_bytes(16, "big"), context.span_id.to_bytes(8, "big"), state, attributes
