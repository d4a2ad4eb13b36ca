"""Traces across threads, executors, processes and services."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import multiprocessing
import os
import pickle
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest
from opentelemetry import trace as otel
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

import pyflare
from tests.tracing import spawned
from tests.tracing.recorded import tree

TRACE_ID, SPAN_ID = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pyflare.trace(name="leaf")
def leaf(*args):
    return args


# -- threads -----------------------------------------------------------------------------------------


def test_a_thread_continues_the_span(recorded):
    """A propagated function runs under the span and context that were current when it was made."""
    with pyflare.context(user="u"), pyflare.span("main"):
        carried = pyflare.propagate(leaf)
        thread = threading.Thread(target=carried, args=(1,))
        thread.start()
        thread.join()
    assert tree(recorded.ended()) == {"leaf": "main", "main": None}
    assert recorded.one("leaf").scope == {"user_id": "u"}


def test_an_executor_continues_the_span_and_its_threads_forget_it(recorded):
    """The worker thread has nothing current before or after."""
    with ThreadPoolExecutor(1) as pool:
        with pyflare.span("main"):
            assert pool.submit(pyflare.propagate(leaf), 1).result() == (1,)
        pool.submit(pyflare.trace(name="unrelated")(leaf)).result()
    parents = [(span.name, span.parent_span_id is None) for span in recorded.ended()]
    assert parents == [("leaf", False), ("main", True), ("leaf", False), ("unrelated", True)]


def test_a_context_without_a_span_is_carried_too(recorded):
    """User and session go along where no span has begun yet."""
    with pyflare.context(user="u"), ThreadPoolExecutor(1) as pool:
        pool.submit(pyflare.propagate(leaf)).result()
    assert recorded.one().scope == {"user_id": "u"}


def test_one_propagated_function_runs_in_many_threads_at_once(recorded):
    """It holds no state of a single run."""
    barrier = threading.Barrier(8)

    def meet(number):
        barrier.wait(10)
        leaf(number)
        return pyflare.current_span().span_id

    with pyflare.span("main") as span, ThreadPoolExecutor(8) as pool:
        assert set(pool.map(pyflare.propagate(meet), range(8))) == {span.span_id}
    main = recorded.one("main")
    assert {found.parent_span_id for found in recorded.ended("leaf")} == {main.span_id}


def test_asyncio_to_thread_needs_no_propagation(recorded):
    """`asyncio.to_thread` and `copy_context` carry context variables by themselves."""

    @pyflare.trace(name="main")
    async def main():
        await asyncio.to_thread(leaf)

    asyncio.run(main())
    with pyflare.span("main too"):
        carried = contextvars.copy_context()
    carried.run(leaf)
    spans = recorded.ended("leaf")
    assert [span.parent_span_id for span in spans] == [
        recorded.one("main").span_id, recorded.one("main too").span_id,
    ]  # fmt: skip


def test_a_coroutine_function_is_carried_to_another_loop(recorded):
    """The coroutine itself runs under the carried span, wherever it is awaited."""

    async def step(number):
        await asyncio.sleep(0)
        leaf(number)
        return number

    with pyflare.span("main"):
        carried = pyflare.propagate(step)
    assert asyncio.run(carried(3)) == 3
    assert recorded.one("leaf").parent_span_id == recorded.one("main").span_id


def test_a_propagated_function_keeps_its_looks_and_exceptions(recorded):
    """Signature, name and what it raises are the function's."""

    def function(a: int, *, b: int = 2) -> int:
        """Add."""
        raise KeyError(a)

    carried = pyflare.propagate(function)
    assert inspect.signature(carried) == inspect.signature(function)
    assert (carried.__name__, carried.__doc__) == ("function", "Add.")
    with pytest.raises(KeyError, match="7"):
        carried(7)


def test_any_callable_can_be_propagated(recorded):
    """Methods, partials, builtins, and objects whose attributes have the names of propagate's own."""

    class Service:
        def __init__(self):
            self._context = "mine"
            self._function = "mine as well"

        def __call__(self):
            return self._context, self._function

    assert pyflare.propagate(Service())() == ("mine", "mine as well")
    assert pyflare.propagate("abc".upper)() == "ABC"
    assert pyflare.propagate(max)(1, 2) == 2
    assert pyflare.propagate(pyflare.propagate(max))(1, 2) == 2


def test_propagation_without_init_is_the_function():
    """Before `init` nothing is carried and everything works."""
    assert pyflare.propagate(max)(1, 2) == 2


# -- processes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_process_pool_continues_the_trace(recorded, method):
    """Spans of worker processes are children of the span that submitted them, in journals of their own."""
    options = {} if method == "fork" else {"initializer": spawned.begin, "initargs": (recorded.path,)}
    pool = ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method), **options)
    with pool, pyflare.context(user="u", tags=["a"]), pyflare.span("main"):
        results = list(pool.map(pyflare.propagate(spawned.work), range(6)))
    assert [double for double, _ in results] == [0, 2, 4, 6, 8, 10]
    assert os.getpid() not in {pid for _, pid in results}
    main = recorded.one("main")
    works, leaves = recorded.ended("work"), recorded.ended("leaf")
    assert (len(works), len(leaves)) == (6, 6)
    assert {span.parent_span_id for span in works} == {main.span_id}
    assert {span.trace_id for span in recorded.ended()} == {main.trace_id}
    assert {span.scope["user_id"] for span in works + leaves} == {"u"}
    assert recorded.running() == []


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_process_is_inside_the_span_by_itself(recorded):
    """`multiprocessing` with fork carries the context along without propagation."""
    with pyflare.span("main"):
        process = multiprocessing.get_context("fork").Process(target=spawned.work, args=(1,))
        process.start()
        process.join()
    assert process.exitcode == 0
    assert tree(recorded.ended()) == {"leaf": "work", "work": "main", "main": None}


