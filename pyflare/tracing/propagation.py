"""Carry the current span to other threads, executors, processes and services."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, Generic, ParamSpec, Protocol, TypeVar

from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from pyflare.tracing.context import SCOPE_KEY, SPAN_KEY, Context, attach, get_current, merge_scope, release
from pyflare.tracing.guard import guard
from pyflare.tracing.span import Span

_P = ParamSpec("_P")
_R = TypeVar("_R")


class Headers(Protocol):
    """The headers of a request, as any web framework has them."""

    def items(self) -> Iterable[tuple[str, str]]:
        """Names and values."""
        ...


class propagate(Generic[_P, _R]):  # noqa: N801  (reads as a function, and has to pickle as a class)
    """`function`, to be run under the span that is current now, wherever it is called.

    In this process it takes the context along as it is. Pickled into another
    process (`ProcessPoolExecutor`, `multiprocessing`), it takes the trace and span id
    and the user, session, feature, environment, team and tags; that process records into a
    journal of its own, if it has called `pyflare.init` or was forked from one that has.

    Examples:
        >>> from concurrent.futures import ThreadPoolExecutor
        >>> import pyflare
        >>> with ThreadPoolExecutor() as pool:
        ...     pool.submit(pyflare.propagate(pow), 2, 5).result()
        32
    """

    def __init__(self, function: Callable[_P, _R]) -> None:
        functools.update_wrapper(self, function)  # first: it copies the attributes of a callable object
        self._function = function
        self._context: Context = get_current()

    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        """Call the function under the carried context; a coroutine runs under it too, wherever it is awaited."""
        if inspect.iscoroutinefunction(self._function):
            return self._await(self._function, args, kwargs)  # type: ignore[return-value]
        token = attach(self._context)
        try:
            return self._function(*args, **kwargs)
        finally:
            release(token)

    async def _await(
        self, function: Callable[..., Awaitable[Any]], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        token = attach(self._context)
        try:
            return await function(*args, **kwargs)
        finally:
            release(token)

    def __reduce__(self) -> tuple[Any, ...]:
        carrier: dict[str, str] = {}
        inject(carrier, self._context)
        return _arrive, (self._function, carrier, _scope_in(self._context))


def _scope_in(context: Context) -> dict[str, Any] | None:
    span = context.get(SPAN_KEY)
    pending: Any = context.get(SCOPE_KEY)
    scope = span.scope if isinstance(span, Span) else None
    return merge_scope(scope, pending) if pending else scope


def _arrive(function: Callable[..., Any], carrier: dict[str, str], scope: dict[str, Any] | None) -> propagate[..., Any]:
    arrived = propagate(function)
    context = TraceContextTextMapPropagator().extract(carrier, Context())
    arrived._context = Context({**context, SCOPE_KEY: scope}) if scope else context
    return arrived


def inject(headers: MutableMapping[str, str], context: Context | None = None) -> None:
    """Write the current trace into the headers of a request, as W3C `traceparent` and `tracestate`."""
    try:
        TraceContextTextMapPropagator().inject(headers, context)
    except Exception as error:
        guard.fault("inject a traceparent", error)


@contextmanager
def extract(headers: Headers) -> Iterator[None]:
    """Spans that begin inside the block continue the trace that the headers of a request name.

    Header names may be in any case. Headers without a valid `traceparent` change nothing.
    """
    token = None
    try:
        lowered = {str(name).lower(): value for name, value in headers.items()}
        token = attach(TraceContextTextMapPropagator().extract(lowered, get_current()))
    except Exception as error:
        guard.fault("extract a traceparent", error)
    try:
        yield
    finally:
        if token is not None:
            release(token)
