"""A program that traces without a pause, and acknowledges each span once its function has returned.

    python -m tests.guarantees.writer FOLDER DESCRIPTOR

An acknowledgement is the span's key, 24 bytes written to a pipe that outlives the
process. Every traced function gives its key back, so the span's output holds it.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Final

import pyflare

KEY_BYTES: Final = 24
"""Trace id and span id."""
TEXT: Final = "Bring the parcel to any pick-up point, with the label on top. " * 16
LARGE_TEXT: Final = TEXT * 12
"""Goes to `payloads`."""
LARGE_EVERY: Final = 50

_acknowledge: Callable[[str], object]


def key() -> str:
    """Trace id and span id of the current span, as one text."""
    span = pyflare.current_span()
    assert span is not None
    return span.trace_id + span.span_id


@pyflare.trace(kind="llm", model="small")
def leaf(text: str) -> str:
    return key()


@pyflare.trace(kind="chain")
def nested(text: str) -> str:
    _acknowledge(leaf(text[:80]))
    _acknowledge(leaf(text[:80]))
    return key()


class RefusedError(Exception):
    """Raised on purpose."""


@pyflare.trace
def failing(text: str) -> None:
    pyflare.update(output=key())
    raise RefusedError(key())


@pyflare.trace
def stream(text: str) -> Iterator[str]:
    yield key()


@pyflare.trace
async def step(text: str) -> str:
    await asyncio.sleep(0)
    return key()


@pyflare.trace(kind="agent")
async def agent(text: str) -> str:
    for inner in await asyncio.gather(step(text[:80]), step(text[:80])):
        _acknowledge(inner)
    return key()


@pyflare.trace
async def stream_async(text: str) -> AsyncIterator[str]:
    yield key()


def texts() -> Iterator[str]:
    """What is asked: now and then it is long."""
    for number in itertools.count(1):
        yield f"{number} {LARGE_TEXT if number % LARGE_EVERY == 0 else TEXT}"


def call_functions() -> None:
    """Call traced functions of every kind, for ever."""
    for text in texts():
        _acknowledge(leaf(text))
        _acknowledge(nested(text))
        try:
            failing(text)
        except RefusedError as error:
            _acknowledge(str(error))
        _acknowledge(list(stream(text))[0])  # noqa: RUF015  (only a stream that was read to its end has ended)
        with pyflare.span("block", input=text) as span:
            span.set_output(mine := span.trace_id + span.span_id)
        _acknowledge(mine)


async def call_coroutines() -> None:
    """The same with coroutines, three at a time."""

    async def one_after_another() -> None:
        for text in texts():
            _acknowledge(await agent(text))
            _acknowledge([chunk async for chunk in stream_async(text)][0])  # noqa: RUF015

    await _all(one_after_another() for _ in range(3))


async def _all(coroutines: Iterator[Awaitable[None]]) -> None:
    await asyncio.gather(*coroutines)


def main(folder: str, descriptor: int) -> None:
    """Trace until killed."""
    global _acknowledge  # noqa: PLW0603  (the functions above are what a user writes: they take no pipe)
    _acknowledge = lambda text: os.write(descriptor, bytes.fromhex(text))  # noqa: E731
    pyflare.init(service="writer", path=folder, compaction="off")
    for work in (call_functions, call_functions, lambda: asyncio.run(call_coroutines())):
        threading.Thread(target=work, daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
