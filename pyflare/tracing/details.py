"""What most spans leave empty, kept apart so that a span without it costs less."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from opentelemetry import trace as otel

from pyflare.tracing.failure import Origin, origin_of

_PASSING_ERRORS: Final = 256
"""How many spans of one trace may have failed children that they caught, before they are forgotten."""


class Details:
    """What most spans leave empty."""

    __slots__ = (
        "attributes",
        "context",
        "duration_ns",
        "events",
        "links",
        "passing_errors",
        "scope_name",
        "scope_version",
        "span_kind",
        "status_message",
        "trace_failed",
        "trace_state",
        "twin",
    )

    def __init__(self) -> None:
        self.attributes: dict[str, Any] = {}
        self.events: list[tuple[int, str, dict[str, Any] | None]] = []
        self.links: list[tuple[bytes, bytes, str | None, dict[str, Any] | None]] = []
        self.status_message: str | None = None
        self.span_kind = 0
        self.scope_name: str | None = None
        self.scope_version: str | None = None
        self.trace_state: str | None = None
        self.twin: otel.Span | None = None
        """The span's double in the app's own SDK, where there is one."""
        self.context: otel.SpanContext | None = None
        self.duration_ns: int | None = None
        # Of a trace's first span in this process: what all of them share.
        self.trace_failed = False
        self.passing_errors: dict[bytes, Origin] = {}
        """The exception that a child span was left by, by the id of the span that it has come to."""

    def fields(self) -> tuple[Any, ...]:
        """The fields of the span's record that most spans leave empty, in their order."""
        return (
            self.status_message,
            self.attributes or None,
            self.events or None,
            self.links or None,
            self.span_kind,
            self.scope_name,
            self.scope_version,
            self.trace_state,
        )

    def redact(self, redact: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Put all attributes through `redact`: the span's own, its events' and its links'."""
        self.attributes = redact(self.attributes)
        self.events = [(at, name, values and redact(values)) for at, name, values in self.events]
        self.links = [(trace, span, state, values and redact(values)) for trace, span, state, values in self.links]

    def has_passed(self, error: BaseException, span_id: bytes, parent_span_id: bytes | None) -> bool:
        """Whether a span right inside the one named was left by `error`; notes that it is now, for its parent."""
        passing = self.passing_errors
        origin = origin_of(error)
        known = passing.pop(span_id, None) == origin
        if parent_span_id is not None:
            if len(passing) >= _PASSING_ERRORS:
                passing.clear()
            passing[parent_span_id] = origin
        return known

    def otel_links(self) -> Iterator[otel.Link]:
        """The links as OpenTelemetry's own."""
        for trace_id, span_id, state, attributes in self.links:
            context = otel.SpanContext(
                int.from_bytes(trace_id, "big"),
                int.from_bytes(span_id, "big"),
                is_remote=True,
                trace_state=otel.TraceState.from_header([state]) if state else None,
            )
            yield otel.Link(context, attributes)
