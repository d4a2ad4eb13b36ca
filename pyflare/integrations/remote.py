"""Spans for work that another process asked for: they continue its trace, and never what happens to be current here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from pyflare.integrations.call import AnySpan
from pyflare.tracing.context import SPAN_KEY, Context, attach, get_current, release
from pyflare.tracing.span import Span
from pyflare.tracing.spans import span as begin_span

SERVER: Final = 1
"""The span kind of an answer to a request."""
CLIENT: Final = 2
PRODUCER: Final = 3
CONSUMER: Final = 4
"""The span kind of work that was taken from a queue."""

_PROPAGATOR: Final = TraceContextTextMapPropagator()


def begin_remote(
    name: str, carrier: Mapping[str, str], *, span_kind: int, attributes: Mapping[str, Any], kind: str | None = None
) -> AnySpan:
    """A span below the one that `carrier` names as `traceparent`, or the root of a trace; not current yet.

    What is current where a server or worker was started is no parent of the work it is sent.

    Args:
        name: The span's name.
        carrier: `traceparent` and `tracestate`, in lower case; others are passed over.
        span_kind: OpenTelemetry's, as a number.
        attributes: OpenTelemetry attributes.
        kind: `inference_type`.
    """
    here = get_current()
    parentless = Context({key: value for key, value in here.items() if key != SPAN_KEY})
    token = attach(_PROPAGATOR.extract(carrier, parentless))
    try:
        span = begin_span(name, kind=kind, attributes=attributes)
    finally:
        release(token)
    if isinstance(span, Span):
        span.details.span_kind = span_kind
    return span
