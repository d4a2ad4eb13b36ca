"""What type checkers make of the public API. Checked by mypy, never run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import assert_type

import pyarrow as pa

import pyflare


@pyflare.trace
def bare(question: str, *, limit: int = 3) -> list[str]:
    return [question] * limit


@pyflare.trace(name="n", kind="llm", model="m", capture_input=["question"])
async def coroutine(question: str) -> int:
    return len(question)


@pyflare.trace(kind="llm")
def stream(question: str) -> Iterator[str]:
    yield question


@pyflare.trace
async def async_stream(question: str) -> AsyncIterator[str]:
    yield question


class Bot:
    @pyflare.trace
    def method(self, question: str) -> bytes:
        return question.encode()

    @pyflare.trace
    @staticmethod
    def static(question: str) -> float:
        return float(question)

    @pyflare.trace
    @classmethod
    def make(cls) -> Bot:
        return cls()


async def check_decorated() -> None:
    """Decorated functions keep their types."""
    assert_type(bare("q", limit=2), list[str])
    assert_type(await coroutine("q"), int)
    assert_type(stream("q"), Iterator[str])
    assert_type(async_stream("q"), AsyncIterator[str])
    assert_type(Bot().method("q"), bytes)
    assert_type(Bot.static("1"), float)
    assert_type(Bot.make(), Bot)
    bare(1)  # type: ignore[arg-type]
    bare("q", limits=2)  # type: ignore[call-arg]


def check_the_rest() -> None:
    """Functions return what their documentation says."""
    assert_type(pyflare.init(service="s", path="p", redact="all"), None)
    with pyflare.span("s", kind="tool", user="u", tenant="t") as span:
        span.set_attribute("k", 1)
        span.set_output({"a": 1})
        assert_type(span.trace_id, str)
    assert_type(pyflare.propagate(bare)("q"), list[str])
    assert_type(pyflare.log_prediction("m", {"a": 1}, 0.5), str)
    assert_type(pyflare.flush(timeout_s=1.0), bool)
    assert_type(pyflare.open("p").sql("SELECT 1"), pa.Table)