def test_a_process_that_is_not_set_up_runs_the_function(recorded):
    """Where the other process never called `init`, the function runs untraced."""
    with pyflare.span("main"):
        carried = pickle.dumps(pyflare.propagate(spawned.plain))
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(pickle.loads(carried), 1).result() == 2


def test_a_pickled_function_carries_what_was_current_when_it_was_made(recorded):
    """Pickling later, or twice, changes nothing: the first place counts."""
    with pyflare.context(user="u", tags=["a"]), pyflare.span("main") as span:
        pyflare.update(session="s")
        with pyflare.context(tags=["b"]):
            carried = pyflare.propagate(spawned.work)
    for _ in range(2):
        carried = pickle.loads(pickle.dumps(carried))
    with pyflare.context(user="other"):
        carried(1)
    found = recorded.one("work")
    assert found.parent_span_id.hex() == span.span_id
    assert found.scope == {"user_id": "u", "session_id": "s", "tags": ["a", "b"]}


# -- services ----------------------------------------------------------------------------------------


def test_inject_and_extract_join_two_services(recorded):
    """The receiving span is the child of the sending one."""
    headers = {"accept": "*/*"}
    with pyflare.span("client"):
        pyflare.inject(headers)
    with pyflare.extract(headers), pyflare.span("server"):
        pass
    assert tree(recorded.ended()) == {"server": "client", "client": None}
    assert headers["accept"] == "*/*"


def test_what_is_injected_is_what_opentelemetry_reads(recorded):
    """Any service with a W3C propagator continues the trace."""
    headers = {}
    with pyflare.span("client") as span:
        pyflare.inject(headers)
    context = otel.get_current_span(TraceContextTextMapPropagator().extract(headers)).get_span_context()
    assert f"{context.trace_id:032x}" == span.trace_id
    assert f"{context.span_id:016x}" == span.span_id
    assert context.trace_flags.sampled


@pytest.mark.parametrize("name", ["traceparent", "Traceparent", "TRACEPARENT", "TraceParent"])
def test_header_names_come_in_any_case(recorded, name):
    """Frameworks disagree on the case of header names."""
    state = name.replace("parent", "state").replace("PARENT", "STATE").replace("Parent", "State")
    with pyflare.extract({name: f"00-{TRACE_ID}-{SPAN_ID}-01", state: "vendor=x"}), pyflare.span("server"):
        headers = {}
        pyflare.inject(headers)
    span = recorded.one()
    assert (span.trace_id.hex(), span.parent_span_id.hex(), span.trace_state) == (TRACE_ID, SPAN_ID, "vendor=x")
    assert headers["tracestate"] == "vendor=x"


def test_a_trace_that_the_caller_did_not_sample_is_not_recorded(recorded):
    """The flag -00 is respected by spans, by their children, and handed on."""
    headers = {}
    with pyflare.extract({"traceparent": f"00-{TRACE_ID}-{SPAN_ID}-00"}):
        leaf()
        with pyflare.span("server") as span:
            leaf()
            list(pyflare.trace(lambda: (number for number in range(3)))())
            span.set_attribute("a", 1)
            pyflare.update(user="u", output=1)
            pyflare.inject(headers)
        assert not span.is_recording()
    assert recorded.records() == []
    assert headers["traceparent"] == f"00-{TRACE_ID}-{SPAN_ID}-00"
    leaf()
    assert len(recorded.ended()) == 1


@pytest.mark.parametrize(
    "value",
    [
        "", "garbage", f"00-{TRACE_ID}-{SPAN_ID}", f"00-{'0' * 32}-{SPAN_ID}-01", f"00-{TRACE_ID}-{'0' * 16}-01",
        f"ff-{TRACE_ID}-{SPAN_ID}-01", f"00-{TRACE_ID.upper()}x-{SPAN_ID}-01", f"00-{TRACE_ID}-{SPAN_ID}-0",
        "\udcff", "0" * 100_000, None, 5, b"00", ["00"], object(),
    ],
)  # fmt: skip
def test_an_invalid_traceparent_changes_nothing(recorded, faults, value):
    """The trace that is current goes on, and the block runs."""
    ran = []
    with pyflare.span("outer"):
        with pyflare.extract({"traceparent": value}), pyflare.span("inner"):
            ran.append(True)
        with pyflare.span("after"):
            pass
    assert ran == [True]
    assert tree(recorded.ended()) == {"inner": "outer", "after": "outer", "outer": None}
    faults.clear()


@pytest.mark.parametrize("headers", [None, 5, [("traceparent", "x")], {5: 6}, {}])
def test_headers_that_are_none_change_nothing(recorded, faults, headers):
    """What is no mapping of text costs a log line at most."""
    with pyflare.extract(headers), pyflare.span("span"):
        pyflare.inject(headers)
    assert recorded.one().parent_span_id is None
    faults.clear()


def test_extract_is_over_at_the_end_of_its_block(recorded):
    """Also where the block is left by an exception."""
    with pytest.raises(KeyError), pyflare.extract({"traceparent": f"00-{TRACE_ID}-{SPAN_ID}-01"}):
        raise KeyError
    leaf()
    assert recorded.one().parent_span_id is None


def test_nothing_is_injected_outside_of_a_trace(recorded):
    """A request made outside of any span carries no traceparent."""
    headers = {}
    pyflare.inject(headers)
    assert headers == {}
