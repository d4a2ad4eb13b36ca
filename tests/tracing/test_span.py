"""`pyflare.span`, `pyflare.update`, `pyflare.current_span`, and what a span keeps of what it is told."""

from __future__ import annotations

import asyncio
import collections
import enum
import math
import threading
import types

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.trace import Link, SpanContext, TraceFlags

import pyflare
from pyflare.testing import strict
from pyflare.tracing.guard import guard
from tests.tracing.recorded import content
from tests.tracing.test_capture import ODD

OTHER = SpanContext(0xABC, 0xDEF, is_remote=True, trace_flags=TraceFlags(1))


def test_a_block_is_a_span(recorded):
    """Everything given at the start is kept, and the words are sorted into columns, scope and attributes."""
    with pyflare.span(
        "step",
        kind="tool",
        input={"q": 1},
        attributes={"http.route": "/ask"},
        links=[Link(OTHER, {"why": "because"})],
        user="u",
        model="m",
        provider="acme",
        retries=3,
    ) as span:
        span.set_output([1, 2])
    found = recorded.one()
    assert (found.name, found.inference_type) == ("step", "tool")
    assert (content(found.input), content(found.output)) == ({"q": 1}, [1, 2])
    assert found.scope == {"user_id": "u"}
    assert found.fields == {"model_id": "m", "provider": "acme"}
    assert found.attributes == {"http.route": "/ask", "retries": 3}
    assert found.links == [((0xABC).to_bytes(16, "big"), (0xDEF).to_bytes(8, "big"), None, {"why": "because"})]


def test_async_blocks_are_spans(recorded):
    """`async with` is the same."""

    async def main():
        async with pyflare.span("outer"), pyflare.span("inner"):
            await asyncio.sleep(0)

    asyncio.run(main())
    assert [span.name for span in recorded.ended()] == ["inner", "outer"]
    assert recorded.one("inner").parent_span_id == recorded.one("outer").span_id


def test_update_sets_the_current_spans_columns(recorded):
    """All words at once; what is None stays as it is."""
    with pyflare.span("step", model="first"):
        pyflare.update(
            user="u", session="s", feature="f", environment="e", team="t", tags=["x"], model="m", model_version="2",
            provider="p", input_tokens=1, output_tokens=2, cache_read_tokens=3, cache_write_tokens=4,
            reasoning_tokens=5, cost_usd=0.0000125, input="in", output="out", attributes={"a": 1},
        )  # fmt: skip
        pyflare.update(model=None, user=None)
    span = recorded.one()
    assert span.scope == {
        "user_id": "u", "session_id": "s", "feature_id": "f", "environment": "e", "team": "t", "tags": ["x"],
    }  # fmt: skip
    assert span.fields == {
        "model_id": "m", "model_version": "2", "provider": "p", "input_tokens": 1, "output_tokens": 2,
        "cache_read_tokens": 3, "cache_write_tokens": 4, "reasoning_tokens": 5, "cost_micros": 12,
    }  # fmt: skip
    assert (content(span.input), content(span.output), span.attributes) == ("in", "out", {"a": 1})


def test_a_value_that_its_column_cannot_hold_becomes_an_attribute(recorded):
    """Nothing is lost for being of the wrong type, and the other words hold."""
    with pyflare.span("step", input_tokens="many", user="u") as span:
        span.update(cost_usd="free", output_tokens=2**80, reasoning_tokens=np.int64(7), tags=5, session="s")
    found = recorded.one()
    assert found.scope == {"user_id": "u", "session_id": "s"}
    assert found.fields == {"reasoning_tokens": 7}
    assert found.attributes == {
        "input_tokens": "many", "cost_usd": "free", "output_tokens": str(2**80), "tags": 5,
    }  # fmt: skip


def test_the_current_span_outside_of_one_keeps_nothing(recorded):
    """Every call is taken, none has an effect."""
    span = pyflare.current_span()
    span.update(user="u", anything=1)
    span.set_attribute("a", 1)
    span.set_input(1)
    span.set_output(1)
    span.add_event("e")
    pyflare.update(user="u")
    with span, span:
        pass
    assert (span.trace_id, span.span_id) == ("0" * 32, "0" * 16)
    assert recorded.records() == []


