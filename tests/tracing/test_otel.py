"""PyFlare among OpenTelemetry's own: nesting both ways, and a provider that behaves as the SDK's does."""

from __future__ import annotations

import asyncio
import time

import pytest
from opentelemetry import baggage
from opentelemetry import context as context_api
from opentelemetry import trace as otel
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

import pyflare
from tests.tracing.recorded import tree

REMOTE = SpanContext(0xABC, 0xDEF, is_remote=True, trace_flags=TraceFlags(1), trace_state=TraceState([("vendor", "x")]))


class Sdk:
    """A private provider of OpenTelemetry's SDK, as an app sets one up."""

    def __init__(self, **options):
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider(shutdown_on_exit=False, **options)
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.tracer = self.provider.get_tracer("app")

    def one(self, name=None):
        (span,) = (found for found in self.exporter.get_finished_spans() if name in (None, found.name))
        return span


@pytest.fixture
def sdk():
    return Sdk()


def ids(span):
    """Trace and span id as the journal keeps them."""
    return span.context.trace_id.to_bytes(16, "big"), span.context.span_id.to_bytes(8, "big")


def test_spans_of_the_sdk_nest_in_ours_and_ours_in_theirs(recorded, sdk):
    """Alternating providers give one trace, each span under the one around it."""
    theirs, ours = sdk.tracer.start_as_current_span, pyflare.span
    with theirs("theirs outside"), ours("ours"), theirs("theirs inside"), ours("ours inside"):
        pass
    outside, inside = sdk.one("theirs outside"), sdk.one("theirs inside")
    ours, ours_inside = recorded.one("ours"), recorded.one("ours inside")
    assert (ours.trace_id, ours.parent_span_id) == ids(outside)
    assert (inside.parent.trace_id, inside.parent.span_id) == (
        int.from_bytes(ours.trace_id, "big"),
        int.from_bytes(ours.span_id, "big"),
    )
    assert (ours_inside.trace_id, ours_inside.parent_span_id) == ids(inside)


def test_the_current_span_is_ours_to_every_library(recorded):
    """`get_current_span` of the OpenTelemetry API returns the span, and what is set there is recorded."""

    @pyflare.trace
    async def request():
        await asyncio.sleep(0)
        span = otel.get_current_span()
        assert span is pyflare.current_span()
        assert isinstance(span, otel.Span)
        assert span.is_recording()
        span.set_attribute("http.route", "/ask")
        span.add_event("cache miss", {"key": "k"})
        context = span.get_span_context()
        assert context.is_valid
        assert not context.is_remote
        assert context.trace_flags.sampled

    asyncio.run(request())
    span = recorded.one()
    assert span.attributes == {"http.route": "/ask"}
    assert [(name, attributes) for _, name, attributes in span.events] == [("cache miss", {"key": "k"})]


def test_an_unsampled_span_of_the_sdk_has_no_children_here(recorded):
    """A trace that the app's sampler refused is refused whole, and stays so further down."""
    sdk = Sdk(sampler=ALWAYS_OFF)
    with sdk.tracer.start_as_current_span("refused"):
        with pyflare.span("ours") as span:
            assert not span.is_recording()
            carrier = {}
            pyflare.inject(carrier)
        pyflare.trace(lambda: None)()
    assert recorded.records() == []
    flags = int(carrier["traceparent"].rpartition("-")[2], 16)
    assert not flags & TraceFlags.SAMPLED


def test_other_values_of_the_context_pass_through(recorded):
    """Baggage set around and inside traced calls is seen where OpenTelemetry says."""
    token = context_api.attach(baggage.set_baggage("tenant", "t-1"))
    try:

        @pyflare.trace
        def function():
            return baggage.get_baggage("tenant")

        @pyflare.trace
        def stream():
            yield baggage.get_baggage("tenant")
            yield baggage.get_baggage("tenant")

        assert function() == "t-1"
        with pyflare.context(user="u"):
            assert list(stream()) == ["t-1", "t-1"]
        assert baggage.get_baggage("tenant") == "t-1"
    finally:
        context_api.detach(token)


# -- the provider beside the SDK's -------------------------------------------------------------------


def plain(tracer):
    with tracer.start_as_current_span("span") as span:
        span.set_attribute("a", 1)


def everything_at_the_start(tracer):
    link = Link(REMOTE, {"why": "because"})
    tracer.start_span("span", kind=SpanKind.CLIENT, attributes={"a": "b"}, links=[link], start_time=10**18).end(
        10**18 + 5
    )


def parent_from_a_given_context(tracer):
    context = otel.set_span_in_context(otel.NonRecordingSpan(REMOTE))
    tracer.start_span("span", context).end()


def a_context_without_a_span_makes_a_root(tracer):
    with tracer.start_as_current_span("outer"):
        tracer.start_span("span", context_api.Context()).end()


def failing(tracer):
    with pytest.raises(ValueError, match="broken"), tracer.start_as_current_span("span"):
        raise ValueError("broken")


def failing_unrecorded(tracer):
    options = {"record_exception": False, "set_status_on_exception": False}
    with pytest.raises(ValueError, match="broken"), tracer.start_as_current_span("span", **options):
        raise ValueError("broken")


