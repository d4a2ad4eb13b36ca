"""Spans over generators: open from the first chunk asked for until the stream ends, however it ends.

The span is current only while the generator's own code runs, never between
chunks: what the consumer does with a chunk is not inside the stream. Chunks are
captured as they come, so that no object lives longer for being traced.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import TYPE_CHECKING, Any, Final

from pyflare.tracing.capture import encode_text, encode_value
from pyflare.tracing.context import Context, attach, get_current, release, with_span
from pyflare.tracing.guard import guard
from pyflare.tracing.span import Span
from pyflare.tracing.unsampled import UnsampledSpan

if TYPE_CHECKING:
    from pyflare.tracing.site import Site

STREAM_TYPES: Final = frozenset({GeneratorType, AsyncGeneratorType, CoroutineType})
"""Results whose work has not been done yet when the function returns them."""

_AnySpan = Span | UnsampledSpan


class _Work:
    """Work that goes on after the function has returned. Its span ends at the latest when it is dropped."""

    __slots__ = ("_context", "_entered", "open", "span")

    def __init__(self, span: _AnySpan) -> None:
        self.span = span
        self.open = True
        self._context: Context | None = None
        self._entered: Context | None = None

    def enter(self) -> Any:
        """Make the span current, or what the work itself had made current when it last paused."""
        self._entered = self._context or with_span(get_current(), self.span)
        return attach(self._entered)

    def leave(self, token: Any) -> None:
        """The work pauses or is over."""
        current = get_current()
        if current is not self._entered:
            self._context = current
        release(token)

    def close(self, *, early: bool = False, error: BaseException | None = None) -> None:
        """End the span. Never raises."""
        self.open = False
        if early:
            self.span.set_attribute("pyflare.stream.closed_early", True)
        if error is None:
            self.span.succeed(None, False)
        else:
            self.span.fail(error)

    def __del__(self) -> None:
        if self.open:
            self.close(early=True)


class Stream(_Work):
    """A generator's span and what came out of it: counted all, kept up to the limits."""

    __slots__ = ("_content", "_kept", "_room_bytes", "_room_chunks", "count")

    def __init__(self, span: _AnySpan, site: Site) -> None:
        super().__init__(span)
        self.count = 0
        self._kept: list[str | bytes] = []
        self._content = None
        if isinstance(span, Span):
            runtime = span.runtime
            capture = runtime.capture_output if site.capture_output is None else site.capture_output
            self._content = runtime.content if capture and not runtime.content.metrics_only else None
            self._room_chunks = runtime.max_chunks
            self._room_bytes = runtime.content.limits.content_bytes

    def add(self, chunk: Any) -> None:
        """Take note of a chunk. Never raises."""
        if self.count == 0:
            self.span.mark_first_chunk()
        self.count += 1
        if self._content is None:
            return
        try:
            self._keep(chunk)
        except Exception as error:
            guard.fault("capture a chunk", error)

    def _keep(self, chunk: Any) -> None:
        kept: str | bytes
        if type(chunk) is str:
            kept = chunk
        elif self._room_chunks > 0 and self._room_bytes > 0 and self._content is not None:
            self._room_chunks -= 1
            kept, truncated = encode_value(chunk, self._content.limits)
            if truncated:
                self._content.losses.add("content_truncated")
        else:
            return
        self._room_bytes -= len(kept) + 1
        if self._room_bytes >= 0:
            self._kept.append(kept)

    def close(self, *, early: bool = False, error: BaseException | None = None) -> None:
        """End the span with what came out. Never raises."""
        try:
            self.span.set_attribute("pyflare.stream.chunks", self.count)
            if self._content is not None:
                if len(self._kept) < self.count:
                    self._content.losses.add("chunk_dropped", self.count - len(self._kept))
                if error is None or self._kept:
                    self.span.set_output_json(self._output())
        except Exception as fault:
            guard.fault("keep what a stream gave", fault)
        super().close(early=early, error=error)

    def _output(self) -> bytes:
        """JSON of the text, where every chunk is text; otherwise of the chunks."""
        texts = [chunk for chunk in self._kept if isinstance(chunk, str)]
        if texts and len(texts) == len(self._kept):
            return encode_text("".join(texts))
        encoded = (encode_text(chunk) if isinstance(chunk, str) else chunk for chunk in self._kept)
        return b"[" + b",".join(encoded) + b"]"


