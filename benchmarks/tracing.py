"""What a traced call costs, against the raw OpenTelemetry SDK that stores nothing.

CPU time of the whole process, from the first call to the end of `flush()`. Both
sides run in turn, in fresh processes, and the ratio is taken pair by pair.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

from benchmarks.row import BenchRow

CALLS = 20_000
ROUNDS = 7
QUICK_ROUNDS = 3
QUESTION = "How do I return a parcel that was delivered to my neighbour? " * 4
QUESTION = QUESTION[:200]
ANSWER = ("You can start a return within thirty days. Bring the parcel to any pick-up point. " * 8)[:500]
BARS = {"sync": 0.30, "nested": 0.30, "async": 0.35}
"""Of the baseline, by shape of the call."""
UNTRACED_BAR_US = 0.25
"""What a decorator may cost a program that does not want it."""
SHAPES = tuple(BARS)


def _measure(
    call: Callable[[], object], flush: Callable[[], object], spans_per_call: int, calls: int
) -> dict[str, float]:
    for _ in range(500):
        call()
    flush()
    samples_ns = []
    started_ns = time.process_time_ns()
    for _ in range(calls // spans_per_call):
        before_ns = time.perf_counter_ns()
        call()
        samples_ns.append(time.perf_counter_ns() - before_ns)
    flush()
    cpu_ns = time.process_time_ns() - started_ns
    return {
        "cpu_us": cpu_ns / calls / 1000,
        "p50_us": statistics.median(samples_ns) / spans_per_call / 1000,
    }


def _runner(
    shape: str,
    one: Callable[..., object],
    nested: Callable[..., object],
    coroutine: Callable[..., object],
    flush: Callable[[], object],
    calls: int,
) -> dict[str, float]:
    if shape == "sync":
        return _measure(lambda: one(QUESTION), flush, 1, calls)
    if shape == "nested":
        return _measure(lambda: nested(QUESTION), flush, 5, calls)
    import asyncio

    with asyncio.Runner() as runner:
        loop_call = _async_batch(runner, coroutine)
        return _measure(loop_call, flush, 100, calls)


def _async_batch(runner: object, coroutine: Callable[..., object]) -> Callable[[], object]:
    async def batch() -> None:
        for _ in range(100):
            await coroutine(QUESTION)  # type: ignore[misc]

    return lambda: runner.run(batch())  # type: ignore[attr-defined]


def plain(shape: str, calls: int) -> dict[str, float]:
    """The functions themselves."""

    def one(question: str) -> str:
        return ANSWER

    def nested(question: str) -> str:
        for _ in range(4):
            one(question)
        return ANSWER

    async def coroutine(question: str) -> str:
        return ANSWER

    return _runner(shape, one, nested, coroutine, lambda: None, calls)


def untraced(shape: str, calls: int) -> dict[str, float]:
    """The same functions decorated, in a program that has not called `pyflare.init`."""
    import pyflare

    @pyflare.trace
    def one(question: str) -> str:
        return ANSWER

    @pyflare.trace
    def nested(question: str) -> str:
        for _ in range(4):
            one(question)
        return ANSWER

    @pyflare.trace
    async def coroutine(question: str) -> str:
        return ANSWER

    return _runner(shape, one, nested, coroutine, lambda: None, calls)


def otel(shape: str, calls: int) -> dict[str, float]:
    """opentelemetry-sdk, batch processor, an exporter that does nothing, five attributes."""
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

    class NoOpExporter(SpanExporter):
        def export(self, spans: object) -> SpanExportResult:
            return SpanExportResult.SUCCESS

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(NoOpExporter(), max_queue_size=65536))
    tracer = provider.get_tracer("bench")

    def attributes(span: object, question: str) -> None:
        set_attribute = span.set_attribute  # type: ignore[attr-defined]
        set_attribute("gen_ai.operation.name", "chat")
        set_attribute("gen_ai.request.model", "gpt-4o")
        set_attribute("input", question)
        set_attribute("output", ANSWER)
        set_attribute("user.id", "u-1")

    def one(question: str) -> str:
        with tracer.start_as_current_span("one") as span:
            attributes(span, question)
            return ANSWER

    def nested(question: str) -> str:
        with tracer.start_as_current_span("nested") as span:
            attributes(span, question)
            for _ in range(4):
                one(question)
            return ANSWER

    async def coroutine(question: str) -> str:
        with tracer.start_as_current_span("coroutine") as span:
            attributes(span, question)
            return ANSWER

    return _runner(shape, one, nested, coroutine, provider.force_flush, calls)


def pyflare(shape: str, calls: int, path: str | None = None) -> dict[str, float]:
    """PyFlare with default capture, stored durably; at `path` where that is given."""
    import pyflare

    with tempfile.TemporaryDirectory() as folder:
        pyflare.init(service="bench", path=path or folder, compaction="off")

        @pyflare.trace(kind="llm", model="gpt-4o")
        def one(question: str) -> str:
            return ANSWER

        @pyflare.trace(kind="chain")
        def nested(question: str) -> str:
            for _ in range(4):
                one(question)
            return ANSWER

        @pyflare.trace(kind="llm", model="gpt-4o")
        async def coroutine(question: str) -> str:
            return ANSWER

        with pyflare.context(user="u-1"):
            result = _runner(shape, one, nested, coroutine, pyflare.flush, calls)
        pyflare.shutdown()
        return result


SIDES: dict[str, Callable[..., dict[str, float]]] = {
    "plain": plain,
    "untraced": untraced,
    "otel": otel,
    "pyflare": pyflare,
}


def in_process(side: str, shape: str, *, calls: int = CALLS, path: str | None = None) -> dict[str, float]:
    """CPU and median wall time of a call in a fresh process, in microseconds."""
    arguments = [side, shape, str(calls), *([path] if path is not None else [])]
    command = [sys.executable, "-m", "benchmarks.tracing", *arguments]
    return dict(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))


def _row(shape: str, what: str, key: str, pairs: list[tuple[dict[str, float], dict[str, float]]]) -> BenchRow:
    ratio = statistics.median(ours[key] / theirs[key] for theirs, ours in pairs)
    theirs_us = statistics.median(theirs[key] for theirs, _ in pairs)
    ours_us = statistics.median(ours[key] for _, ours in pairs)
    return BenchRow(
        what=f"{what}, {shape}",
        bar=f"at most {BARS[shape]:.2f}× opentelemetry-sdk",
        measured=f"{ratio:.3f}×",
        ok=ratio <= BARS[shape],
        beside=f"{ours_us:.1f} µs against {theirs_us:.1f} µs",
    )


def rows(*, quick: bool = False) -> list[BenchRow]:
    """The lines of the table."""
    cpu, p50 = [], []
    for shape in SHAPES:
        rounds = QUICK_ROUNDS if quick else ROUNDS
        pairs = [(in_process("otel", shape), in_process("pyflare", shape)) for _ in range(rounds)]
        cpu.append(_row(shape, "CPU of a traced call, flush included", "cpu_us", pairs))
        p50.append(_row(shape, "p50 of a traced call", "p50_us", pairs))
    return [
        *cpu,
        *p50,
        *(_untraced_row(shape, rounds=QUICK_ROUNDS if quick else ROUNDS) for shape in ("sync", "async")),
    ]


def _untraced_row(shape: str, *, rounds: int) -> BenchRow:
    pairs = [(in_process("plain", shape), in_process("untraced", shape)) for _ in range(rounds)]
    added_us = statistics.median(decorated["cpu_us"] - plain["cpu_us"] for plain, decorated in pairs)
    return BenchRow(
        what=f"CPU that a decorated call adds before `pyflare.init`, {shape}",
        bar=f"at most {UNTRACED_BAR_US:.2f} µs",
        measured=f"{added_us:.2f} µs",
        ok=added_us <= UNTRACED_BAR_US,
    )


def main() -> None:
    """Be the process that is measured, or print the rows."""
    if len(sys.argv) > 2:
        side, shape, calls, *path = sys.argv[1:]
        print(json.dumps(SIDES[side](shape, int(calls), *path)))
        return
    for row in rows():
        print(f"{row.what}: {row.measured} ({row.bar}); {row.beside}")


if __name__ == "__main__":
    main()
