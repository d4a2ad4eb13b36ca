"""Spans over generators, however they are consumed or left."""

from __future__ import annotations

import contextlib
import gc
import threading
import warnings
import weakref

import pytest

import pyflare
from tests.tracing.recorded import content, tree


@pyflare.trace(name="counting")
def counting(n):
    yield from range(n)


@pyflare.trace(name="telling")
def telling(*words):
    yield from words


@pyflare.trace(name="step")
def step():
    pass


def test_text_chunks_are_joined(recorded):
    """A stream of text has the whole text as its output."""
    assert list(telling("Hel", "lo", "")) == ["Hel", "lo", ""]
    span = recorded.one()
    assert content(span.output) == "Hello"
    assert span.attributes == {"pyflare.stream.chunks": 3}
    assert content(span.input) == {"words": ["Hel", "lo", ""]}


def test_other_chunks_are_a_list(recorded):
    """A stream of anything else has the list of its chunks as its output; text keeps its place among them."""
    assert list(telling("a", 1, {"b": None})) == ["a", 1, {"b": None}]
    assert content(recorded.one().output) == ["a", 1, {"b": None}]


def test_an_empty_stream_has_an_empty_output(recorded):
    """No chunks, and no time to the first."""
    assert list(counting(0)) == []
    span = recorded.one()
    assert content(span.output) == []
    assert "time_to_first_chunk_ns" not in (span.fields or {})


def test_the_time_to_the_first_chunk_is_kept(recorded):
    """It lies between the start and the end of the span."""
    list(counting(3))
    span = recorded.one()
    assert 0 < span.fields["time_to_first_chunk_ns"] <= span.duration_ns


def test_chunks_are_captured_as_they_come(recorded):
    """A chunk that is changed after it was given out is kept as it was."""

    @pyflare.trace
    def growing():
        state = []
        for number in range(3):
            state.append(number)
            yield state

    assert list(growing())[-1] == [0, 1, 2]
    assert content(recorded.one().output) == [[0], [0, 1], [0, 1, 2]]


def test_no_chunk_lives_longer_for_being_traced(recorded):
    """What the consumer lets go of is freed, however long the stream runs."""

    class Batch:
        pass

    alive = []

    @pyflare.trace
    def batches():
        for _ in range(5):
            batch = Batch()
            alive.append(weakref.ref(batch))
            yield batch

    for batch in batches():
        assert sum(reference() is not None for reference in alive) <= 2
        del batch
    assert [reference() for reference in alive] == [None] * 5


def test_sent_values_and_return_values_pass_through(recorded):
    """`send` reaches the generator and `yield from` gets its return value."""

    @pyflare.trace
    def echo():
        received = []
        while len(received) < 3:
            received.append((yield len(received)))
        return received

    result = []

    def outer():
        result.append((yield from echo()))

    stream = outer()
    assert [stream.send(None), stream.send("a"), stream.send("b")] == [0, 1, 2]
    with pytest.raises(StopIteration):
        stream.send("c")
    assert result == [["a", "b", "c"]]


def test_thrown_exceptions_pass_through(recorded):
    """`throw` reaches the generator, which may swallow the exception and go on."""

    @pyflare.trace
    def stubborn():
        while True:
            try:
                yield "calm"
            except ValueError as error:
                yield str(error)

    stream = stubborn()
    assert [next(stream), stream.throw(ValueError("hit")), next(stream)] == ["calm", "hit", "calm"]
    with pytest.raises(KeyError):
        stream.throw(KeyError("out"))
    span = recorded.one()
    assert (span.status_code, span.fields["error_type"]) == (2, "KeyError")
    assert content(span.output) == "calmhitcalm"


def test_a_thrown_stop_iteration_is_a_runtime_error_as_untraced(recorded):
    """PEP 479 holds through the decorator."""
    stream = counting(3)
    next(stream)
    with pytest.raises(RuntimeError):
        stream.throw(StopIteration())
    assert recorded.one().fields["error_type"] == "RuntimeError"


def test_an_exception_inside_ends_the_span_with_what_came_before(recorded):
    """The span fails and keeps the chunks there were."""

    @pyflare.trace
    def breaking():
        yield "first"
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        list(breaking())
    span = recorded.one()
    assert (span.status_code, span.status_message) == (2, "broken")
    assert content(span.output) == "first"
    ((_, name, event),) = span.events
    assert name == "exception"
    assert "breaking" in event["exception.stacktrace"]


@pytest.mark.parametrize("leave", ["break", "close", "drop"])
def test_a_stream_left_early_has_ended_well(recorded, leave):
    """Breaking off, closing and dropping end the span, marked, and not as a failure."""
    cleaned = []

    @pyflare.trace(name="stream")
    def stream():
        try:
            yield 1
            yield 2
        finally:
            step()
            cleaned.append(True)

    running = stream()
    for chunk in running:
        assert chunk == 1
        break
    if leave == "close":
        running.close()
    elif leave == "drop":
        del running
    else:
        running = None
    gc.collect()
    assert cleaned == [True]
    span = recorded.one("stream")
    assert span.status_code == 0
    assert span.attributes == {"pyflare.stream.chunks": 1, "pyflare.stream.closed_early": True}
    assert content(span.output) == [1]
    assert tree(recorded.ended())["step"] == "stream"


def test_a_stream_never_asked_for_has_no_span(recorded):
    """Nothing has run, so nothing is recorded."""
    counting(3)
    counting(3).close()
    assert recorded.records() == []


def test_a_generator_that_ignores_its_closing_fails_as_untraced(recorded):
    """The RuntimeError of `close` is the same, and the span ends with it."""

    @pyflare.trace
    def clinging():
        try:
            yield 1
        except GeneratorExit:
            yield 2

    stream = clinging()
    next(stream)
    with pytest.raises(RuntimeError, match="ignored GeneratorExit"):
        stream.close()
    assert recorded.one().status_code == 2


