"""The requests of a session, and the current trace in their `_meta`, as MCP wants it told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from opentelemetry.trace import SpanKind

from pyflare.integrations.call import Current, end
from pyflare.integrations.mcp.reading import answered, mark_failed, work
from pyflare.integrations.runs import start
from pyflare.tracing.guard import guard
from pyflare.tracing.propagation import inject
from pyflare.tracing.span import Span


def traced(send_request: Callable[..., Any]) -> Callable[..., Any]:
    """`send_request` of a session, with a span for each request."""

    async def send(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        asked = getattr(request, "root", request)  # the first version has it in an envelope
        span = start(lambda: work(asked.method, asked.params))
        if span is None:
            return await send_request(self, request, *args, **kwargs)
        if isinstance(span, Span):
            span.details.span_kind = SpanKind.CLIENT.value
        with Current(span):
            result = await send_request(self, _telling(request), *args, **kwargs)
        try:
            mark_failed(span, result)
        except Exception as error:
            guard.fault("read a result", error)
        end(span, lambda: answered(asked.method, result))
        return result

    return send


def _telling(request: Any) -> Any:
    """The request with the current trace in its `_meta`; as it is where that cannot be. Never raises."""
    try:
        asked = getattr(request, "root", request)
        headers: dict[str, str] = {}
        inject(headers)
        if asked.params is None or not headers:
            return request
        params = asked.params.model_copy(update={"meta": _meta(asked.params, headers)})
        told = asked.model_copy(update={"params": params})
        return told if asked is request else type(request)(told)
    except Exception as error:
        guard.fault("tell a server the trace", error)
        return request


def _meta(params: Any, headers: dict[str, str]) -> Any:
    """The `_meta` of a request, a model or a mapping, with the headers besides what it has."""
    meta = params.meta
    kind = getattr(type(params), "Meta", None)
    if kind is None:
        return {**(meta or {}), **headers}
    return kind(**({} if meta is None else meta.model_dump(by_alias=True, exclude_none=True)), **headers)
