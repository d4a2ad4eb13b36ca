"""`@pyflare.trace`: one span per call, for every kind of function."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Collection
from typing import Any, TypeVar, overload

from pyflare.tracing import state
from pyflare.tracing.context import detach_fast, release
from pyflare.tracing.fields import text_of
from pyflare.tracing.guard import logger
from pyflare.tracing.reminder import remind
from pyflare.tracing.site import Site
from pyflare.tracing.stream import STREAM_TYPES, NoStream, Stream, drive, follow, traced_async_generator

_F = TypeVar("_F", bound=Callable[..., Any])


@overload
def trace(function: _F, /) -> _F: ...


@overload
def trace(
    function: str | None = None,
    /,
    *,
    name: str | None = None,
    kind: str | None = None,
    model: str | None = None,
    model_version: str | None = None,
    provider: str | None = None,
    capture_input: bool | Collection[str] | None = None,
    capture_output: bool | None = None,
) -> Callable[[_F], _F]: ...


def trace(
    function: Callable[..., Any] | str | None = None,
    /,
    *,
    name: str | None = None,
    kind: str | None = None,
    model: str | None = None,
    model_version: str | None = None,
    provider: str | None = None,
    capture_input: bool | Collection[str] | None = None,
    capture_output: bool | None = None,
) -> Any:
    """Record a span for every call of the function.

    Works on functions, methods (also below `@staticmethod` and `@classmethod`),
    coroutines, generators and async generators. Before `pyflare.init` the function
    runs as if it were not decorated; where it is the program's own, one line says so.
    Nothing that PyFlare does wrong reaches the caller.

    Args:
        function: What to trace; given by the bare form `@pyflare.trace`. Or the span's name: `@pyflare.trace("ask")`.
        name: The span's name; the function's qualified name if left out.
        kind: What sort of work it is: llm, embedding, retriever, reranker, tool, agent,
            chain, guardrail, evaluator, classification, regression, or a word of your own.
        model: The model it calls.
        model_version: The model's version.
        provider: Who serves the model, in OpenTelemetry's words, such as openai.
        capture_input: Whether to keep arguments, or the names of those to keep;
            the setting `capture_input` if left out.
        capture_output: Whether to keep what is returned or yielded; the setting if left out.

    Returns:
        The traced function, or a decorator where options were given.

    Examples:
        >>> import pyflare
        >>> @pyflare.trace(kind="tool")
        ... def double(number: int) -> int:
        ...     return 2 * number
        >>> double(21)
        42
    """
    if isinstance(function, str):
        name, function = name or function, None
    given = {"model_id": model, "model_version": model_version, "provider": provider}

    def decorate(target: Any) -> Any:
        if isinstance(target, (staticmethod, classmethod)):
            return type(target)(decorate(target.__func__))
        if isinstance(target, type) or not callable(target):
            logger.warning("pyflare.trace takes functions and methods; %r is left as it is.", target)
            return target
        site = Site(
            target,
            name=name,
            kind=kind,
            fields={column: text_of(value) for column, value in given.items() if value is not None},
            capture_input=capture_input,
            capture_output=capture_output,
        )
        return _wrapper_for(target)(target, site)

    return decorate if function is None else decorate(function)


def _wrapper_for(function: Any) -> Callable[[Any, Site], Any]:
    if inspect.isasyncgenfunction(function):
        return _trace_async_generator
    if inspect.iscoroutinefunction(function):
        return _trace_coroutine
    if inspect.isgeneratorfunction(function):
        return _trace_awaitable_generator if _is_awaitable(function) else _trace_generator
    return _trace_function


def _is_awaitable(function: Any) -> bool:
    """Whether the generators that the function makes can be awaited: it is decorated with `types.coroutine`."""
    code = getattr(function, "__code__", None)
    return code is not None and bool(code.co_flags & inspect.CO_ITERABLE_COROUTINE)


def _trace_function(function: Callable[..., Any], site: Site) -> Callable[..., Any]:
    start, capture, unsaid = site.start, site.capture_output, site.unsaid

    # The token holds the span around this one. It is let go of at once: tasks that start one another
    # from inside their spans would keep all their past alive.
    @functools.wraps(function)
    def traced(*args: Any, **kwargs: Any) -> Any:
        runtime = state.runtime
        if runtime is None:
            if unsaid:
                remind(site.name)
            return function(*args, **kwargs)
        span = start(runtime, args, kwargs, True)
        if span is None:
            return function(*args, **kwargs)
        try:
            result = function(*args, **kwargs)
        except BaseException as error:
            detach_fast(span.token)
            span.token = None
            span.fail(error)
            raise
        detach_fast(span.token)
        span.token = None
        if type(result) in STREAM_TYPES:
            return follow(span, result, site)
        span.succeed(result, capture)
        return result

    return traced


def _trace_coroutine(function: Callable[..., Any], site: Site) -> Callable[..., Any]:
    start, capture, unsaid = site.start, site.capture_output, site.unsaid

    @functools.wraps(function)
    async def traced(*args: Any, **kwargs: Any) -> Any:
        runtime = state.runtime
        if runtime is None:
            if unsaid:
                remind(site.name)
            return await function(*args, **kwargs)
        span = start(runtime, args, kwargs, True)
        if span is None:
            return await function(*args, **kwargs)
        try:
            result = await function(*args, **kwargs)
        except BaseException as error:
            release(span.token)
            span.token = None
            span.fail(error)
            raise
        release(span.token)
        span.token = None
        span.succeed(result, capture)
        return result

    return traced


def _trace_generator(function: Callable[..., Any], site: Site) -> Callable[..., Any]:
    @functools.wraps(function)
    def traced(*args: Any, **kwargs: Any) -> Any:
        stream, generator = _begin_stream(function, site, args, kwargs)
        return (yield from (drive(stream, generator) if isinstance(stream, Stream) else generator))

    return traced


def _trace_awaitable_generator(function: Callable[..., Any], site: Site) -> Callable[..., Any]:
    return types.coroutine(_trace_generator(function, site))


def _trace_async_generator(function: Callable[..., Any], site: Site) -> Callable[..., Any]:
    traced = traced_async_generator(lambda args, kwargs: _begin_stream(function, site, args, kwargs))
    return functools.wraps(function)(traced)


def _begin_stream(
    function: Callable[..., Any], site: Site, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Stream | NoStream, Any]:
    """The span and the generator of one call of a generator function."""
    runtime = state.runtime
    if runtime is None:
        if site.unsaid:
            remind(site.name)
        return NoStream(), function(*args, **kwargs)
    span = site.start(runtime, args, kwargs, False)
    if span is None:
        return NoStream(), function(*args, **kwargs)
    try:
        generator = function(*args, **kwargs)
    except BaseException as error:  # the arguments do not fit
        span.fail(error)
        raise
    return Stream(span, site), generator
