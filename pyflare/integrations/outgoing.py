"""Requests that a program sends: the trace goes along with them, and each can be a span of its own.

Nothing is told, and no span begun, below a call that is a span already (a model
client's, say), nor where OpenTelemetry's context says that instrumentation is
suppressed, as exporters do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import Any, Final
from urllib.parse import urlsplit

from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY, get_value

from pyflare.integrations.call import AnySpan, Current
from pyflare.integrations.remote import CLIENT
from pyflare.tracing import state
from pyflare.tracing.guard import guard
from pyflare.tracing.propagation import inject
from pyflare.tracing.span import Span
from pyflare.tracing.spans import current_span
from pyflare.tracing.spans import span as begin_span

_ERROR: Final = 400


@contextmanager
def told(headers: MutableMapping[str, str], url: str) -> Iterator[None]:
    """While the request is on its way its headers name the current trace, if its host may know.

    Afterwards they are as they were: a client that is sent elsewhere copies the headers.
    """
    added = _tell(headers, url)
    try:
        yield
    finally:
        for name in added:
            headers.pop(name, None)


def _tell(headers: MutableMapping[str, str], url: str) -> tuple[str, ...]:
    runtime = state.runtime
    if runtime is None:
        return ()
    try:
        host = urlsplit(url).hostname or ""
        allowed = any(fnmatchcase(host, pattern.lower()) for pattern in runtime.settings.http_propagate_hosts)
        if not allowed or "traceparent" in headers or _suppressed() or _is_call(model=True):
            return ()
        carrier: dict[str, str] = {}
        inject(carrier)
        headers.update(carrier)
        return tuple(carrier)
    except Exception as error:
        guard.fault("tell a request's trace", error)
        return ()


def begin_request(method: str, url: str) -> AnySpan | None:
    """A span for a request, where the setting asks for one; not current yet. Never raises."""
    runtime = state.runtime
    if runtime is None or not runtime.settings.http_client_spans or _suppressed() or _is_call(model=False):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        attributes = {
            "http.request.method": method,
            "server.address": host,
            "url.full": f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}{parts.path}",
        }
        span = begin_span(f"{method} {host}", attributes=attributes)
        if isinstance(span, Span):
            span.details.span_kind = CLIENT
    except Exception as error:
        guard.fault("trace a request", error)
        return None
    return span


def end_request(span: AnySpan, status: int) -> None:
    """End a request's span with the status that came back; for a client 400 and above is an error. Never raises."""
    span.set_attribute("http.response.status_code", status)
    if status >= _ERROR and isinstance(span, Span) and not span.ended:
        span.mark_failed(None, str(status))
    span.succeed(None, False)


def _suppressed() -> bool:
    return bool(get_value(_SUPPRESS_INSTRUMENTATION_KEY))


def _is_call(*, model: bool) -> bool:
    """Whether the current span is a call to another service already: of a model, or of anything."""
    span = current_span()
    if not isinstance(span, Span) or span.details.span_kind != CLIENT:
        return False
    return span.inference_type is not None or not model


def send_under_span(send: Callable[..., Any]) -> Callable[..., Any]:
    """A client's `send(request, …)` under a span. Of a streamed response it ends with the headers."""

    def traced(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        span = begin_request(request.method, str(request.url))
        if span is None:
            return send(self, request, *args, **kwargs)
        with Current(span):
            response = send(self, request, *args, **kwargs)
        end_request(span, response.status_code)
        return response

    return traced


def send_under_span_async(send: Callable[..., Any]) -> Callable[..., Any]:
    """The same for a coroutine function."""

    async def traced(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        span = begin_request(request.method, str(request.url))
        if span is None:
            return await send(self, request, *args, **kwargs)
        with Current(span):
            response = await send(self, request, *args, **kwargs)
        end_request(span, response.status_code)
        return response

    return traced


def handle_told(handle: Callable[..., Any]) -> Callable[..., Any]:
    """A transport's `handle(request, …)`, which puts one request on the wire, with the trace told."""

    def traced(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        with told(request.headers, str(request.url)):
            return handle(self, request, *args, **kwargs)

    return traced


def handle_told_async(handle: Callable[..., Any]) -> Callable[..., Any]:
    """The same for a coroutine function."""

    async def traced(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        with told(request.headers, str(request.url)):
            return await handle(self, request, *args, **kwargs)

    return traced
