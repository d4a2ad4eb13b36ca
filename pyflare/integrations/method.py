"""One method of a client as a span: for libraries whose calls do not all go through one place.

The method may be plain or awaited, and may give an answer or a stream, as the
request says. A stream is followed: in its own object where it has one (`follow`),
else by an iterator in its place.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pyflare.integrations.call import Answered, AnySpan, Asked, Chunks, Current, begin, end
from pyflare.integrations.patch import Patch
from pyflare.integrations.streams import Followed, FollowedAsyncIterator, FollowedIterator
from pyflare.tracing.guard import guard

Follow = Callable[[Any, AnySpan, Chunks], Any]
"""Follows a stream that a call gave: the object that the program gets, or None where it is no stream."""


def iterator(result: Any, span: AnySpan, chunks: Chunks) -> Any:
    """Follow generators and whatever else is its own iterator."""
    if isinstance(result, AsyncIterator):
        return FollowedAsyncIterator(result, span, chunks)
    return FollowedIterator(result, span, chunks) if isinstance(result, Iterator) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """How a method's arguments, its result and its stream are read."""

    ask: Callable[[Any, Mapping[str, Any]], Asked | None]
    """From the object that the method belongs to, and the arguments by name."""
    answer: Callable[[Any], Answered]
    """From the result."""
    chunks: Callable[[], Chunks] | None = None
    follow: Follow = iterator

    def patch(self, owner: Any, name: str) -> Patch:
        """A patch of a class' method. It is found out by its code whether it is awaited."""
        return Patch(owner=owner, name=name, wrap=functools.partial(_traced, self))


def _traced(method: Method, original: Callable[..., Any]) -> Callable[..., Any]:
    names = tuple(inspect.signature(original).parameters)[1:]
    return (_async if inspect.iscoroutinefunction(inspect.unwrap(original)) else _sync)(method, names, original)


def _sync(method: Method, names: tuple[str, ...], original: Callable[..., Any]) -> Callable[..., Any]:
    def traced(self: Any, *args: Any, **kwargs: Any) -> Any:
        span = begin(lambda: method.ask(self, named(names, args, kwargs)))
        if span is None:
            return original(self, *args, **kwargs)
        with Current(span):
            result = original(self, *args, **kwargs)
        return settle(method, span, result)

    return traced


def _async(method: Method, names: tuple[str, ...], original: Callable[..., Any]) -> Callable[..., Any]:
    async def traced(self: Any, *args: Any, **kwargs: Any) -> Any:
        span = begin(lambda: method.ask(self, named(names, args, kwargs)))
        if span is None:
            return await original(self, *args, **kwargs)
        with Current(span):
            result = await original(self, *args, **kwargs)
        return settle(method, span, result)

    return traced


def named(names: tuple[str, ...], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """All arguments of a call by their names."""
    return {**dict(zip(names, args, strict=False)), **kwargs}


def settle(method: Method, span: AnySpan, result: Any) -> Any:
    """End the span with the result, or have the stream end it; what the program gets. Never raises."""
    try:
        followed = None if method.chunks is None else method.follow(result, span, method.chunks())
        if followed is not None:
            return followed
    except Exception as error:
        guard.fault("follow a stream", error)
    end(span, lambda: method.answer(result))
    return result


def follow_inside(attribute: str) -> Follow:
    """Follow a stream that has its iterator as an attribute, and so keeps its type."""

    def follow(result: Any, span: AnySpan, chunks: Chunks) -> Any:
        inner = getattr(result, attribute, None)
        if inner is None:
            return None
        setattr(result, attribute, iterator(inner, span, chunks))
        return result

    return follow


def closing(attribute: str, close: Callable[..., Any]) -> Callable[..., Any]:
    """Have the span end where the program closes a stream before its end.

    It is the class' function that changes, not the stream's: one that referred to
    itself would have to wait for the garbage collector, with all it holds.
    """

    def traced(self: Any, *args: Any, **kwargs: Any) -> Any:
        followed = getattr(self, attribute, None)
        if isinstance(followed, Followed):
            followed.finish(early=True)
        return close(self, *args, **kwargs)

    return traced


def plain(value: Any) -> Any:
    """A value as JSON has it: the library's own models, and what is in them, as mappings without what is not set."""
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    dump = getattr(value, "model_dump", None)
    return dump(exclude_none=True) if callable(dump) else value
