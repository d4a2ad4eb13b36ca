"""Spans over async generators and coroutines, however they are consumed, cancelled or left."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import logging
import warnings

import pytest
from opentelemetry import trace as otel

import pyflare
from tests.tracing.recorded import content, tree


@pyflare.trace(name="ticks")
async def ticks(n):
    for number in range(n):
        await asyncio.sleep(0)
        yield number


@pyflare.trace(name="step")
async def step():
    await asyncio.sleep(0)


def test_chunks_are_kept(recorded):
    """The output is what was yielded."""

    async def main():
        return [number async for number in ticks(3)]

    assert asyncio.run(main()) == [0, 1, 2]
    span = recorded.one()
    assert content(span.output) == [0, 1, 2]
    assert span.attributes == {"pyflare.stream.chunks": 3}
    assert 0 < span.fields["time_to_first_chunk_ns"] <= span.duration_ns


def test_sent_and_thrown_values_pass_through(recorded):
    """`asend` and `athrow` reach the generator."""

    @pyflare.trace
    async def echo():
        received = None
        while True:
            try:
                received = yield received
            except ValueError as error:
                received = f"caught {error}"

    async def main():
        stream = echo()
        got = [await stream.asend(None), await stream.asend("a"), await stream.athrow(ValueError("b"))]
        with pytest.raises(KeyError):
            await stream.athrow(KeyError("out"))
        with pytest.raises(StopAsyncIteration):
            await anext(stream)
        return got

    assert asyncio.run(main()) == [None, "a", "caught b"]
    assert recorded.one().fields["error_type"] == "KeyError"


def test_closing_runs_the_cleanup_inside_the_span(recorded):
    """`aclose` awaits the generator's own cleanup before the span ends."""

    @pyflare.trace(name="stream")
    async def stream():
        try:
            yield 1
        finally:
            await step()

    async def main():
        running = stream()
        await anext(running)
        await running.aclose()

    asyncio.run(main())
    assert tree(recorded.ended()) == {"step": "stream", "stream": None}
    span = recorded.one("stream")
    assert (span.status_code, span.attributes["pyflare.stream.closed_early"]) == (0, True)


def test_a_dropped_stream_ends(recorded):
    """The event loop closes a stream whose consumer broke off and dropped it."""

    @pyflare.trace(name="stream")
    async def stream():
        try:
            yield 1
            yield 2
        finally:
            await step()

    async def main():
        async for _ in stream():
            break
        gc.collect()
        await asyncio.sleep(0.01)

    asyncio.run(main())
    assert tree(recorded.ended()) == {"step": "stream", "stream": None}


def test_a_stream_left_to_the_end_of_the_loop_ends(recorded, caplog):
    """`asyncio.run` closes what is still open, cleanup and all, without a word in the log."""
    kept = []

    @pyflare.trace(name="stream")
    async def stream():
        try:
            yield 1
        finally:
            await step()

    async def main():
        kept.extend(stream() for _ in range(10))
        for one in kept:
            await anext(one)

    asyncio.run(main())
    assert recorded.running() == []
    assert [span.status_code for span in recorded.ended()] == [0] * 20
    assert caplog.records == []


def test_a_stream_dropped_without_a_loop_ends(recorded):
    """Where no event loop closes it, the span ends with the stream's last reference."""
    stream = ticks(3)
    step_once = stream.asend(None)
    assert step_once.send(None) is None
    with pytest.raises(StopIteration):
        step_once.send(None)
    del stream, step_once
    gc.collect()
    assert recorded.running() == []
    assert recorded.one().attributes["pyflare.stream.closed_early"] is True


def test_cancelling_the_consumer_ends_the_stream(recorded):
    """Cancelled while the generator awaits: the span ends as cancelled, its consumer's too."""

    @pyflare.trace(name="stream")
    async def stream():
        yield 1
        await asyncio.sleep(60)
        yield 2

    @pyflare.trace(name="consumer")
    async def consumer():
        async for _ in stream():
            pass

    async def main():
        task = asyncio.create_task(consumer())
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    for name in ("stream", "consumer"):
        span = recorded.one(name)
        assert (span.status_code, span.fields["error_type"]) == (2, "asyncio.exceptions.CancelledError")
    assert content(recorded.one("stream").output) == [1]


def test_cancelling_the_consumer_between_chunks_ends_the_stream(recorded):
    """Cancelled while the consumer is busy: the loop closes the stream, which has not failed."""

    async def consumer():
        async for _ in ticks(5):
            await asyncio.sleep(60)

    async def main():
        task = asyncio.create_task(consumer())
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        del task
        gc.collect()
        await asyncio.sleep(0.01)

    asyncio.run(main())
    assert recorded.running() == []
    assert recorded.one("ticks").status_code == 0


def test_a_timeout_inside_a_stream(recorded):
    """`asyncio.timeout` in the generator's own code works through the decorator."""

    @pyflare.trace
    async def slow():
        try:
            async with asyncio.timeout(0.01):
                await asyncio.sleep(60)
        except TimeoutError:
            yield "too slow"

    async def main():
        return [chunk async for chunk in slow()]

    assert asyncio.run(main()) == ["too slow"]


