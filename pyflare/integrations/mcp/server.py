"""The requests that a server answers, as part of the trace that a client has told it of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from opentelemetry.trace import SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.trace.status import StatusCode

from pyflare.integrations.call import AnySpan, Current, end
from pyflare.integrations.mcp.reading import answered, mark_failed, plain, work
from pyflare.integrations.runs import start
from pyflare.tracing.context import Context, attach, get_current, release, with_span
from pyflare.tracing.guard import guard
from pyflare.tracing.span import Span


def first(handle_request: Callable[..., Any]) -> Callable[..., Any]:
    """`_handle_request` of the library's first version: it hands the result to the message it has."""

    async def handle(self: Any, message: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        method = getattr(request, "method", "")
        span = _begin(method, getattr(request, "params", None), lambda: plain(message.request_meta))
        if span is None:
            return await handle_request(self, message, request, *args, **kwargs)
        respond = message.respond

        async def responding(response: Any) -> None:
            _settle(span, method, getattr(response, "root", response))
            await respond(response)

        message.respond = responding
        with Current(span):
            await handle_request(self, message, request, *args, **kwargs)
        span.succeed(None, False)  # one that was cancelled has had no response
        return None

    return handle


def second(middleware: Callable[..., Any]) -> Callable[..., Any]:
    """The library's own outermost middleware, of its second version, inside of a span."""

    async def handle(self: Any, ctx: Any, call_next: Any) -> Any:
        span = _begin(ctx.method, ctx.params, lambda: ctx.meta)
        if span is None:
            return await middleware(self, ctx, call_next)

        async def within(inner: Any) -> Any:
            token = attach(with_span(get_current(), span))  # the middleware has made something else current
            try:
                return await call_next(inner)
            finally:
                release(token)

        with Current(span):
            result = await middleware(self, ctx, within)
        _settle(span, ctx.method, result)
        return result

    return handle


def _begin(method: str, params: Any, meta: Callable[[], Any]) -> AnySpan | None:
    span = start(lambda: work(method, params), lambda: _context(meta()))
    if isinstance(span, Span):
        span.details.span_kind = SpanKind.SERVER.value
    return span


def _context(meta: Any) -> Context:
    """The context of the trace that a request's `_meta` names; the current one where it names none."""
    headers = {str(name).lower(): value for name, value in meta.items()} if isinstance(meta, Mapping) else {}
    return TraceContextTextMapPropagator().extract(headers, get_current())


def _settle(span: AnySpan, method: str, result: Any) -> None:
    """End a span with the result, or with the error that is sent instead of one. Never raises."""
    try:
        if hasattr(result, "code") and hasattr(result, "message"):
            span.set_attribute("error.type", str(result.code))
            span.set_status(StatusCode.ERROR, result.message)
        else:
            mark_failed(span, result)
    except Exception as error:
        guard.fault("read a result", error)
    end(span, lambda: answered(method, result))
