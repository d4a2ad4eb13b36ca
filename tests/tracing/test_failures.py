"""Exceptions of the traced program: recorded once, passed on untouched."""

from __future__ import annotations

import asyncio
import sys
import traceback

import pytest
from opentelemetry.trace import StatusCode

import pyflare
from tests.tracing.recorded import content


class Custom(Exception):
    pass


class Unspeakable(Exception):
    def __str__(self):
        raise RuntimeError("no words")

    __repr__ = __str__


class NotText(Exception):
    def __str__(self):
        return 5  # noqa: PLE0307  (what a user's mistake looks like)


def exceptions_of(span):
    return [attributes for _, name, attributes in span.events or [] if name == "exception"]


def test_an_exception_passes_and_is_recorded(recorded):
    """The caller gets the very exception; the span has its type, message and stack trace."""
    error = Custom("it broke")

    @pyflare.trace
    def fails():
        raise error

    with pytest.raises(Custom) as caught:
        fails()
    assert caught.value is error
    span = recorded.one()
    assert (span.status_code, span.status_message, span.output) == (2, "it broke", None)
    assert span.fields["error_type"] == f"{__name__}.Custom"
    (event,) = exceptions_of(span)
    assert event["exception.type"] == f"{__name__}.Custom"
    assert event["exception.message"] == "it broke"
    assert event["exception.escaped"] is True
    assert event["exception.stacktrace"].endswith(f"raise error\n{__name__}.Custom: it broke\n")


def test_the_stack_trace_begins_in_the_users_code(recorded):
    """PyFlare's own frames do not come first."""

    @pyflare.trace
    def fails():
        raise Custom

    with pytest.raises(Custom):
        fails()
    frames = exceptions_of(recorded.one())[0]["exception.stacktrace"].splitlines()
    assert "test_failures.py" in frames[1]


def test_one_propagation_has_one_stack_trace(recorded):
    """Each span that the exception leaves records it; only the innermost keeps the stack trace."""

    @pyflare.trace(name="inner")
    def inner():
        raise Custom("deep")

    @pyflare.trace(name="middle")
    async def middle():
        with pyflare.span("block"):
            inner()

    @pyflare.trace(name="outer")
    def outer():
        asyncio.run(middle())

    with pytest.raises(Custom):
        outer()
    stacks = {span.name: "exception.stacktrace" in exceptions_of(span)[0] for span in recorded.ended()}
    assert stacks == {"inner": True, "block": False, "middle": False, "outer": False}
    assert {span.status_code for span in recorded.ended()} == {2}


def test_each_of_several_failures_has_its_stack_trace(recorded):
    """Failures one after the other in one trace are told apart, though they may share an address in memory."""

    @pyflare.trace(name="attempt")
    def attempt(number):
        raise ValueError(f"attempt {number}")

    @pyflare.trace(name="retrying")
    def retrying():
        for number in range(20):
            try:
                attempt(number)
            except ValueError:
                continue
        raise ValueError("gave up")

    with pytest.raises(ValueError, match="gave up"):
        retrying()
    for span in recorded.ended():
        assert "exception.stacktrace" in exceptions_of(span)[0], span.status_message
    assert len(recorded.ended("attempt")) == 20


def test_an_exception_raised_again_by_an_outer_span_is_recorded_there_with_its_cause(recorded):
    """`raise … from` is a new exception with a stack trace of its own, in which the cause stands."""

    @pyflare.trace(name="inner")
    def inner():
        raise KeyError("cause")

    @pyflare.trace(name="outer")
    def outer():
        try:
            inner()
        except KeyError as error:
            raise Custom("effect") from error

    with pytest.raises(Custom):
        outer()
    (event,) = exceptions_of(recorded.one("outer"))
    assert "KeyError: 'cause'" in event["exception.stacktrace"]
    assert "direct cause" in event["exception.stacktrace"]


@pytest.mark.parametrize("kind", [Unspeakable, NotText])
def test_an_exception_that_cannot_be_shown_passes_all_the_same(recorded, kind):
    """A `__str__` that fails costs the message and nothing else."""

    @pyflare.trace
    def fails():
        raise kind

    with pytest.raises(kind):
        fails()
    span = recorded.one()
    assert span.fields["error_type"] == f"{__name__}.{kind.__name__}"
    assert "in __str__" in span.status_message
    assert "raise kind" in exceptions_of(span)[0]["exception.stacktrace"]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, asyncio.CancelledError, BaseException, StopIteration])
