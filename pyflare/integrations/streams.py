"""The iterator inside a client's stream, followed: what comes out goes by unchanged, and the span ends with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from time import perf_counter_ns
from typing import Any, Final

from pyflare.integrations.call import Answered, AnySpan, Chunks, note
from pyflare.tracing.guard import guard

TOKENS_PER_SECOND: Final = "pyflare.output_tokens_per_second"


class Followed:
    """A span that ends once: with the last chunk, an error, a close, or when the stream is dropped."""

    def __init__(self, span: AnySpan, chunks: Chunks) -> None:
        self._span = span
        self._chunks = chunks
        self._open = True
        self._first_ns = 0
        self._kept: list[Any] = []
        self._due = 1
        """How many chunks are kept before they are looked at: the first is at once."""

    def see(self, chunk: Any) -> None:
        """Take note of a chunk. Never raises."""
        self._kept.append(chunk)
        if len(self._kept) >= self._due:
            self._look()

    def _look(self) -> None:
        """Note when the first chunk comes; and read those that are kept, where there are enough. Never raises."""
        if not self._first_ns:
            self._first_ns = perf_counter_ns()
            self._due = getattr(self._chunks, "most_kept", 1)
            try:
                self._span.mark_first_chunk()
            except Exception as error:
                guard.fault("note the first chunk", error)
        if len(self._kept) >= self._due:
            self._read()

    def _read(self) -> None:
        """Read the chunks that are kept. Never raises."""
        add = self._chunks.add
        for chunk in self._kept:
            try:
                add(chunk)
            except Exception as error:  # of this one only: the others say what they say
                guard.fault("read a chunk", error)
        self._kept.clear()

    def _answered(self) -> Answered:
        """What has come so far."""
        self._read()
        return self._chunks.answered()

    def fail(self, error: BaseException) -> None:
        """The stream broke off. Never raises."""
        if not self._open:
            return
        self._open = False
        try:
            note(self._span, self._answered())
        except Exception as fault:
            guard.fault("read a stream", fault)
        self._span.fail(error)

    def finish(self, *, early: bool = False) -> None:
        """The stream is over. Never raises."""
        if not self._open:
            return
        self._open = False
        elapsed_ns = perf_counter_ns() - self._first_ns
        if early:
            self._span.set_attribute("pyflare.stream.closed_early", True)
        try:
            answered = self._answered()
            tokens = answered.columns.get("output_tokens")
            if tokens and self._first_ns and not early:  # by the time from the first chunk to the last
                answered.attributes[TOKENS_PER_SECOND] = tokens * 1e9 / max(elapsed_ns, 1)
            note(self._span, answered)
        except Exception as error:
            guard.fault("read an answer", error)
        self._span.succeed(None, False)

    def __del__(self) -> None:
        self.finish(early=True)


class FollowedIterator(Followed):
    """In the place of a stream's own iterator."""

    def __init__(self, inner: Iterator[Any], span: AnySpan, chunks: Chunks) -> None:
        super().__init__(span, chunks)
        self._inner = inner
        self._next = inner.__next__

    def __iter__(self) -> Iterator[Any]:
        """For loops: to go on in a generator takes half the time of a call of `__next__`."""
        kept = self._kept
        try:
            for chunk in self._inner:
                kept.append(chunk)
                if len(kept) >= self._due:
                    self._look()
                yield chunk
        except GeneratorExit:  # the loop is over; the stream may be gone on with
            raise
        except BaseException as error:
            self.fail(error)
            raise
        self.finish()

    def __next__(self) -> Any:
        try:
            chunk = self._next()
        except StopIteration:
            self.finish()
            raise
        except BaseException as error:
            self.fail(error)
            raise
        self._kept.append(chunk)  # and no call, between the client's own work
        if len(self._kept) >= self._due:
            self._look()
        return chunk

    def close(self) -> None:
        """As a generator's own."""
        self.finish(early=True)
        close = getattr(self._inner, "close", None)
        if close is not None:
            close()


class FollowedAsyncIterator(Followed):
    """The same for `async for`."""

    def __init__(self, inner: AsyncIterator[Any], span: AnySpan, chunks: Chunks) -> None:
        super().__init__(span, chunks)
        self._inner = inner
        self._next = inner.__anext__

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        try:
            chunk = await self._next()
        except StopAsyncIteration:
            self.finish()
            raise
        except BaseException as error:
            self.fail(error)
            raise
        self._kept.append(chunk)  # and no call, between the client's own work
        if len(self._kept) >= self._due:
            self._look()
        return chunk

    async def aclose(self) -> None:
        """As a generator's own."""
        self.finish(early=True)
        close = getattr(self._inner, "aclose", None)
        if close is not None:
            await close()