def test_a_span_held_across_chunks_stays_current_inside(recorded):
    """After a `yield` in a `with` block the generator's code is still inside that block."""

    @pyflare.trace(name="stream")
    async def stream():
        async with pyflare.span("block"):
            yield 1
            await step()

    async def main():
        async for _ in stream():
            async with pyflare.span("between"):
                pass

    asyncio.run(main())
    assert tree(recorded.ended()) == {"step": "block", "block": "stream", "stream": None, "between": None}


def test_streams_consumed_at_once_do_not_mix(recorded):
    """Each of many concurrent streams has its own children."""

    @pyflare.trace(name="stream")
    async def stream(user):
        for _ in range(5):
            with pyflare.span(f"step of {user}"):
                await asyncio.sleep(0)
            yield user

    async def consume(user):
        with pyflare.context(user=user):
            return [chunk async for chunk in stream(user)]

    async def main():
        users = [f"u-{number}" for number in range(20)]
        assert await asyncio.gather(*map(consume, users)) == [[user] * 5 for user in users]

    asyncio.run(main())
    streams = {span.span_id: span.scope["user_id"] for span in recorded.ended("stream")}
    steps = [span for span in recorded.ended() if span.name.startswith("step of ")]
    assert len(steps) == 100
    for span in steps:
        assert span.scope == {"user_id": span.name.removeprefix("step of ")}
        assert streams[span.parent_span_id] == span.scope["user_id"]


def test_a_function_that_returns_an_async_generator_lasts_as_long_as_that(recorded):
    """The span covers the stream; one that nobody runs ends with its last reference."""

    @pyflare.trace(name="outer")
    def outer():
        async def inner():
            await step()
            yield 1

        return inner()

    async def main():
        return [chunk async for chunk in outer()]

    assert asyncio.run(main()) == [1]
    assert tree(recorded.ended()) == {"step": "outer", "outer": None}
    outer()
    gc.collect()
    assert recorded.running() == []


def test_nothing_of_the_apps_own_traces_is_hidden_before_init():
    """Without `init` the current OpenTelemetry span is the app's, inside a traced stream too."""
    parent = otel.NonRecordingSpan(otel.SpanContext(1, 2, is_remote=False, trace_flags=otel.TraceFlags(1)))
    seen = []

    @pyflare.trace
    async def stream():
        seen.append(otel.get_current_span())
        yield 1

    async def main():
        with otel.use_span(parent):
            return [chunk async for chunk in stream()]

    asyncio.run(main())
    assert seen == [parent]


def test_a_coroutine_closed_in_another_context_ends_quietly(recorded, caplog):
    """A coroutine begun in one context and closed in another ends its span, without a fault or a log line."""

    @pyflare.trace(name="waiting")
    async def waiting():
        with pyflare.span("inside"):
            await asyncio.sleep(60)

    running = waiting()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        contextvars.copy_context().run(loop.run_until_complete, _begin(running))
        contextvars.copy_context().run(running.close)
    finally:
        asyncio.set_event_loop(None)
        loop.close()
    assert recorded.running() == []
    assert {span.status_code for span in recorded.ended()} == {0}
    assert caplog.records == []


async def _begin(coroutine):
    future = coroutine.send(None)
    future.cancel()


def test_a_task_destroyed_while_pending_ends_its_spans(recorded, caplog):
    """A task that the loop forgot ends its spans when it is collected; only asyncio speaks of it."""
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)

    @pyflare.trace(name="stream")
    async def stream():
        await asyncio.get_running_loop().create_future()
        yield 1

    @pyflare.trace(name="forgotten")
    async def forgotten():
        async for _ in stream():
            pass

    loop = asyncio.new_event_loop()
    try:
        task = loop.create_task(forgotten())
        loop.run_until_complete(asyncio.sleep(0.01))
        del task
        gc.collect()
    finally:
        loop.close()
        gc.collect()
        logging.getLogger("asyncio").setLevel(logging.NOTSET)
    assert recorded.running() == []
    assert [record for record in caplog.records if record.name != "asyncio"] == []


def test_an_unawaited_coroutine_has_no_span(recorded):
    """Nothing has run; Python's own warning is the function's, as untraced."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        step()
        gc.collect()
    assert [str(warning.message) for warning in caught] == ["coroutine 'step' was never awaited"]
    assert recorded.records() == []


def test_task_groups_fail_as_untraced(recorded):
    """The ExceptionGroup passes; each failed task has its own span with its own error."""

    @pyflare.trace(name="fails")
    async def fails(number):
        await asyncio.sleep(0)
        raise ValueError(number)

    @pyflare.trace(name="group")
    async def group():
        async with asyncio.TaskGroup() as tasks:
            for number in range(3):
                tasks.create_task(fails(number))

    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(group())
    assert len(caught.value.exceptions) == 3
    assert sorted(span.status_message for span in recorded.ended("fails")) == ["0", "1", "2"]
    span = recorded.one("group")
    assert span.fields["error_type"] == "ExceptionGroup"
    assert "ValueError: 1" in span.events[0][2]["exception.stacktrace"]