def test_before_init_a_block_is_just_a_block():
    """Without `init` nothing is recorded and nothing fails; exceptions pass."""

    def program():
        with pyflare.span("step", user="u") as span, pyflare.context(user="u"):
            span.update(session="s")
            pyflare.update(session="s")
            pyflare.score("helpful", 1)
            raise KeyError

    with strict(), pytest.raises(KeyError):
        program()


def test_ids_are_shown_as_hex(recorded):
    """What a user logs is what the store shows."""
    with pyflare.span("step") as span:
        assert pyflare.current_span() is span
    found = recorded.one()
    assert (span.trace_id, span.span_id) == (found.trace_id.hex(), found.span_id.hex())
    assert repr(span) == f"<pyflare.Span 'step' trace_id={span.trace_id} span_id={span.span_id}>"


class Colour(enum.Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("text", "text"), (1, 1), (1.5, 1.5), (True, True), (None, None), (b"\x00", b"\x00"), (2**63, str(2**63)),
        ([1, "a", None], [1, "a", None]), ((1, (2,)), [1, [2]]), ({"a": {"b": [1]}}, {"a": {"b": [1]}}), ({1: 2}, {"1": 2}),
        (np.float64(1.5), 1.5), (np.float32(0.5), 0.5), (np.int64(3), 3), (np.bool_(True), True), (np.str_("a"), "a"),
        ([np.float64(1.5)], [1.5]), (Colour.RED, "red"), (enum.IntEnum("N", "A").A, 1), ({3}, "[3]"),
        (types.SimpleNamespace(a=1), '{"a":1}'), ('quo"te\n', 'quo"te\n'), (ValueError('a "b"'), "ValueError('a \"b\"')"),
        ("bad \udcff", "bad \\udcff"), ({"\udcff": "\udcff"}, {"\\udcff": "\\udcff"}), (math.inf, math.inf),
    ],
    ids=repr,
)  # fmt: skip
def test_attributes_keep_their_types(recorded, value, kept):
    """What OpenTelemetry knows stays as it is, numbers of other libraries become numbers, the rest text."""
    with pyflare.span("step") as span:
        span.set_attribute("a", value)
    assert recorded.one().attributes == {"a": kept}
    assert recorded.losses() == {}


@pytest.mark.parametrize("index", range(len(ODD)))
def test_any_object_can_be_an_attribute(recorded, index):
    """Whatever it is, the span is written and decodes; nested, as an event's and as a key too."""
    value = ODD[index]
    with pyflare.span("step", attributes={"given": value}, word=value) as span:
        span.set_attribute("a", value)
        span.set_attribute("nested", [{"k": (value,)}])
        span.set_attribute(value, 1)
        span.add_event("event", {"a": value})
        span.add_link(OTHER, {"a": value})
        span.update(user=value, model=value, input_tokens=value, tags=[value])
    assert recorded.one().name == "step"


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(exclude_categories=[])), st.binary()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=20,
)  # fmt: skip


@given(VALUES, st.text(st.characters(exclude_categories=[])))
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_value_under_any_name_is_written(recorded, value, name):
    """Names, kinds, users and attributes of any characters and size never spoil a record."""
    before = len(recorded.ended())
    with pyflare.span(name, kind=name, user=name, model=name) as span:
        span.set_attribute(name, value)
        span.add_event(name, {name: value})
        span.update_name(name)
    assert len(recorded.ended()) == before + 1


def test_attributes_are_bounded(begin):
    """Number, length, breadth and depth; what is beyond is counted."""
    recorded = begin(max_attributes=5, attribute_limit_bytes=100, max_items=10, max_events=3)
    with pyflare.span("step") as span:
        span.set_attribute("text", "x" * 1000)
        span.set_attribute("bytes", b"x" * 1000)
        span.set_attribute("list", ["x" * 60] * 10)
        span.set_attribute("wide", list(range(100)))
        deep = []
        deep.append(deep)
        span.set_attribute("deep", deep)
        span.set_attribute("sixth", 1)
        span.set_attribute("deep", "changed")
        for number in range(5):
            span.add_event(f"event {number}", dict.fromkeys(map(str, range(8)), number))
            span.add_link(OTHER)
    found = recorded.one()
    assert list(found.attributes) == ["text", "bytes", "list", "wide", "deep"]
    assert len(found.attributes["text"]) == len(found.attributes["bytes"]) == 100
    assert sum(map(len, found.attributes["list"])) <= 100
    assert found.attributes["wide"] == list(range(10))
    assert found.attributes["deep"] == "changed"
    assert (len(found.events), len(found.links)) == (3, 3)
    assert [len(attributes) for _, _, attributes in found.events] == [5, 5, 5]
    losses = recorded.losses()
    assert losses == {"content_truncated": 5, "attribute_dropped": 1 + 5 * 3, "event_dropped": 4}