def exception_recorded_by_hand(tracer):
    span = tracer.start_span("span")
    span.record_exception(KeyError("k"), {"extra": 1}, timestamp=5, escaped=True)
    span.end()


def not_ended_on_exit(tracer):
    with tracer.start_as_current_span("span", end_on_exit=False) as span:
        pass
    span.set_attribute("later", True)
    span.end()


def status_ok_is_final(tracer):
    span = tracer.start_span("span")
    span.set_status(StatusCode.ERROR, "first")
    span.set_status(StatusCode.UNSET)
    span.set_status(Status(StatusCode.OK))
    span.set_status(Status(StatusCode.ERROR, "late"))
    span.end()


def status_error_can_change(tracer):
    span = tracer.start_span("span")
    span.set_status(Status(StatusCode.ERROR, "first"))
    span.set_status(StatusCode.ERROR, "second")
    span.end()


def nothing_after_the_end(tracer):
    span = tracer.start_span("span")
    span.end()
    span.set_attribute("a", 1)
    span.add_event("late")
    span.add_link(REMOTE)
    span.update_name("late")
    span.set_status(StatusCode.ERROR)
    span.record_exception(ValueError("late"))
    span.end()


def renamed_and_overwritten(tracer):
    span = tracer.start_span("first", attributes={"a": 1, "b": 2})
    span.update_name("span")
    span.set_attributes({"a": "one", "c": [1, 2], "d": ("x",), "e": True, "f": 1.5})
    span.end()


def linked_later(tracer):
    span = tracer.start_span("span")
    span.add_link(REMOTE, {"n": 1})
    span.end()


def events_with_times(tracer):
    span = tracer.start_span("span")
    span.add_event("one", {"k": "v"}, timestamp=17)
    span.add_event("two")
    span.end()


def as_a_decorator(tracer):
    @tracer.start_as_current_span("span")
    def work():
        otel.get_current_span().set_attribute("inside", True)

    work()


def as_a_decorator_of_a_coroutine_function(tracer):
    @tracer.start_as_current_span("span")
    async def work():
        await asyncio.sleep(0)
        otel.get_current_span().set_attribute("inside", True)

    asyncio.run(work())


def ended_before_it_began(tracer):
    tracer.start_span("span", start_time=10**18).end(10**18)


SCENARIOS = [
    plain, everything_at_the_start, parent_from_a_given_context, a_context_without_a_span_makes_a_root, failing,
    failing_unrecorded, exception_recorded_by_hand, not_ended_on_exit, status_ok_is_final, status_error_can_change,
    nothing_after_the_end, renamed_and_overwritten, linked_later, events_with_times, as_a_decorator,
    as_a_decorator_of_a_coroutine_function, ended_before_it_began,
]  # fmt: skip


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_provider_behaves_as_the_sdks(recorded, sdk, scenario):
    """The same instrumentation leaves the same span with either provider."""
    scenario(sdk.provider.get_tracer("my.library", "1.2"))
    scenario(pyflare.tracer_provider().get_tracer("my.library", "1.2"))
    assert _ours(recorded) == _theirs(sdk)


def _ours(recorded):
    span = recorded.one("span")
    described = {
        "kind": SpanKind(span.span_kind),
        "scope": (span.scope_name, span.scope_version),
        "parent": span.parent_span_id and span.parent_span_id != b"" and int.from_bytes(span.parent_span_id, "big"),
        "trace_state": span.trace_state,
        "status": (StatusCode(span.status_code), span.status_message),
        "attributes": span.attributes or {},
        "events": [(name, at if at < 1000 else None, _exceptionless(values)) for at, name, values in span.events or []],
        "links": [
            (int.from_bytes(trace_id, "big"), int.from_bytes(span_id, "big"), state, values or {})
            for trace_id, span_id, state, values in span.links or []
        ],
    }
    if span.start_unix_ns == 10**18:
        described["times"] = (span.start_unix_ns, span.start_unix_ns + span.duration_ns)
    return described


def _theirs(sdk):
    span = sdk.one("span")
    described = {
        "kind": span.kind,
        "scope": (span.instrumentation_scope.name, span.instrumentation_scope.version),
        "parent": span.parent.span_id if span.parent else None,
        "trace_state": span.context.trace_state.to_header() or None,
        "status": (span.status.status_code, span.status.description),
        "attributes": {
            key: list(value) if isinstance(value, tuple) else value for key, value in span.attributes.items()
        },
        "events": [
            (event.name, event.timestamp if event.timestamp < 1000 else None, _exceptionless(event.attributes))
            for event in span.events
        ],
        "links": [
            (
                link.context.trace_id,
                link.context.span_id,
                link.context.trace_state.to_header() or None,
                dict(link.attributes),
            )
            for link in span.links
        ],
    }
    if span.start_time == 10**18:
        described["times"] = (span.start_time, span.end_time)
    return described


def _exceptionless(attributes):
    """Event attributes, without those that differ by design: our stack traces are shorter, and `escaped` is a bool."""
    return {
        key: value
        for key, value in (attributes or {}).items()
        if key not in ("exception.stacktrace", "exception.escaped")
    }