def test_exceptions_of_every_kind_pass(recorded, kind):
    """Also those that are no `Exception`."""

    @pyflare.trace(name="function")
    def fails():
        raise kind("why")

    with pytest.raises(kind):
        fails()
    with pytest.raises(kind), pyflare.span("block"):
        raise kind("why")
    for span in recorded.ended():
        assert span.status_code == 2
        assert exceptions_of(span)[0]["exception.message"] == "why"


@pytest.mark.parametrize(("code", "status"), [(None, 0), (0, 0), (1, 2), ("failed", 2)])
def test_leaving_the_program_is_a_failure_by_its_exit_code(recorded, code, status):
    """`sys.exit()` and `sys.exit(0)` have not failed."""

    @pyflare.trace
    def leaves():
        sys.exit(code)

    with pytest.raises(SystemExit):
        leaves()
    assert recorded.one().status_code == status


def test_an_exception_group_is_recorded_whole(recorded):
    """The stack trace shows the group's members."""

    @pyflare.trace
    def fails():
        raise ExceptionGroup("several", [ValueError("one"), TypeError("two")])

    with pytest.raises(ExceptionGroup):
        fails()
    (event,) = exceptions_of(recorded.one())
    assert "ValueError: one" in event["exception.stacktrace"]
    assert "TypeError: two" in event["exception.stacktrace"]


def test_the_exception_is_not_changed(recorded):
    """It has no notes, attributes, context or cause it would not have untraced."""
    error = Custom("plain")

    @pyflare.trace
    def fails():
        raise error

    with pytest.raises(Custom):
        fails()
    assert vars(error) == {}
    assert (error.__cause__, error.__context__) == (None, None)
    names = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
    assert names == ["test_the_exception_is_not_changed", "traced", "fails"]


def test_a_huge_message_and_stack_are_bounded(recorded):
    """Neither a megabyte of message nor a deep stack makes a large record."""

    def deep(depth):
        if depth:
            deep(depth - 1)
        raise Custom("x" * 1_000_000)

    @pyflare.trace
    def fails():
        deep(200)

    with pytest.raises(Custom):
        fails()
    assert sum(map(len, recorded._frames())) < 64_000


def test_messages_with_lone_surrogates_are_kept(recorded):
    """Text that is no valid Unicode, as file names can be, is escaped."""

    @pyflare.trace
    def fails():
        raise Custom("bad \udcff name")

    with pytest.raises(Custom):
        fails()
    assert recorded.one().status_message == "bad \\udcff name"


def test_stack_traces_can_be_left_out(begin):
    """The setting leaves type and message."""
    recorded = begin(capture_stack_traces=False)

    @pyflare.trace
    def fails():
        raise Custom("short")

    with pytest.raises(Custom):
        fails()
    (event,) = exceptions_of(recorded.one())
    assert "exception.stacktrace" not in event
    assert event["exception.message"] == "short"


def test_an_exception_handled_inside_is_no_failure(recorded):
    """A span fails by what leaves it."""

    @pyflare.trace
    def handles():
        try:
            raise Custom
        except Custom:
            return "fine"

    handles()
    span = recorded.one()
    assert (span.status_code, span.events, content(span.output)) == (0, None, "fine")


def test_an_ok_status_stands_against_an_exception(recorded):
    """A span that was set to ok stays ok, as OpenTelemetry has it; the event is kept."""
    span = pyflare.span("judged")
    span.set_status(StatusCode.OK)
    with pytest.raises(Custom), span:
        raise Custom
    found = recorded.one()
    assert found.status_code == 1
    assert len(exceptions_of(found)) == 1


def test_failures_in_concurrent_tasks_keep_their_stack_traces(recorded):
    """Tasks that fail in one trace at once do not take one another's."""

    @pyflare.trace(name="inner")
    async def inner(number):
        await asyncio.sleep(0.001 * (number % 3))
        raise ValueError(number)

    @pyflare.trace(name="task")
    async def task(number):
        await inner(number)

    @pyflare.trace(name="root")
    async def root():
        return await asyncio.gather(*map(task, range(30)), return_exceptions=True)

    results = asyncio.run(root())
    assert [error.args for error in results] == [(number,) for number in range(30)]
    assert all("exception.stacktrace" in exceptions_of(span)[0] for span in recorded.ended("inner"))
    assert not any("exception.stacktrace" in exceptions_of(span)[0] for span in recorded.ended("task"))
