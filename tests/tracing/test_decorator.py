"""`@pyflare.trace` on every kind of function, with its signature kept."""

from __future__ import annotations

import abc
import asyncio
import contextlib
import copy
import enum
import functools
import inspect
import pickle
import types

import pytest

import pyflare
from pyflare.testing import strict
from tests.tracing.recorded import content, tree


def sync(a: int, b: int = 2, *rest: int, c: int = 3, **more: int) -> int:
    """Add up."""
    return a + b + c


async def coroutine(a: int, *, b: int = 2) -> int:
    return a + b


def generator(a: int):
    yield a


async def async_generator(a: int):
    yield a


@pyflare.trace
def at_module_level(a):
    return a


EVERY_KIND = [sync, coroutine, generator, async_generator]


@pytest.mark.parametrize("function", EVERY_KIND)
def test_a_traced_function_looks_like_the_function(function):
    """Name, documentation, annotations, signature and kind are those of the function."""
    traced = pyflare.trace(function)
    assert inspect.signature(traced) == inspect.signature(function)
    for attribute in ("__name__", "__qualname__", "__module__", "__doc__", "__annotations__", "__wrapped__"):
        expected = function if attribute == "__wrapped__" else getattr(function, attribute)
        assert getattr(traced, attribute) is expected or getattr(traced, attribute) == expected
    for question in (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction):
        assert question(traced) == question(function), question.__name__
    assert asyncio.iscoroutinefunction(traced) == asyncio.iscoroutinefunction(function)


def test_a_traced_function_is_pickled_by_name():
    """Executors that pickle functions take traced ones."""
    assert pickle.loads(pickle.dumps(at_module_level)) is at_module_level
    assert copy.deepcopy(at_module_level) is at_module_level


def test_a_sync_function_is_recorded(recorded):
    """A span has the function's name, its arguments, what it returned, and no parent."""
    assert pyflare.trace(sync)(1) == 6
    span = recorded.one()
    assert (span.name, span.parent_span_id, span.status_code) == ("sync", None, 0)
    assert content(span.input) == {"a": 1}
    assert content(span.output) == 6
    assert span.duration_ns > 0
    assert recorded.running() == []


@pytest.mark.parametrize(
    ("args", "kwargs", "captured"),
    [
        ((1,), {}, {"a": 1}),
        ((1, 5), {}, {"a": 1, "b": 5}),
        ((), {"a": 1}, {"a": 1}),
        ((1, 5, 6, 7), {}, {"a": 1, "b": 5, "rest": [6, 7]}),
        ((1,), {"c": 9}, {"a": 1, "c": 9}),
        ((1,), {"other": 9, "c": 0}, {"a": 1, "c": 0, "other": 9}),
    ],
)
def test_arguments_are_kept_by_name_as_passed(recorded, args, kwargs, captured):
    """Each argument goes by its parameter's name; defaults that were not passed are not kept."""
    pyflare.trace(sync)(*args, **kwargs)
    assert content(recorded.one().input) == captured


def test_a_keyword_beside_a_positional_only_parameter_of_the_same_name(recorded):
    """Where `**more` holds a name that a positional-only parameter has too, neither hides the other."""

    @pyflare.trace
    def function(a, /, **more):
        return a, more

    assert function(1, a=2) == (1, {"a": 2})
    assert content(recorded.one().input) == {"a": 1, "more": {"a": 2}}


def test_a_function_without_arguments_has_an_empty_input(recorded):
    """Nothing was passed, and the span says just that."""

    @pyflare.trace
    def nothing():
        return None

    nothing()
    assert content(recorded.one().input) == {}
    assert content(recorded.one().output) is None


@pytest.mark.parametrize(
    ("capture", "captured"),
    [(True, {"a": 1, "b": 2}), (False, None), (["b"], {"b": 2}), (("nobody",), {}), ({"a"}, {"a": 1})],
)
def test_what_is_captured_of_the_input_can_be_chosen(recorded, capture, captured):
    """All arguments, none, or those named."""
    pyflare.trace(capture_input=capture)(sync)(1, 2)
    assert content(recorded.one().input) == captured


