"""User, session and the like: inherited downwards, never leaking sideways or upwards."""

from __future__ import annotations

import asyncio
import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pyflare
from tests.tracing.recorded import tree


def test_a_context_reaches_the_spans_inside_it(recorded):
    """Roots and their descendants have the words; spans outside have none."""
    starts = []

    @pyflare.trace(name="child")
    def child():
        starts.extend(recorded.started())

    @pyflare.trace(name="root")
    def root():
        child()

    words = {"user": "u", "session": "s", "feature": "f", "environment": "e", "team": "t", "tags": ["a", "b"]}
    with pyflare.context(**words):
        root()
    with pyflare.span("outside"):
        starts.append(recorded.started()[-1])
    inside = {
        "user_id": "u", "session_id": "s", "feature_id": "f", "environment": "e", "team": "t", "tags": ["a", "b"],
    }  # fmt: skip
    assert {span.name: span.scope for span in recorded.ended()} == {"child": inside, "root": inside, "outside": None}
    assert {start.name: start.scope for start in starts} == {"child": inside, "root": inside, "outside": None}


def test_contexts_nest(recorded):
    """The inner one wins word by word, tags add up without doubles, and the outer one is back afterwards."""
    with pyflare.context(user="outer", session="s", tags=["a", "b"]):
        with pyflare.context(user="inner", tags=["b", "c"]), pyflare.span("both"):
            pass
        with pyflare.span("outer alone"):
            pass
    scopes = {span.name: span.scope for span in recorded.ended()}
    assert scopes["both"] == {"user_id": "inner", "session_id": "s", "tags": ["a", "b", "c"]}
    assert scopes["outer alone"] == {"user_id": "outer", "session_id": "s", "tags": ["a", "b"]}


def test_a_context_inside_a_span_adds_to_what_it_inherits(recorded):
    """The span around it stays as it is."""
    with pyflare.context(user="u", tags=["a"]), pyflare.span("parent"):
        with pyflare.context(session="s", tags=["b"]), pyflare.span("child"), pyflare.span("grandchild"):
            pass
        with pyflare.span("sibling"):
            pass
    scopes = {span.name: span.scope for span in recorded.ended()}
    both = {"user_id": "u", "session_id": "s", "tags": ["a", "b"]}
    assert scopes["child"] == scopes["grandchild"] == both
    assert scopes["sibling"] == scopes["parent"] == {"user_id": "u", "tags": ["a"]}


def test_update_reaches_descendants_only(recorded):
    """The current span and spans that begin in it from then on; not its parent, siblings or earlier children."""
    with pyflare.span("root"):
        with pyflare.span("updated"):
            with pyflare.span("before"):
                pass
            pyflare.update(user="u", tags="late")
            with pyflare.span("after"), pyflare.span("below"):
                pass
        with pyflare.span("sibling"):
            pass
    scopes = {span.name: span.scope for span in recorded.ended()}
    late = {"user_id": "u", "tags": ["late"]}
    assert scopes == {"root": None, "updated": late, "before": None, "after": late, "below": late, "sibling": None}


def test_a_spans_own_words_reach_its_descendants(recorded):
    """`pyflare.span(…, user=…)` is as if the context had been set around it."""
    with pyflare.span("parent", user="u", model="m", custom=1), pyflare.span("child"):
        pass
    parent, child = recorded.one("parent"), recorded.one("child")
    assert (parent.scope, child.scope) == ({"user_id": "u"}, {"user_id": "u"})
    assert (parent.fields, child.fields) == ({"model_id": "m"}, None)
    assert (parent.attributes, child.attributes) == ({"custom": 1}, None)


def test_the_environment_of_the_settings_is_the_default(begin):
    """A context can still say otherwise."""
    recorded = begin(environment="production")
    with pyflare.span("plain"):
        pass
    with pyflare.context(environment="canary"), pyflare.span("other"):
        pass
    scopes = {span.name: span.scope for span in recorded.ended()}
    assert scopes == {"plain": {"environment": "production"}, "other": {"environment": "canary"}}


def test_values_of_other_types_become_text(recorded):
    """Numbers as user ids, a lone tag, tags from any iterable."""
    with pyflare.context(user=17, tags=iter(["a", 2])), pyflare.span("one"):
        pass
    with pyflare.context(tags="alone"), pyflare.span("two"):
        pass
    assert recorded.one("one").scope == {"user_id": "17", "tags": ["a", "2"]}
    assert recorded.one("two").scope == {"tags": ["alone"]}


def test_a_word_that_does_not_exist_is_said_and_the_others_hold(recorded, faults, caplog):
    """A typing error costs that word alone, and the log suggests the right one."""
    with pyflare.context(user="u", sesion="s"), pyflare.span("span"):
        pass
    assert recorded.one().scope == {"user_id": "u"}
    assert 'did you mean "session"' in caplog.text
    assert faults.pop("set a context: TypeError") == 1


