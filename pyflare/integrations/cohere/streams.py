"""Cohere's streams: the raw client gives each as a context, with an iterator inside."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from cohere import raw_base_client
from cohere.v2 import raw_client

from pyflare.integrations.call import Answered, Asked, Current, begin
from pyflare.integrations.cohere import asked, chat
from pyflare.integrations.method import Method, iterator, named, plain
from pyflare.integrations.patch import Patch


def _streamed(read: Callable[[Any, Mapping[str, Any]], Asked]) -> Callable[[Any, Mapping[str, Any]], Asked]:
    def ask(owner: Any, arguments: Mapping[str, Any]) -> Asked:
        made = read(owner, arguments)
        made.attributes["gen_ai.request.stream"] = True
        return made

    return ask


def _sync(method: Method, original: Callable[..., Any]) -> Callable[..., Any]:
    names = tuple(inspect.signature(original).parameters)[1:]

    @contextmanager
    def traced(self: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
        span = begin(lambda: method.ask(self, named(names, args, kwargs)))
        if span is None or method.chunks is None:
            with original(self, *args, **kwargs) as response:
                yield response
            return
        with Current(span):
            context = original(self, *args, **kwargs)
            response = context.__enter__()
        response._data = followed = iterator(response.data, span, method.chunks())
        with _entered(context):
            try:
                yield response
            finally:
                followed.finish(early=True)

    return traced


@contextmanager
def _entered(context: Any) -> Iterator[None]:
    """Leave a context that was entered before."""
    try:
        yield
    except BaseException as error:
        if not context.__exit__(type(error), error, error.__traceback__):
            raise
    else:
        context.__exit__(None, None, None)


def _async(method: Method, original: Callable[..., Any]) -> Callable[..., Any]:
    names = tuple(inspect.signature(original).parameters)[1:]

    @asynccontextmanager
    async def traced(self: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        span = begin(lambda: method.ask(self, named(names, args, kwargs)))
        if span is None or method.chunks is None:
            async with original(self, *args, **kwargs) as response:
                yield response
            return
        with Current(span):
            context = original(self, *args, **kwargs)
            response = await context.__aenter__()
        response._data = followed = iterator(response.data, span, method.chunks())
        async with _entered_async(context):
            try:
                yield response
            finally:
                followed.finish(early=True)

    return traced


@asynccontextmanager
async def _entered_async(context: Any) -> AsyncIterator[None]:
    try:
        yield
    except BaseException as error:
        if not await context.__aexit__(type(error), error, error.__traceback__):
            raise
    else:
        await context.__aexit__(None, None, None)


class _Chunks:
    """Puts an answer together from its events."""

    def __init__(self) -> None:
        self._body: dict[str, Any] = {}
        self._content: dict[int, dict[str, str]] = {}
        self._plan: list[str] = []
        self._calls: dict[int, dict[str, Any]] = {}

    def add(self, chunk: Any) -> None:
        """Take note of an event."""
        event = plain(chunk)
        delta = event.get("delta") or {}
        said = delta.get("message") or {}
        match event.get("type"):
            case "message-start":
                self._body["id"] = event.get("id")
            case "content-start" | "content-delta":
                self._say(event.get("index") or 0, said.get("content") or {})
            case "tool-plan-delta":
                self._plan.append(said.get("tool_plan") or "")
            case "tool-call-start" | "tool-call-delta":
                self._call(event.get("index") or 0, said.get("tool_calls") or {})
            case "message-end":
                self._body |= delta

    def _say(self, index: int, content: Mapping[str, Any]) -> None:
        block = self._content.setdefault(index, {"type": content.get("type") or "text"})
        for name in ("text", "thinking"):
            if content.get(name):
                block[name] = block.get(name, "") + content[name]

    def _call(self, index: int, made: Mapping[str, Any]) -> None:
        function = made.get("function") or {}
        known = self._calls.setdefault(index, {"type": "function", "function": {"name": "", "arguments": ""}})
        known["id"] = made.get("id") or known.get("id")
        for name in ("name", "arguments"):
            known["function"][name] += function.get(name) or ""

    def answered(self) -> Answered:
        """What has come so far."""
        content = [block for _, block in sorted(self._content.items())]
        calls = [made for _, made in sorted(self._calls.items())]
        message = {"content": content, "tool_plan": "".join(self._plan), "tool_calls": calls or None}
        return chat.answered({**self._body, "message": message})


class _OldChunks:
    """Puts an answer of the older chat together; its last event has it whole."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._last: dict[str, Any] = {}

    def add(self, chunk: Any) -> None:
        """Take note of an event."""
        if chunk.event_type == "text-generation":
            self._texts.append(chunk.text)
        elif chunk.event_type == "stream-end":
            self._last = {**plain(chunk.response), "finish_reason": chunk.finish_reason}

    def answered(self) -> Answered:
        """What has come so far."""
        return chat.answered_old(self._last or {"text": "".join(self._texts)})


def patches() -> list[Patch]:
    """What is traced."""
    second = Method(ask=_streamed(asked.chat), answer=chat.answer, chunks=_Chunks)
    first = Method(ask=_streamed(asked.old_chat), answer=chat.answer_old, chunks=_OldChunks)
    sync = {raw_base_client.RawBaseCohere: first, raw_client.RawV2Client: second}
    awaited = {raw_base_client.AsyncRawBaseCohere: first, raw_client.AsyncRawV2Client: second}
    made = [
        Patch(owner=owner, name="chat_stream", wrap=functools.partial(_sync, method)) for owner, method in sync.items()
    ]
    return made + [
        Patch(owner=owner, name="chat_stream", wrap=functools.partial(_async, method))
        for owner, method in awaited.items()
    ]