def test_one_name_to_capture_may_stand_alone(recorded):
    """A single name given as text is one name, not its letters."""
    pyflare.trace(capture_input="a")(sync)(1, 2)
    assert content(recorded.one().input) == {"a": 1}


def test_an_output_can_be_left_out(recorded):
    """With `capture_output=False` what is returned is not kept."""
    pyflare.trace(capture_output=False)(sync)(1)
    assert recorded.one().output is None


def test_settings_say_what_is_captured_where_the_decorator_does_not(begin):
    """The settings are the default; a decorator that says otherwise wins."""
    recorded = begin(capture_input=False, capture_output=False)
    pyflare.trace(name="by setting")(sync)(1)
    pyflare.trace(name="by decorator", capture_input=True, capture_output=True)(sync)(1)
    assert (recorded.one("by setting").input, recorded.one("by setting").output) == (None, None)
    assert content(recorded.one("by decorator").input) == {"a": 1}
    assert content(recorded.one("by decorator").output) == 6


def test_options_become_columns(recorded):
    """Name, kind, model and provider are on the start record as well, so that running spans show them."""
    starts = []

    @pyflare.trace(name="ask", kind="llm", model="m-1", model_version="2", provider="acme")
    def function():
        starts.extend(recorded.started())

    function()
    fields = {"model_id": "m-1", "model_version": "2", "provider": "acme"}
    for record in (recorded.one(), *starts):
        assert (record.name, record.inference_type, record.fields) == ("ask", "llm", fields)
    assert len(starts) == 1


def test_an_end_takes_the_place_of_a_start_that_is_last(recorded):
    """A call that makes no further records leaves one; a start with something behind it stays."""

    @pyflare.trace
    def leaf():
        pass

    @pyflare.trace
    def branch():
        leaf()

    leaf()
    assert [type(record).__name__ for record in recorded.records()] == ["SpanEnd"]
    branch()
    assert [type(record).__name__ for record in recorded.records()] == ["SpanEnd", "SpanStart", "SpanEnd", "SpanEnd"]


def test_an_end_that_is_shorter_than_its_start(recorded):
    """Its input was replaced by a shorter one: both records stay, and the end is read."""
    with pyflare.span("step", input="x" * 500) as span:
        span.set_input("y")
    assert content(recorded.one().input) == "y"
    assert len(recorded.records()) == 2


def test_a_name_alone_may_come_first(recorded):
    """`@pyflare.trace("ask")` is what `name="ask"` says at length."""
    assert pyflare.trace("ask", kind="llm")(sync)(1) == 6
    assert (recorded.one().name, recorded.one().inference_type) == ("ask", "llm")


def test_options_of_other_types_become_text(recorded):
    """A number or an enumeration given as an option does not spoil the record."""

    class Kind(enum.StrEnum):
        TOOL = "tool"

    @pyflare.trace(name=7, kind=Kind.TOOL, model=3.5)
    def function():
        pass

    function()
    span = recorded.one()
    assert (span.name, span.inference_type, span.fields) == ("7", "tool", {"model_id": "3.5"})


def test_methods_are_recorded_without_their_receiver(recorded):
    """Instance, class and static methods, with the decorators in either order, bind as they do untraced."""

    class Service:
        @pyflare.trace
        def instance(self, a):
            return self, a

        @pyflare.trace
        @classmethod
        def class_inside(cls, a):
            return cls, a

        @classmethod
        @pyflare.trace
        def class_outside(cls, a):
            return cls, a

        @pyflare.trace
        @staticmethod
        def static_inside(a):
            return a

        @staticmethod
        @pyflare.trace
        def static_outside(a):
            return a

        @pyflare.trace
        async def asynchronous(self, a):
            return a

    service = Service()
    assert service.instance(1) == (service, 1)
    assert Service.instance(service, 1) == (service, 1)
    assert Service.class_inside(1) == service.class_outside(1) == (Service, 1)
    assert Service.static_inside(1) == service.static_outside(1) == 1
    assert asyncio.run(service.asynchronous(1)) == 1
    spans = recorded.ended()
    assert len(spans) == 7
    assert {content(span.input)["a"] for span in spans} == {1}
    assert all(list(content(span.input)) == ["a"] for span in spans)
    prefix = "test_methods_are_recorded_without_their_receiver.Service."
    assert {span.name.removeprefix(prefix) for span in spans} == {
        "instance", "class_inside", "class_outside", "static_inside", "static_outside", "asynchronous",
    }  # fmt: skip


