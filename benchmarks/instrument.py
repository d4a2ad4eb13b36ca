"""What an instrumented call of openai's client costs above the bare client, on a server beside it.

One process makes all calls, over one kept connection: in turn a block of bare calls
and a block of instrumented ones, so both meet the same machine. CPU counts whatever
PyFlare does in the background too. The server is a process of its own. Compared are
the quicker quarters of both sides: what others do on the machine only ever adds.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from benchmarks.row import BenchRow

BAR_US: Final = 150
BLOCK: Final = 12
WARM_UP: Final = 2
"""Calls at the start of a block that do not count: a patched class makes the interpreter learn anew."""
BLOCKS: Final = 150
QUICK_BLOCKS: Final = 40
CHUNKS: Final = 30
"""Of a stream, beside its head and its usage."""
QUESTION: Final = ("How do I return a parcel that was delivered to my neighbour? " * 4)[:200]
ANSWER: Final = ("You can start a return within thirty days. Bring it to any pick-up point. " * 8)[:500]
ASK: Final[dict[str, Any]] = {
    "model": "gpt-4o",
    "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": QUESTION}],
}
STREAMED: Final[dict[str, Any]] = {**ASK, "stream": True, "stream_options": {"include_usage": True}}
USAGE: Final = {"prompt_tokens": 60, "completion_tokens": 110, "total_tokens": 170}
_HEAD: Final = {"id": "chatcmpl-1", "created": 1, "model": "gpt-4o-2024-08-06"}


def _whole() -> bytes:
    message = {"role": "assistant", "content": ANSWER}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    return json.dumps({**_HEAD, "object": "chat.completion", "choices": choices, "usage": USAGE}).encode()


def _events() -> bytes:
    size = len(ANSWER) // CHUNKS
    pieces = [{"content": ANSWER[at : at + size]} for at in range(0, len(ANSWER), size)]
    choices = [[{"index": 0, "delta": piece, "finish_reason": None}] for piece in pieces]
    ended = [{"index": 0, "delta": {}, "finish_reason": "stop"}]
    chunks = [*({"choices": choice} for choice in (*choices, ended)), {"choices": [], "usage": USAGE}]
    lines = (json.dumps({**_HEAD, "object": "chat.completion.chunk", **chunk}) for chunk in chunks)
    return "".join(f"data: {line}\n\n" for line in [*lines, "[DONE]"]).encode()


async def _serve() -> None:
    """Answer chat completions until this process is ended; the first line printed is the port."""
    bodies = {False: ("application/json", _whole()), True: ("text/event-stream", _events())}

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                size = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
                asked = await reader.readexactly(size)
                kind, body = bodies[bool(json.loads(asked).get("stream"))]
                line = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(line.encode() + body)
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def _server() -> Iterator[int]:
    command = [sys.executable, "-m", "benchmarks.instrument", "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def _block(call: Callable[[], object]) -> list[tuple[int, int]]:
    """CPU of the process and wall time of each call, in nanoseconds."""
    samples = []
    for _ in range(BLOCK):
        wall_ns, cpu_ns = time.perf_counter_ns(), time.process_time_ns()
        call()
        samples.append((time.process_time_ns() - cpu_ns, time.perf_counter_ns() - wall_ns))
    return samples[WARM_UP:]


def _quick_us(blocks: list[list[tuple[int, int]]], index: int) -> float:
    """The lower quartile."""
    return statistics.quantiles((sample[index] for block in blocks for sample in block), n=4)[0] / 1000


def _compare(call: Callable[[], object], blocks: int) -> dict[str, float]:
    """CPU and wall time of bare calls, and what instrumentation adds to them, in microseconds."""
    import pyflare

    bare, ours = [], []
    for _ in range(blocks):
        pyflare.uninstrument("openai")
        bare.append(_block(call))
        pyflare.instrument("openai")
        ours.append(_block(call))
    (bare_cpu_us, bare_us), (cpu_us, wall_us) = (
        [_quick_us(side[2:], index) for index in (0, 1)] for side in (bare, ours)
    )
    return {
        "bare_cpu_us": bare_cpu_us,
        "bare_us": bare_us,
        "cpu_us": cpu_us - bare_cpu_us,
        "wall_us": wall_us - bare_us,
    }


def _shapes(url: str) -> Iterator[tuple[str, Callable[[], object]]]:
    """A call of every shape."""
    import openai

    client = openai.OpenAI(api_key="none", base_url=url, max_retries=0)
    yield "sync", lambda: client.chat.completions.create(**ASK)
    yield "stream", lambda: [*client.chat.completions.create(**STREAMED)]
    with asyncio.Runner() as runner:
        later = openai.AsyncOpenAI(api_key="none", base_url=url, max_retries=0)

        async def call() -> object:
            return await later.chat.completions.create(**ASK)

        yield "async", lambda: runner.run(call())
        runner.run(later.close())


def _measure(url: str, blocks: int) -> dict[str, dict[str, float]]:
    import pyflare

    with tempfile.TemporaryDirectory() as folder:
        pyflare.init(service="bench", path=folder, compaction="off")
        measured = {shape: _compare(call, blocks) for shape, call in _shapes(url)}
        pyflare.shutdown()
    return measured


def rows(*, quick: bool = False) -> list[BenchRow]:
    """The lines of the table."""
    with _server() as port:
        url, blocks = f"http://127.0.0.1:{port}/v1", str(QUICK_BLOCKS if quick else BLOCKS)
        command = [sys.executable, "-m", "benchmarks.instrument", url, blocks]
        out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return [_row(shape, measured) for shape, measured in json.loads(out).items()]


def _row(shape: str, measured: dict[str, float]) -> BenchRow:
    chunks = f" of {CHUNKS + 3} chunks" if shape == "stream" else ""
    most_us = max(measured["cpu_us"], measured["wall_us"])
    return BenchRow(
        what=f"an instrumented openai call above the bare client, {shape}{chunks}",
        bar=f"under {BAR_US} µs, CPU and wall",
        measured=f"{most_us:.0f} µs",
        ok=most_us < BAR_US,
        beside=f"CPU {measured['cpu_us']:.0f} µs on {measured['bare_cpu_us']:.0f} µs, "
        f"wall {measured['wall_us']:.0f} µs on {measured['bare_us']:.0f} µs",
    )


def main() -> None:
    """Be the server, or the process that is measured, or print the rows."""
    match sys.argv[1:]:
        case ["serve"]:
            asyncio.run(_serve())
        case [url, blocks]:
            print(json.dumps(_measure(url, int(blocks))))
        case _:
            for row in rows():
                print(f"{row.what}: {row.measured} ({row.bar}); {row.beside}")


if __name__ == "__main__":
    main()