def test_a_function_that_returns_a_generator_lasts_as_long_as_that(recorded):
    """The span covers the stream, and what runs inside it nests."""

    @pyflare.trace(name="outer")
    def outer():
        def inner():
            step()
            yield 1
            step()

        return inner()

    stream = outer()
    assert recorded.running() == ["outer"]
    assert list(stream) == [1]
    assert content(recorded.one("outer").output) == [1]
    assert tree(recorded.ended())["step"] == "outer"


def test_a_returned_generator_that_nobody_runs_ends_with_its_last_reference(recorded):
    """The span has begun with the call, and does not stay open for ever."""

    @pyflare.trace(name="outer")
    def outer():
        return (number for number in range(3))

    outer()
    gc.collect()
    assert recorded.running() == []
    assert recorded.one().attributes["pyflare.stream.closed_early"] is True


def test_a_returned_coroutine_that_nobody_awaits_ends_with_its_last_reference(recorded):
    """The same for a coroutine; Python warns of it as it does untraced."""

    async def inner():
        pass

    @pyflare.trace(name="outer")
    def outer():
        return inner()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outer()
        gc.collect()
    assert recorded.running() == []


def test_the_consumer_is_not_inside_the_stream(recorded):
    """Spans that begin between chunks are not the stream's children; those of the generator's own code are."""

    @pyflare.trace(name="stream")
    def stream():
        with pyflare.span("inside"):
            pass
        yield 1
        with pyflare.span("inside too"):
            pass

    @pyflare.trace(name="consumer")
    def consumer():
        for _ in stream():
            with pyflare.span("between"):
                pass

    consumer()
    assert tree(recorded.ended()) == {
        "inside": "stream",
        "inside too": "stream",
        "between": "consumer",
        "stream": "consumer",
        "consumer": None,
    }


def test_a_span_held_across_chunks_stays_current_inside(recorded):
    """After a `yield` in a `with` block the generator's code is still inside that block."""

    @pyflare.trace(name="stream")
    def stream():
        with pyflare.span("block"), pyflare.context(user="u-1"):
            yield 1
            with pyflare.span("after the first chunk"):
                pass
            yield 2
            with pyflare.span("after the second chunk"):
                pass
        with pyflare.span("after the block"):
            yield 3

    for _ in stream():
        assert pyflare.current_span().trace_id == "0" * 32
    found = recorded.ended()
    assert tree(found) == {
        "after the first chunk": "block",
        "after the second chunk": "block",
        "block": "stream",
        "after the block": "stream",
        "stream": None,
    }
    assert {span.name: (span.scope or {}).get("user_id") for span in found} == {
        "after the first chunk": "u-1",
        "after the second chunk": "u-1",
        "block": None,
        "after the block": None,
        "stream": None,
    }


def test_streams_taken_in_turn_do_not_mix(recorded):
    """Two generators consumed alternately keep their own spans."""

    @pyflare.trace
    def stream(name):
        for _ in range(3):
            with pyflare.span(f"step of {name}"):
                yield name

    for one, other in zip(stream("a"), stream("b"), strict=True):
        assert (one, other) == ("a", "b")
    spans = recorded.ended()
    streams = {content(span.input)["name"]: span.span_id for span in spans if "stream" in span.name}
    for span in spans:
        if span.name.startswith("step of "):
            assert span.parent_span_id == streams[span.name[-1]]


def test_a_generator_consumed_by_another_thread_is_whole(recorded):
    """Chunks may be asked for in different threads."""
    stream = counting(4)
    got = [next(stream)]
    thread = threading.Thread(target=lambda: got.extend(stream))
    thread.start()
    thread.join()
    assert got == [0, 1, 2, 3]
    assert content(recorded.one().output) == [0, 1, 2, 3]


def test_chunks_beyond_the_limit_are_counted(begin):
    """All are counted, the first are kept, and the rest is a loss with a number."""
    recorded = begin(max_chunks=10)
    assert len(list(counting(25))) == 25
    span = recorded.one()
    assert span.attributes["pyflare.stream.chunks"] == 25
    assert content(span.output) == list(range(10))
    assert recorded.losses() == {"chunk_dropped": 15}


def test_long_text_is_kept_up_to_its_size(begin):
    """Tokens are limited by their size, not their number; what is beyond is counted."""
    recorded = begin(max_chunks=10, content_limit_bytes=1000)
    list(telling(*["word "] * 100))
    list(telling(*["x" * 400] * 5))
    first, second = recorded.ended()
    assert content(first.output) == "word " * 100
    assert content(second.output) == "x" * 800
    assert recorded.losses()["chunk_dropped"] == 3


def test_an_output_left_out_costs_no_capture(recorded):
    """With `capture_output=False` chunks are counted and not looked at."""

    class Untouchable:
        def __repr__(self):
            raise AssertionError("looked at")

    @pyflare.trace(capture_output=False)
    def stream():
        yield Untouchable()

    list(stream())
    span = recorded.one()
    assert (span.output, span.attributes) == (None, {"pyflare.stream.chunks": 1})
    assert recorded.losses() == {}


def test_a_failed_stream_is_no_reference_cycle(recorded):
    """What a failed generator held is freed with the exception, without the garbage collector."""

    class Resource:
        pass

    alive = []

    @pyflare.trace
    def failing():
        resource = Resource()
        alive.append(weakref.ref(resource))
        yield 1

    gc.disable()
    try:
        stream = failing()
        next(stream)
        with contextlib.suppress(ValueError):
            stream.throw(ValueError("thrown in"))
        del stream
        assert alive[0]() is None
    finally:
        gc.enable()