class NoStream:
    """Stands in where a stream is not traced."""

    __slots__ = ()

    def enter(self) -> None:
        """Leave the context as it is."""

    def leave(self, token: None) -> None:
        """Leave the context as it is."""

    def add(self, chunk: Any) -> None:
        """Keep nothing."""

    def close(self, *, early: bool = False, error: BaseException | None = None) -> None:
        """Keep nothing."""


def drive(stream: Stream, generator: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """Run `generator` inside the stream's span, chunk by chunk."""
    step: Callable[[Any], Any] = generator.send
    sent: Any = None
    while True:
        token = stream.enter()
        try:
            chunk = step(sent)
        except StopIteration as stop:
            stream.leave(token)
            stream.close()
            return stop.value
        except BaseException as error:
            stream.leave(token)
            stream.close(error=error)
            raise
        finally:
            sent = None  # an exception thrown in would hold this frame, and this frame the exception
        stream.leave(token)
        stream.add(chunk)
        try:
            sent = yield chunk
            step = generator.send
        except GeneratorExit:
            _close(stream, generator)
            raise
        except BaseException as error:
            sent, step = error, generator.throw


def _close(stream: Stream, generator: Generator[Any, Any, Any]) -> None:
    """The consumer has had enough: let the generator clean up inside its span, then end it."""
    token = stream.enter()
    try:
        generator.close()
    except BaseException as error:
        stream.leave(token)
        stream.close(early=True, error=error)
        raise
    stream.leave(token)
    stream.close(early=True)


def traced_async_generator(
    open_stream: Callable[[tuple[Any, ...], dict[str, Any]], tuple[Stream | NoStream, AsyncGenerator[Any, Any]]],
) -> Callable[..., AsyncGenerator[Any, Any]]:
    """An async generator function that runs the generator inside the stream that `open_stream` gives it."""

    async def traced(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        stream, generator = open_stream(args, kwargs)
        step: Callable[[Any], Awaitable[Any]] = functools.partial(_begin_async, generator)
        sent: Any = None
        while True:
            token = stream.enter()
            try:
                chunk = await step(sent)
            except StopAsyncIteration:
                stream.leave(token)
                stream.close()
                return
            except BaseException as error:
                stream.leave(token)
                stream.close(error=error)
                raise
            finally:
                sent = None
            stream.leave(token)
            stream.add(chunk)
            try:
                sent = yield chunk
                step = generator.asend
            except GeneratorExit:
                await _close_async(stream, generator)
                raise
            except BaseException as error:
                sent, step = error, generator.athrow

    return traced


def _begin_async(generator: AsyncGenerator[Any, Any], sent: None) -> Awaitable[Any]:
    """Ask for the first chunk behind the event loop's back: it is to close the stream, which closes the generator.

    A loop that ends closes all generators it knows of at once, and two closings of one collide.
    """
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(firstiter=None, finalizer=None)
    try:
        return generator.asend(sent)
    finally:
        sys.set_asyncgen_hooks(*hooks)


async def _close_async(stream: Stream | NoStream, generator: AsyncGenerator[Any, Any]) -> None:
    token = stream.enter()
    try:
        await generator.aclose()
    except BaseException as error:
        stream.leave(token)
        stream.close(early=True, error=error)
        raise
    stream.leave(token)
    stream.close(early=True)


def follow(span: _AnySpan, result: Any, site: Site) -> Any:
    """A plain function has returned a generator or coroutine: its span lasts as long as that does."""
    if isinstance(result, GeneratorType):
        return drive(Stream(span, site), result)
    if isinstance(result, AsyncGeneratorType):
        stream = Stream(span, site)
        return traced_async_generator(lambda _args, _kwargs: (stream, result))()
    return _await(_Work(span), result, site.capture_output)


async def _await(work: _Work, coroutine: Awaitable[Any], capture: bool | None) -> Any:
    token = work.enter()
    try:
        result = await coroutine
    except BaseException as error:
        work.leave(token)
        work.close(error=error)
        raise
    work.leave(token)
    work.open = False
    work.span.succeed(result, capture)
    return result