def test_abstract_methods_stay_abstract():
    """`abc` sees through the decorator."""

    class Base(abc.ABC):
        @pyflare.trace
        @abc.abstractmethod
        def must(self): ...

    with pytest.raises(TypeError, match="abstract"):
        Base()


def test_a_property_is_traced_below_its_decorator(recorded):
    """`@property` over `@pyflare.trace` records each access."""

    class Service:
        @property
        @pyflare.trace
        def value(self):
            return 3

        @functools.cached_property
        @pyflare.trace
        def cached(self):
            return 4

    service = Service()
    assert (service.value, service.cached, service.cached) == (3, 4, 4)
    assert [content(span.output) for span in recorded.ended()] == [3, 4]


def test_a_partial_is_recorded_under_its_functions_name(recorded):
    """The arguments that the partial holds are not the caller's and are left out."""
    assert pyflare.trace(functools.partial(sync, 1, c=0))(5) == 6
    assert pyflare.trace(functools.partial(sync, b=1))(5) == 9
    first, second = recorded.ended()
    assert first.name == second.name == "sync"
    assert (content(first.input), content(second.input)) == ({"b": 5}, {"a": 5})


def test_a_partial_of_a_coroutine_function_is_awaited(recorded):
    """The span lasts until the coroutine is done."""
    traced = pyflare.trace(functools.partial(coroutine, b=5))
    assert asyncio.run(traced(1)) == 6
    assert content(recorded.one().output) == 6


def test_callable_objects_are_traced(recorded):
    """Objects with `__call__`, sync and async, and bound methods."""

    class Doubler:
        def __call__(self, a):
            return 2 * a

    class AsyncDoubler:
        async def __call__(self, a):
            await asyncio.sleep(0)
            return 2 * a

    assert pyflare.trace(Doubler())(2) == 4
    assert asyncio.run(pyflare.trace(AsyncDoubler())(3)) == 6
    assert pyflare.trace(Doubler().__call__)(4) == 8
    names = [span.name.rpartition(".")[2] for span in recorded.ended()]
    assert names == ["Doubler", "AsyncDoubler", "__call__"]
    assert [content(span.input) for span in recorded.ended()] == [{"a": 2}, {"a": 3}, {"a": 4}]
    assert [content(span.output) for span in recorded.ended()] == [4, 6, 8]


@pytest.mark.parametrize("builtin", [len, max, str.upper, print, pow])
def test_builtins_are_traced(recorded, builtin, capsys):
    """Functions written in C work, those without a signature too."""
    args = {len: ("abc",), max: (1, 2), str.upper: ("a",), print: ("x",), pow: (2, 5)}[builtin]
    assert pyflare.trace(builtin)(*args) == builtin(*args)
    assert recorded.one().name == builtin.__qualname__


def test_nested_calls_form_a_tree(recorded):
    """A span's parent is the traced call around it, and all share one trace."""

    @pyflare.trace(name="leaf")
    def leaf():
        pass

    @pyflare.trace(name="middle")
    async def middle():
        leaf()

    @pyflare.trace(name="root")
    def root():
        asyncio.run(middle())
        return leaf

    root()
    spans = recorded.ended()
    assert tree(spans) == {"leaf": "middle", "middle": "root", "root": None}
    assert len({span.trace_id for span in spans}) == 1
    assert len({span.span_id for span in spans}) == 3


def test_a_function_that_returns_a_coroutine_lasts_as_long_as_that(recorded):
    """The span ends when the returned coroutine does, and spans inside it nest."""

    @pyflare.trace(name="inner")
    async def inner():
        await asyncio.sleep(0.01)
        return "done"

    @pyflare.trace(name="outer")
    def outer():
        return inner()

    assert asyncio.run(outer()) == "done"
    assert tree(recorded.ended()) == {"inner": "outer", "outer": None}
    assert recorded.one("outer").duration_ns > 9_000_000
    assert content(recorded.one("outer").output) == "done"


