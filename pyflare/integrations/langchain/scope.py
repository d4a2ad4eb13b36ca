"""A block in which the first model or retriever that begins becomes current, and after which nothing of it is.

LangChain runs chains, tools and nodes in contexts of their own; models and
retrievers it runs in their caller's. Streams give the caller's context back
between two chunks.
"""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Final

from opentelemetry.context import create_key

from pyflare.integrations.call import AnySpan
from pyflare.tracing.context import Context, attach, get_current, release, with_span

_KEY: Final = create_key("pyflare-langchain-scope")


def make_current(span: AnySpan | None) -> None:
    """Make a span current until the end of the scope, if it is the first in it; else do nothing."""
    scope: Any = get_current().get(_KEY)
    if span is not None and isinstance(scope, _Scope) and not scope.taken:
        scope.taken = True
        attach(with_span(get_current(), span))


class _Scope:
    """Restores what was current before it, whatever was attached inside."""

    def __init__(self) -> None:
        self.taken = False
        self._inside: Context = Context({**get_current(), _KEY: self})
        self._token: Any = None

    def __enter__(self) -> None:
        self._token = attach(self._inside)

    def __exit__(self, *_: object) -> None:
        self._inside = get_current()
        release(self._token)


def function(original: Callable[..., Any]) -> Callable[..., Any]:
    """A function in a scope."""

    def scoped(*args: Any, **kwargs: Any) -> Any:
        with _Scope():
            return original(*args, **kwargs)

    return scoped


def coroutine(original: Callable[..., Any]) -> Callable[..., Any]:
    """A coroutine function in a scope."""

    async def scoped(*args: Any, **kwargs: Any) -> Any:
        with _Scope():
            return await original(*args, **kwargs)

    return scoped


def generator(original: Callable[..., Any]) -> Callable[..., Any]:
    """A generator function, each of whose steps is in the same scope."""

    @functools.wraps(original)
    def scoped(*args: Any, **kwargs: Any) -> Iterator[Any]:
        scope, inner = _Scope(), original(*args, **kwargs)
        try:
            while True:
                with scope:
                    try:
                        item = next(inner)
                    except StopIteration:
                        return
                yield item
        finally:
            with scope:
                inner.close()

    return scoped


def async_generator(original: Callable[..., Any]) -> Callable[..., Any]:
    """The same for `async for`."""

    @functools.wraps(original)
    async def scoped(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        scope, inner = _Scope(), original(*args, **kwargs)
        try:
            while True:
                with scope:
                    try:
                        item = await anext(inner)
                    except StopAsyncIteration:
                        return
                yield item
        finally:
            with scope:
                await inner.aclose()

    return scoped
