"""What an instrumented call of openai's client costs above the bare client, on a server beside it.

One process makes both kinds of calls over one kept connection, a block of each in
turns, now the one first and now the other: two processes differ by more than what is
measured, by where their memory lies alone. Several processes do so one after another.
CPU counts whatever PyFlare does in the background too. The server is a process of its
own. Each pair of blocks gives one difference, of the median calls; said is the median of
the differences, with an interval that holds it 95 times of 100 however they are
distributed.
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
BLOCK: Final = 13
WARM_UP: Final = 3
"""Calls at the start of a block that do not count: they follow the other kind."""
WARM_BLOCKS: Final = 4
PROCESSES: Final = 5
BLOCKS: Final = 40
"""Pairs of blocks in each process."""
QUICK_BLOCKS: Final = 8
CHUNKS: Final = 30
"""Of a stream, beside its head and its usage."""
SHAPES: Final = ("sync", "stream", "async")
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


def _median_us(block: list[list[int]], index: int) -> float:
    """What the median call of a block took."""
    return statistics.median(sample[index] for sample in block) / 1000


def _interval(values: list[float]) -> tuple[float, float]:
    """A 95 % interval of the median: the order statistics about half of a binomial's spread from the middle."""
    ordered, spread = sorted(values), 1.96 * len(values) ** 0.5 / 2
    low, high = int(len(values) / 2 - spread), int(len(values) / 2 + spread)
    return ordered[max(low, 0)], ordered[min(high, len(values) - 1)]


def _shapes(url: str) -> Iterator[tuple[str, Callable[[], object]]]:
    """A call of every shape."""
    import openai

    client = openai.OpenAI(api_key="none", base_url=url, max_retries=0)
    later = openai.AsyncOpenAI(api_key="none", base_url=url, max_retries=0)
    runner = asyncio.Runner()

    async def call() -> object:
        return await later.chat.completions.create(**ASK)

    yield "sync", lambda: client.chat.completions.create(**ASK)
    yield "stream", lambda: [*client.chat.completions.create(**STREAMED)]
    yield "async", lambda: runner.run(call())


def _print_pairs(url: str, shape: str, blocks: int) -> None:
    """Make blocks of calls, bare and instrumented in turns, and print what each call took, pair by pair."""
    import pyflare

    with tempfile.TemporaryDirectory() as folder:
        pyflare.init(service="bench", path=folder, compaction="off")
        call = dict(_shapes(url))[shape]
        for turn in range(WARM_BLOCKS + blocks):
            taken: dict[bool, list[tuple[int, int]]] = {}
            for instrumented in (turn % 2 == 1, turn % 2 == 0):  # who comes second finds what the first has left
                if instrumented:
                    pyflare.instrument("openai")
                taken[instrumented] = _block(call)
                if instrumented:
                    pyflare.uninstrument("openai")
            if turn >= WARM_BLOCKS:
                print(json.dumps([taken[False], taken[True]]))
        pyflare.shutdown()


def _pairs(url: str, shape: str, blocks: int) -> Iterator[list[list[list[int]]]]:
    """Pairs of blocks from several processes: in each, memory lies elsewhere, which makes a difference of its own."""
    for _ in range(PROCESSES):
        command = [sys.executable, "-m", "benchmarks.instrument", url, shape, str(blocks)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        yield from map(json.loads, done.stdout.splitlines())


def _compare(url: str, shape: str, blocks: int) -> dict[str, float]:
    """CPU and wall time of bare calls, and what instrumentation adds to them, in microseconds."""
    pairs = [*_pairs(url, shape, blocks)]
    measured = {}
    for index, clock in enumerate(("cpu", "wall")):
        medians = [(_median_us(alone, index), _median_us(traced, index)) for alone, traced in pairs]
        added = [traced - alone for alone, traced in medians]
        measured[f"bare_{clock}_us"] = statistics.median(alone for alone, _ in medians)
        measured[f"{clock}_us"] = statistics.median(added)
        measured[f"{clock}_low_us"], measured[f"{clock}_high_us"] = _interval(added)
    return measured


def rows(*, quick: bool = False) -> list[BenchRow]:
    """The lines of the table."""
    with _server() as port:
        url, blocks = f"http://127.0.0.1:{port}/v1", QUICK_BLOCKS if quick else BLOCKS
        return [_row(shape, _compare(url, shape, blocks)) for shape in SHAPES]


def _row(shape: str, measured: dict[str, float]) -> BenchRow:
    chunks = f" of {CHUNKS + 3} chunks" if shape == "stream" else ""
    return BenchRow(
        what=f"an instrumented openai call above the bare client, {shape}{chunks}",
        bar=f"under {BAR_US} µs of CPU",
        measured=f"{measured['cpu_us']:.0f} µs",
        ok=measured["cpu_us"] < BAR_US,
        beside="; ".join(
            f"{word} {measured[f'{clock}_low_us']:.0f} to {measured[f'{clock}_high_us']:.0f} µs "
            f"on {measured[f'bare_{clock}_us']:.0f} µs"
            for word, clock in (("CPU", "cpu"), ("wall", "wall"))
        ),
    )


def main() -> None:
    """Be the server, or the process that is measured, or print the rows."""
    match sys.argv[1:]:
        case ["serve"]:
            asyncio.run(_serve())
        case [url, shape, blocks]:
            _print_pairs(url, shape, int(blocks))
        case _:
            for row in rows():
                print(f"{row.what}: {row.measured} ({row.bar}); {row.beside}")


if __name__ == "__main__":
    main()
