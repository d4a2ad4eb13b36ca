"""Streams: a span lasts as long as its stream, knows when the first chunk came, and what was read of it.

python examples/streaming.py
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing

import pyflare

TEXT = "A stream is read word by word, and now and then a reader leaves before it ends."


@pyflare.trace(kind="llm", model="word-by-word", provider="local")
def stream() -> Iterator[str]:
    """The first word takes longest."""
    time.sleep(0.02)
    for count, word in enumerate(TEXT.split(), start=1):
        pyflare.update(output_tokens=count)
        yield word + " "


@pyflare.trace(kind="llm", model="word-by-word", provider="local")
async def stream_async() -> AsyncGenerator[str, None]:
    """The same on an event loop."""
    for count, word in enumerate(TEXT.split(), start=1):
        await asyncio.sleep(0.001)
        pyflare.update(output_tokens=count)
        yield word + " "


async def read_three() -> str:
    """Stop reading after three words; `aclosing` ends the stream here and now."""
    words = []
    async with aclosing(stream_async()) as chunks:
        async for chunk in chunks:
            words.append(chunk)
            if len(words) == 3:
                break
    return "".join(words)


if __name__ == "__main__":
    pyflare.init(service="streaming")
    print("".join(stream()))
    print(asyncio.run(read_three()))
    with pyflare.open() as workspace:
        rows = workspace.sql("""
            SELECT operation_name, time_to_first_chunk_ns / 1e6 AS first_chunk_ms, duration_ns / 1e6 AS total_ms,
                   output_tokens, attributes['pyflare.stream.closed_early'] AS closed_early, output
            FROM spans ORDER BY start_time
        """)
        for row in rows.to_pylist():
            print(row)