def test_a_tracers_span_as_context_manager_fails_by_its_exception(recorded):
    """`with tracer.start_span(…)` records the exception, sets the status and ends, as the SDK's does."""
    tracer = pyflare.tracer_provider().get_tracer("library")
    with pytest.raises(KeyError), tracer.start_span("span"):
        raise KeyError("k")
    span = recorded.one("span")
    assert (span.status_code, [name for _, name, _ in span.events]) == (2, ["exception"])


def test_nothing_of_the_apps_own_traces_is_hidden_before_init(sdk):
    """A tracer without `init` hands on the app's current span, as OpenTelemetry's own no-op tracer does."""
    tracer = pyflare.tracer_provider().get_tracer("early")
    with sdk.tracer.start_as_current_span("theirs") as theirs, tracer.start_as_current_span("ours"):
        assert otel.get_current_span().get_span_context() == theirs.get_span_context()


def test_an_exception_that_cannot_be_shown_passes_a_tracer(recorded):
    """A `__str__` that fails does not replace the program's exception."""

    class Unspeakable(Exception):
        def __str__(self):
            raise RuntimeError("no words")

    tracer = pyflare.tracer_provider().get_tracer("library")
    with pytest.raises(Unspeakable), tracer.start_as_current_span("span"):
        raise Unspeakable
    assert recorded.one().status_code == 2


def test_a_tracer_made_before_init_records_after_it(begin):
    """Instrumentations may be set up first; before `init` their spans keep nothing."""
    tracer = pyflare.tracer_provider().get_tracer("early")
    with tracer.start_as_current_span("before") as span:
        assert not span.is_recording()
    recorded = begin()
    with tracer.start_as_current_span("after"):
        pass
    assert [span.name for span in recorded.ended()] == ["after"]


def test_a_span_of_a_tracer_nests_with_decorated_functions(recorded):
    """Instrumented libraries and traced functions form one tree."""
    tracer = pyflare.tracer_provider().get_tracer("library")

    @pyflare.trace(name="leaf")
    def leaf():
        pass

    @pyflare.trace(name="root")
    def root():
        with tracer.start_as_current_span("library call", kind=SpanKind.CLIENT):
            leaf()

    with pyflare.context(user="u"):
        root()
    assert tree(recorded.ended()) == {"leaf": "library call", "library call": "root", "root": None}
    assert {span.scope["user_id"] for span in recorded.ended()} == {"u"}


@pytest.mark.parametrize("start_time", [0, 10**18, 10**19, -5, 1.5e18, "soon"])
@pytest.mark.parametrize("end_time", [None, 0, 10**17, -1, 2.5e18, "late", 10**30])
def test_odd_times_of_an_instrumentation_never_raise(begin, faults, start_time, end_time):
    """Whatever times a library gives, the span decodes and its duration is not negative."""
    recorded = begin()
    span = pyflare.tracer_provider().get_tracer("library").start_span("span", start_time=start_time)
    span.add_event("event", timestamp=end_time)
    span.end(end_time)
    faults.clear()
    found = recorded.one()
    assert found.duration_ns >= 0
    assert isinstance(found.start_unix_ns, int)


def test_a_start_in_the_future_has_no_negative_duration(recorded):
    """A library whose clock is ahead gives a span of no length."""
    tracer = pyflare.tracer_provider().get_tracer("library")
    tracer.start_span("ahead", start_time=time.time_ns() + 10**12).end()
    assert recorded.one().duration_ns == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda span: span.set_attributes(None),
        lambda span: span.set_attributes(5),
        lambda span: span.set_attribute(None, None),
        lambda span: span.set_attribute("a", object()),
        lambda span: span.update_name(None),
        lambda span: span.update_name(_Broken()),
        lambda span: span.set_status(None),
        lambda span: span.set_status("ERROR"),
        lambda span: span.set_status(StatusCode.ERROR, _Broken()),
        lambda span: span.add_event(_Broken(), {"a": _Broken()}),
        lambda span: span.add_event("e", timestamp="now"),
        lambda span: span.add_event("e", attributes=[1]),
        lambda span: span.add_link(None),
        lambda span: span.add_link(REMOTE, 5),
        lambda span: span.record_exception("not an exception"),
        lambda span: span.record_exception(ValueError("x"), attributes=3),
        lambda span: span.update(user=_Broken(), input_tokens="many", cost_usd=float("nan"), tags=5, other=_Broken()),
        lambda span: span.set_input(_Broken()),
        lambda span: span.set_output(_Broken()),
        lambda span: span.end("now"),
    ],
)
def test_wrong_calls_on_a_span_never_raise(begin, faults, call):
    """A library or user that hands over nonsense is not stopped by it, and the span is still written."""
    recorded = begin()
    with pyflare.span("span") as span:
        call(span)
    faults.clear()
    assert recorded.one().span_id
    assert recorded.running() == []


class _Broken:
    def __str__(self):
        raise RuntimeError("broken")

    __repr__ = __str__