def test_a_shared_graph_as_an_attribute_takes_no_long_time(recorded):
    """Ten lists within one another, each ten times, are not a hundred million values."""
    value = []
    for _ in range(12):
        value = [value] * 100
    mapping = {}
    for _ in range(12):
        mapping = dict.fromkeys(map(str, range(100)), mapping)
    with pyflare.span("step") as span:
        span.set_attribute("list", value)
        span.set_attribute("mapping", mapping)
    assert recorded.losses()["content_truncated"] == 2


def test_nothing_changes_after_the_end(recorded):
    """What comes late is not kept, and the span is written once."""
    with pyflare.span("step") as span:
        pass
    span.set_attribute("late", 1)
    span.update(user="late", input="late", output="late")
    span.end()
    span.succeed("late", True)
    span.fail(ValueError("late"))
    found = recorded.one()
    assert (found.attributes, found.scope, found.input, found.output, found.status_code) == (None, None, None, None, 0)


def test_a_span_ended_by_many_threads_is_written_once(recorded):
    """The first end counts, whichever thread it is in."""
    for _ in range(200):
        span = pyflare.span("step")
        barrier = threading.Barrier(4)

        def end(span=span, barrier=barrier):
            barrier.wait()
            span.end()

        threads = [threading.Thread(target=end) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(recorded.ended()) == 200


def test_a_span_filled_by_many_threads_is_whole(recorded):
    """Attributes and events set from other threads while the span runs and ends do no harm."""
    for _ in range(50):
        span = pyflare.span("step")

        def fill(number, span=span):
            for count in range(20):
                span.set_attribute(f"{number}.{count}", count)
                span.add_event(f"{number}.{count}", {"count": count})

        threads = [threading.Thread(target=fill, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        span.end()
        for thread in threads:
            thread.join()
    assert len(recorded.ended()) == 50


def test_a_forgotten_span_is_running(recorded):
    """A span that nobody ends has its start in the journal, with all that was known then."""
    pyflare.span("forgotten", kind="llm", input="question", user="u", model="m")
    (start,) = recorded.started()
    assert recorded.running() == ["forgotten"]
    assert (start.inference_type, content(start.input), start.scope, start.fields) == (
        "llm", "question", {"user_id": "u"}, {"model_id": "m"},
    )  # fmt: skip


def test_a_long_input_is_left_out_of_the_start(recorded):
    """It is written once, when the span ends."""
    with pyflare.span("step", input="x" * 5000):
        assert recorded.started()[0].input is None
    assert content(recorded.one().input) == "x" * 5000


def test_time_never_runs_backwards(recorded, monkeypatch):
    """A clock that is set back between start and end leaves a duration that is not negative."""
    import pyflare.tracing.span as span_module

    times = iter([10**18, 10**17, 10**16])
    monkeypatch.setattr(span_module, "time_ns", lambda: next(times))
    with pyflare.span("step") as span:
        span.add_event("earlier")
    found = recorded.one()
    assert found.start_unix_ns == 10**18
    assert 0 <= found.duration_ns < 10**9
    assert found.events[0][0] == 10**17


def test_odd_mappings_as_attributes(recorded):
    """Mappings of other kinds are taken; what is none costs nothing but itself."""
    with pyflare.span("step", attributes=types.MappingProxyType({"a": 1})) as span:
        span.set_attributes(collections.ChainMap({"b": 2}, {"c": 3}))
        span.add_event("event", [("not", "a mapping")])
    found = recorded.one()
    assert found.attributes == {"a": 1, "b": 2, "c": 3}
    assert [(name, attributes) for _, name, attributes in found.events] == [("event", None)]
    assert recorded.losses() == {"attribute_dropped": 1}


def test_a_score_outside_any_span_is_kept_with_advice(recorded, caplog, monkeypatch):
    """It says once what to give it; the rows are there, and belong to nothing."""
    monkeypatch.setattr(guard, "_advised", set())
    pyflare.score("helpful", 1)
    pyflare.score("helpful", 0)
    assert [row.get("trace_id") for row in recorded.rows("scores")] == [None, None]
    assert caplog.text.count("give it a trace_id") == 1
