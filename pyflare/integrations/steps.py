"""A stream whose span is current while the next piece is asked for, and not between two pieces."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from typing import Any

from pyflare.integrations.call import AnySpan
from pyflare.tracing.context import attach, get_current, release, with_span


def stepwise(inner: Generator[Any, Any, Any], span: AnySpan) -> Iterator[Any]:
    """The same pieces; the stream is closed with this one."""
    try:
        while True:
            token = attach(with_span(get_current(), span))
            try:
                item = next(inner)
            except StopIteration:
                return
            finally:
                release(token)
            yield item
    finally:
        inner.close()


async def async_stepwise(inner: AsyncGenerator[Any, Any], span: AnySpan) -> AsyncIterator[Any]:
    """The same for `async for`."""
    try:
        while True:
            token = attach(with_span(get_current(), span))
            try:
                item = await anext(inner)
            except StopAsyncIteration:
                return
            finally:
                release(token)
            yield item
    finally:
        await inner.aclose()