def test_a_context_does_not_leak_out_of_an_exception(recorded):
    """Left by an exception, it is over."""
    with pytest.raises(KeyError), pyflare.context(user="u"):
        raise KeyError
    with pyflare.span("after"):
        pass
    assert recorded.one().scope is None


def test_concurrent_tasks_never_see_one_anothers_context(recorded):
    """300 tasks that set, nest and update at random moments each keep to themselves."""

    @pyflare.trace(name="leaf")
    async def leaf(user):
        await asyncio.sleep(random.random() / 1000)
        return user

    @pyflare.trace(name="request")
    async def request(user):
        await asyncio.sleep(random.random() / 1000)
        pyflare.update(session=f"session of {user}")
        await asyncio.gather(*(asyncio.create_task(leaf(user)) for _ in range(3)))
        with pyflare.context(tags=[user]):
            await leaf(user)
        await leaf(user)

    async def serve(user):
        with pyflare.context(user=user):
            await asyncio.sleep(random.random() / 1000)
            await request(user)

    async def main():
        await asyncio.gather(*(serve(f"u-{number}") for number in range(300)))

    asyncio.run(main())
    spans = recorded.ended()
    assert len(spans) == 300 * 6
    _assert_each_trace_has_one_user(spans)
    for span in spans:
        assert span.scope.get("tags") in (None, [span.scope["user_id"]])
    assert sum("tags" in span.scope for span in spans) == 300


def test_threads_never_see_one_anothers_context(recorded):
    """Worker threads are reused between requests of different users and forget each of them."""

    @pyflare.trace(name="leaf")
    def leaf():
        pass

    @pyflare.trace(name="request")
    def request(user):
        pyflare.update(session=f"session of {user}")
        leaf()

    def serve(user):
        with pyflare.context(user=user):
            request(user)
        with pyflare.span("after the request"):
            pass

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(serve, [f"u-{number}" for number in range(500)]))
    after = recorded.ended("after the request")
    assert len(after) == 500
    assert {span.scope is None and span.parent_span_id is None for span in after} == {True}
    _assert_each_trace_has_one_user([span for span in recorded.ended() if span.name != "after the request"])


def _assert_each_trace_has_one_user(spans):
    users = {}
    for span in spans:
        user = span.scope["user_id"]
        assert users.setdefault(span.trace_id, user) == user
        assert span.scope["session_id"] == f"session of {user}"
    assert len(set(users.values())) == len(users)


PROGRAMS = st.recursive(
    st.just([]),
    lambda inner: st.lists(
        st.tuples(st.sampled_from(["span", "context", "update", "generator", "task"]), inner), max_size=3
    ),
    max_leaves=12,
)


@given(PROGRAMS, st.integers(0, 1000))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_nesting_gives_each_span_the_scope_of_its_place(recorded, program, seed):
    """Whatever is nested in whatever, a span has the parent and user that the program's shape says."""
    before = len(recorded.ended())
    expected: list[tuple[str, str | None, str | None]] = []
    counter = iter(range(10_000))

    async def run(steps, parent, own, outer):
        """`own` is the scope of the current span, `outer` of what begins here."""
        for kind, inner in steps:
            number = next(counter)
            name = f"{kind} {number}"
            if kind == "span":
                expected.append((name, parent, outer))
                with pyflare.span(name):
                    await run(inner, name, outer, outer)
            elif kind == "context":
                with pyflare.context(user=name):
                    await run(inner, parent, own, name)
            elif kind == "update":
                with pyflare.span(name):
                    expected.append((name, parent, name))
                    pyflare.update(user=name)
                    await run(inner, name, name, name)
            elif kind == "generator":
                expected.append((name, parent, outer))

                @pyflare.trace(name=name)
                async def stream(name=name, inner=inner, outer=outer):
                    yield 1
                    await run(inner, name, outer, outer)
                    yield 2

                async for _ in stream():
                    await asyncio.sleep(0)
            else:
                await asyncio.create_task(run(inner, parent, own, outer))

    asyncio.run(run(program, None, None, None))
    spans = recorded.ended()[before:]
    parents = tree(spans)
    found = {(span.name, parents[span.name], (span.scope or {}).get("user_id")) for span in spans}
    assert found == set(expected)


def test_a_thread_begins_with_nothing(recorded):
    """Threads are not inside the span that started them, unless the function is propagated."""
    with pyflare.context(user="u"), pyflare.span("main"):
        thread = threading.Thread(target=pyflare.trace(name="thread")(lambda: None))
        thread.start()
        thread.join()
    span = recorded.one("thread")
    assert (span.parent_span_id, span.scope) == (None, None)


def test_a_span_entered_twice_is_left_once(recorded):
    """A `with` inside a `with` over the same span leaves nothing current behind."""
    span = pyflare.span("twice")
    with span:
        with span:
            pass
        assert pyflare.current_span() is not span or not span.is_recording()
    assert pyflare.current_span().trace_id == "0" * 32
    assert len(recorded.ended()) == 1
