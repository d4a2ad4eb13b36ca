"""Spans over generators: open from the first chunk asked for until the stream ends, however it ends.

The span is current only while the generator's own code runs, never between
chunks: what the consumer does with a chunk is not inside the stream.
"""

from __future__ import annotations

import functools
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import TYPE_CHECKING, Any, Final

from pyflare.tracing import state
from pyflare.tracing.context import attach, get_current, release, with_span
from pyflare.tracing.guard import guard
from pyflare.tracing.span import Span
from pyflare.tracing.unsampled import NO_SPAN, UnsampledSpan

if TYPE_CHECKING:
    from pyflare.tracing.site import Site

STREAM_TYPES: Final = frozenset({GeneratorType, AsyncGeneratorType, CoroutineType})
"""Results whose work has not been done yet when the function returns them."""

_AnySpan = Span | UnsampledSpan


class _Chunks:
    """What came out of a stream: counted all, kept up to the limits."""

    __slots__ = ("count", "kept", "limit", "room", "span")

    def __init__(self, span: _AnySpan) -> None:
        runtime = state.runtime
        self.span = span
        self.kept: list[Any] = []
        self.count = 0
        self.limit = runtime.max_chunks if runtime is not None else 0
        self.room = runtime.content.limits.content_bytes if runtime is not None else 0

    def add(self, chunk: Any) -> None:
        if self.count == 0:
            self.span.mark_first_chunk()
        self.count += 1
        if type(chunk) is str:
            self.room -= len(chunk)
        elif self.count > self.limit:
            return
        if self.room >= 0:
            self.kept.append(chunk)

    def output(self) -> Any:
        """The text, where every chunk is text; otherwise the chunks."""
        if self.kept and all(type(chunk) is str for chunk in self.kept):
            return "".join(self.kept)
        return self.kept

    def close(self, site: Site, *, early: bool = False, error: BaseException | None = None) -> None:
        """End the stream's span. Never raises."""
        span = self.span
        try:
            span.set_attribute("pyflare.stream.chunks", self.count)
            if early:
                span.set_attribute("pyflare.stream.closed_early", True)
            runtime = state.runtime
            if runtime is not None and len(self.kept) < self.count:
                runtime.losses.add("chunk_dropped", self.count - len(self.kept))
            if error is None:
                span.succeed(self.output(), site.capture_output)
            else:
                if site.capture_output is not False and self.kept:
                    span.set_output(self.output())
                span.fail(error)
        except Exception as fault:
            guard.fault("end the span of a stream", fault)


def drive(span: _AnySpan, generator: Generator[Any, Any, Any], site: Site) -> Generator[Any, Any, Any]:
    """Run `generator` inside `span`, chunk by chunk."""
    chunks = _Chunks(span)
    step: Callable[[Any], Any] = generator.send
    sent: Any = None
    while True:
        token = attach(with_span(get_current(), span))
        try:
            chunk = step(sent)
        except StopIteration as stop:
            release(token)
            chunks.close(site)
            return stop.value
        except BaseException as error:
            release(token)
            chunks.close(site, error=error)
            raise
        release(token)
        chunks.add(chunk)
        try:
            sent = yield chunk
            step = generator.send
        except GeneratorExit:
            _close(generator, span, chunks, site)
            raise
        except BaseException as error:
            sent, step = error, generator.throw


def _close(generator: Generator[Any, Any, Any], span: _AnySpan, chunks: _Chunks, site: Site) -> None:
    """The consumer has had enough: let the generator clean up inside its span, then end it."""
    token = attach(with_span(get_current(), span))
    try:
        generator.close()
    except BaseException as error:
        release(token)
        chunks.close(site, early=True, error=error)
        raise
    release(token)
    chunks.close(site, early=True)


def traced_async_generator(
    function: Callable[..., AsyncGenerator[Any, Any]],
    start: Callable[[tuple[Any, ...], dict[str, Any]], _AnySpan | None],
    site: Site,
) -> Callable[..., AsyncGenerator[Any, Any]]:
    """An async generator function that runs `function` inside the span that `start` begins."""

    @functools.wraps(function)
    async def traced(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        span = start(args, kwargs) or NO_SPAN
        generator = function(*args, **kwargs)
        chunks = _Chunks(span)
        step: Callable[[Any], Awaitable[Any]] = generator.asend
        sent: Any = None
        while True:
            token = attach(with_span(get_current(), span))
            try:
                chunk = await step(sent)
            except StopAsyncIteration:
                release(token)
                chunks.close(site)
                return
            except BaseException as error:
                release(token)
                chunks.close(site, error=error)
                raise
            release(token)
            chunks.add(chunk)
            try:
                sent = yield chunk
                step = generator.asend
            except GeneratorExit:
                await _close_async(generator, span, chunks, site)
                raise
            except BaseException as error:
                sent, step = error, generator.athrow

    return traced


async def _close_async(generator: AsyncGenerator[Any, Any], span: _AnySpan, chunks: _Chunks, site: Site) -> None:
    token = attach(with_span(get_current(), span))
    try:
        await generator.aclose()
    except BaseException as error:
        release(token)
        chunks.close(site, early=True, error=error)
        raise
    release(token)
    chunks.close(site, early=True)


def follow(span: _AnySpan, result: Any, site: Site) -> Any:
    """A plain function has returned a generator or coroutine: its span lasts as long as that does."""
    if isinstance(result, GeneratorType):
        return drive(span, result, site)
    if isinstance(result, AsyncGeneratorType):
        return traced_async_generator(lambda: result, lambda _args, _kwargs: span, site)()
    return _await(span, result, site)


async def _await(span: _AnySpan, coroutine: Awaitable[Any], site: Site) -> Any:
    token = attach(with_span(get_current(), span))
    try:
        result = await coroutine
    except BaseException as error:
        release(token)
        span.fail(error)
        raise
    release(token)
    span.succeed(result, site.capture_output)
    return result
