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

CALLS = 20_000
ROUNDS = 7
QUESTION = "How do I return a parcel that was delivered to my neighbour? " * 4
QUESTION = QUESTION[:200]
ANSWER = ("You can start a return within thirty days. Bring the parcel to any pick-up point. " * 8)[:500]
SHAPES = ("sync", "nested", "async")


def _measure(call: Callable[[], object], flush: Callable[[], object], spans_per_call: int) -> dict[str, float]:
    for _ in range(500):
        call()
    flush()
    samples_ns = []
    started_ns = time.process_time_ns()
    for _ in range(CALLS // spans_per_call):
        before_ns = time.perf_counter_ns()
        call()
        samples_ns.append(time.perf_counter_ns() - before_ns)
    flush()
    cpu_ns = time.process_time_ns() - started_ns
    return {
        "cpu_us": cpu_ns / CALLS / 1000,
        "p50_us": statistics.median(samples_ns) / spans_per_call / 1000,
    }


def _runner(
    shape: str,
    one: Callable[..., object],
    nested: Callable[..., object],
    coroutine: Callable[..., object],
    flush: Callable[[], object],
) -> dict[str, float]:
    if shape == "sync":
        return _measure(lambda: one(QUESTION), flush, 1)
    if shape == "nested":
        return _measure(lambda: nested(QUESTION), flush, 5)
    import asyncio

    with asyncio.Runner() as runner:
        loop_call = _async_batch(runner, coroutine)
        return _measure(loop_call, flush, 100)


def _async_batch(runner: object, coroutine: Callable[..., object]) -> Callable[[], object]:
    async def batch() -> None:
        for _ in range(100):
            await coroutine(QUESTION)  # type: ignore[misc]

    return lambda: runner.run(batch())  # type: ignore[attr-defined]


def plain(shape: str) -> dict[str, float]:
    """The functions themselves."""

    def one(question: str) -> str:
        return ANSWER

    def nested(question: str) -> str:
        for _ in range(4):
            one(question)
        return ANSWER

    async def coroutine(question: str) -> str:
        return ANSWER

    return _runner(shape, one, nested, coroutine, lambda: None)


def otel(shape: str) -> dict[str, float]:
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

    return _runner(shape, one, nested, coroutine, provider.force_flush)


def pyflare(shape: str) -> dict[str, float]:
    """PyFlare with default capture, stored durably."""
    import pyflare

    with tempfile.TemporaryDirectory() as folder:
        pyflare.init(service="bench", path=folder, compaction="off")

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
            result = _runner(shape, one, nested, coroutine, pyflare.flush)
        pyflare.shutdown()
        return result


SIDES = {"plain": plain, "otel": otel, "pyflare": pyflare}


def _in_process(side: str, shape: str) -> dict[str, float]:
    output = subprocess.run(
        [sys.executable, "-m", "benchmarks.tracing", side, shape], capture_output=True, text=True, check=True
    )
    return dict(json.loads(output.stdout))


def main() -> None:
    """Print the table."""
    print(f"{'shape':8} {'otel µs':>9} {'pyflare µs':>11} {'CPU ratio':>10} {'p50 ratio':>10}")
    for shape in SHAPES:
        pairs = [(_in_process("otel", shape), _in_process("pyflare", shape)) for _ in range(ROUNDS)]
        cpu = statistics.median(ours["cpu_us"] / theirs["cpu_us"] for theirs, ours in pairs)
        p50 = statistics.median(ours["p50_us"] / theirs["p50_us"] for theirs, ours in pairs)
        theirs_us = statistics.median(theirs["cpu_us"] for theirs, _ in pairs)
        ours_us = statistics.median(ours["cpu_us"] for _, ours in pairs)
        print(f"{shape:8} {theirs_us:9.1f} {ours_us:11.1f} {cpu:10.2f} {p50:10.2f}")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(SIDES[sys.argv[1]](sys.argv[2])))
    else:
        main()