def test_generator_based_coroutines_can_still_be_awaited(recorded):
    """`types.coroutine` functions stay awaitable."""

    @pyflare.trace(name="step")
    @types.coroutine
    def step(value):
        yield
        return value

    async def main():
        return await step(5)

    assert asyncio.run(main()) == 5
    assert recorded.one("step").status_code == 0


def test_context_managers_are_traced_below_their_decorator(recorded):
    """`@contextmanager` over a traced generator works, and passes exceptions in."""
    seen = []

    @contextlib.contextmanager
    @pyflare.trace(name="managed")
    def managed():
        try:
            yield "resource"
        except KeyError as error:
            seen.append(error)

    with managed() as resource:
        assert resource == "resource"
        raise KeyError("inside")
    assert len(seen) == 1
    assert recorded.one("managed").status_code == 0


def test_async_context_managers_are_traced_below_their_decorator(recorded):
    """The same for `@asynccontextmanager`."""
    seen = []

    @contextlib.asynccontextmanager
    @pyflare.trace(name="managed")
    async def managed():
        try:
            yield "resource"
        except KeyError as error:
            seen.append(error)

    async def main():
        async with managed() as resource:
            assert resource == "resource"
            raise KeyError("inside")

    asyncio.run(main())
    assert len(seen) == 1
    assert recorded.one("managed").status_code == 0


def test_wrong_arguments_fail_as_they_do_untraced(recorded):
    """The TypeError is the function's own, and the span ends with it."""
    for function in (sync, coroutine, generator, async_generator):
        traced = pyflare.trace(function)

        async def run(traced=traced):
            result = traced(nobody=1)
            if inspect.iscoroutine(result):
                await result
            elif inspect.isasyncgen(result):
                await anext(result)
            elif inspect.isgenerator(result):
                next(result)

        if function is sync:  # takes **more
            continue
        with pytest.raises(TypeError, match="nobody"):
            asyncio.run(run())
    assert recorded.running() == []
    assert {span.status_code for span in recorded.ended()} == {2}
    assert {(span.fields or {}).get("error_type") for span in recorded.ended()} == {"TypeError"}


def test_things_that_are_not_functions_are_left_alone(caplog):
    """A class or a value comes back as it is, with a warning."""

    class Plain:
        pass

    value = object()
    assert pyflare.trace(Plain) is Plain
    assert pyflare.trace(value) is value
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]


def test_a_traced_function_can_be_traced_again(recorded):
    """Two decorators make two spans, one inside the other."""
    twice = pyflare.trace(name="outer")(pyflare.trace(name="inner")(sync))
    assert twice(1) == 6
    assert tree(recorded.ended()) == {"inner": "outer", "outer": None}


def test_recursion_is_a_chain_of_spans(recorded):
    """Each level is the child of the one above."""

    @pyflare.trace
    def down(depth):
        return down(depth - 1) if depth else 0

    assert down(20) == 0
    by_id = {span.span_id: span for span in recorded.ended()}
    assert len(by_id) == 21
    (leaf,) = (span for span in by_id.values() if content(span.input) == {"depth": 0})
    length = 0
    while leaf.parent_span_id is not None:
        leaf = by_id[leaf.parent_span_id]
        length += 1
    assert length == 20


def test_a_recursion_without_end_fails_as_it_does_untraced(recorded, faults):
    """The user sees the RecursionError; every span that began ends."""

    @pyflare.trace
    def down():
        return down()

    with pytest.raises(RecursionError):
        down()
    assert recorded.running() == []
    faults.clear()  # near the limit PyFlare's own calls may fail; each is counted


@pytest.mark.parametrize("function", EVERY_KIND)
def test_nothing_changes_before_init(function):
    """Without `init` a traced function is the function."""
    traced = pyflare.trace(function)

    async def run():
        result = traced(1)
        if inspect.iscoroutine(result):
            return await result
        if inspect.isasyncgen(result):
            return [item async for item in result]
        return list(result) if inspect.isgenerator(result) else result

    with strict():
        assert (
            asyncio.run(run())
            == {"sync": 6, "coroutine": 3, "generator": [1], "async_generator": [1]}[function.__name__]
        )
