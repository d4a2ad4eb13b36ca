"""Each processor: what it passes on, what it leaves out, what it says."""

from __future__ import annotations

import socket
import threading

import pytest

from pyflare.otlp.messages import REQUESTS
from pyflare.server.batch import Rejection, UnavailableError
from pyflare.server.config import (
    AttributeCondition,
    BatcherConfig,
    EnrichConfig,
    RedactConfig,
    SamplingConfig,
    SamplingRuleConfig,
    TailConfig,
)
from pyflare.server.processors.attributes import python_attributes, python_value, set_value
from pyflare.server.processors.enrich import Enrich, enriching_attributes
from pyflare.server.processors.head import HeadSampling
from pyflare.server.processors.joining import Joining
from pyflare.server.processors.rate_limit import RateLimit
from pyflare.server.processors.redact import Redact, redaction_config
from pyflare.server.processors.tail import TailSampling
from pyflare.tracing.redaction import compile_redaction
from pyflare.tracing.sampling import HeadSampler
from tests.server.requests import Kept, batch, fill, spans, trace_id

MAIL = "ask ann@example.com"


@pytest.mark.parametrize(
    "value", ["text", True, 7, -1.5, b"\x00\xff", None, [1, "a", [None]], {"a": {"b": [1.5]}, "c": None}, {}, []]
)
def test_values_there_and_back(value):
    """A Python value written as OTLP is read back as it was."""
    request = spans({"trace": 0, "span": 0})
    target = request.resource_spans[0].resource.attributes.add(key="k").value
    set_value(target, value)
    assert python_value(target) == value


# -- enrich ------------------------------------------------------------------------------------------


def test_enrich_adds_what_is_missing():
    """Host, version and environment are added to each resource, and nothing that a sender says is replaced."""
    kept = Kept()
    config = EnrichConfig(host=True, version="1.2", environment="staging", attributes={"rack": 7})
    Enrich(enriching_attributes(config), kept).consume(
        batch(spans({"trace": 0, "span": 0}, **{"service.version": "9"}))
    )
    assert python_attributes(kept.only.resource_spans[0].resource.attributes) == {
        "service.name": "shop",
        "service.version": "9",
        "host.name": socket.gethostname(),
        "deployment.environment.name": "staging",
        "rack": 7,
    }


def test_enrich_leaves_alone_what_has_all():
    """A request that lacks nothing is passed on byte by byte."""
    kept = Kept()
    sent = batch(spans({"trace": 0, "span": 0}, rack=7))
    body = sent.body
    Enrich({"rack": 8}, kept).consume(sent)
    assert kept.batches[0].body is body


# -- redact ------------------------------------------------------------------------------------------


def redact(kept, **options):
    return Redact(compile_redaction(redaction_config(RedactConfig(**options)), on_failure=pytest.fail), kept)


def test_redact_reaches_every_value_of_a_span():
    """Attributes of resource, scope, span, event and link, and the status' message, however deep."""
    message = spans({"trace": 0, "span": 0, "attributes": {"a": MAIL, "n": 1, "deep": {"list": [MAIL]}}}, owner=MAIL)
    scope = message.resource_spans[0].scope_spans[0]
    fill(scope.scope.attributes, {"by": MAIL})
    span = scope.spans[0]
    fill(span.events.add(name="exception").attributes, {"exception.message": MAIL})
    fill(span.links.add(trace_id=bytes(16)).attributes, {"why": MAIL})
    span.status.message = MAIL
    kept = Kept()
    redact(kept).consume(batch(message))
    assert b"ann@" not in kept.batches[0].serialised()
    assert kept.batches[0].serialised().count(b"[mail]") == 7
    assert python_attributes(kept.only.resource_spans[0].scope_spans[0].spans[0].attributes)["n"] == 1


def test_redact_logs_and_metrics():
    """Bodies and attributes of log records, attributes of points and exemplars."""
    logs = REQUESTS["logs"]()
    record = logs.resource_logs.add().scope_logs.add().log_records.add()
    set_value(record.body, {"message": MAIL})
    fill(record.attributes, {"who": MAIL})
    metrics = REQUESTS["metrics"]()
    point = metrics.resource_metrics.add().scope_metrics.add().metrics.add(name="m").gauge.data_points.add(as_int=1)
    fill(point.attributes, {"who": MAIL})
    fill(point.exemplars.add().filtered_attributes, {"who": MAIL})
    kept = Kept()
    processor = redact(kept)
    processor.consume(batch(logs, signal="logs"))
    processor.consume(batch(metrics, signal="metrics"))
    assert [kept.serialised().count(b"[mail]") for kept in kept.batches] == [2, 2]
    assert all(b"ann@" not in kept.serialised() for kept in kept.batches)


def test_redact_leaves_bytes_alone_where_nothing_is_hidden():
    """A request without secrets is passed on byte by byte."""
    sent = batch(spans({"trace": 0, "span": 0, "attributes": {"a": "plain"}}))
    body = sent.body
    kept = Kept()
    redact(kept).consume(sent)
    assert kept.batches[0].body is body


def test_redact_without_content():
    """`metrics_only` keeps numbers and names of kinds, no text, no bodies; resources name things and stay."""
    logs = REQUESTS["logs"]()
    record = logs.resource_logs.add().scope_logs.add().log_records.add()
    set_value(record.body, "hello")
    kept = Kept()
    processor = redact(kept, metrics_only=True)
    processor.consume(batch(spans({"trace": 0, "span": 0, "attributes": {"a": "text", "n": 1, "gen_ai.system": "x"}})))
    processor.consume(batch(logs, signal="logs"))
    group = kept.batches[0].message.resource_spans[0]
    assert python_attributes(group.scope_spans[0].spans[0].attributes) == {"n": 1, "gen_ai.system": "x"}
    assert python_attributes(group.resource.attributes) == {"service.name": "shop"}
    assert b"hello" not in kept.batches[1].serialised()


def test_redact_what_goes_to_quarantine():
    """Refused records are redacted as well, by pattern and by field; their ids and times stay as they came."""
    record = {
        "traceId": "4111111111111111",
        "startTimeUnixNano": "4111111111111111",
        "name": MAIL,
        "attributes": [
            {"key": "password", "value": {"stringValue": "hunter2"}},
            {"key": "card", "value": {"stringValue": "4111111111111111"}},
        ],
    }
    kept = Kept()
    sent = batch(REQUESTS["traces"](), rejections=[Rejection(reason=f"expected …, got {MAIL}", record=record)])
    redact(kept, fields={"password": "redact"}).consume(sent)
    (rejection,) = kept.batches[0].rejections
    assert "ann@" not in rejection.reason
    assert rejection.record == {
        "traceId": "4111111111111111",
        "startTimeUnixNano": "4111111111111111",
        "name": "ask [mail]",
        "attributes": [
            {"key": "password", "value": {"stringValue": "[redacted]"}},
            {"key": "card", "value": {"stringValue": "[card]"}},
        ],
    }


# -- rate limit --------------------------------------------------------------------------------------


def test_a_sender_over_its_limit_is_told_when_to_come_again():
    """Each key has a bucket of its own; an empty one says in how many seconds there is enough."""
    now_s = 0.0
    kept = Kept()
    limit = RateLimit(kept, records_per_s=10, burst=20, clock=lambda: now_s)
    ten = spans(*({"trace": n, "span": n} for n in range(10)))
    for _ in range(2):
        limit.consume(batch(ten, key="a"))
    with pytest.raises(UnavailableError, match="at most 10 records a second") as raised:
        limit.consume(batch(ten, key="a"))
    assert (raised.value.retry_after_s, raised.value.is_rate_limit, raised.value.reason) == (1.0, True, "rate_limit")
    limit.consume(batch(ten, key="b"))
    now_s = 1.0
    limit.consume(batch(ten, key="a"))
    assert len(kept.batches) == 4


def test_a_request_larger_than_the_bucket_comes_through():
    """It is let through when the bucket is full, and has to be paid back."""
    now_s = 0.0
    limit = RateLimit(Kept(), records_per_s=10, burst=5, clock=lambda: now_s)
    limit.consume(batch(spans(*({"trace": n, "span": n} for n in range(25)))))
    with pytest.raises(UnavailableError) as raised:
        limit.consume(batch(spans({"trace": 0, "span": 0})))
    assert raised.value.retry_after_s == pytest.approx(2.1)


# -- head sampling -----------------------------------------------------------------------------------


def head(kept, dropped=None, **options):
    return HeadSampling(SamplingConfig(**options), kept, on_dropped=(dropped or []).append)


def test_head_sampling_keeps_the_traces_that_tracing_would():
    """By trace id: whole traces, the same as `pyflare.tracing.sampling` keeps at that rate, whichever the request."""
    kept, dropped = Kept(), []
    sampling = HeadSampling(SamplingConfig(default_rate=0.3), kept, on_dropped=dropped.append)
    for half in range(2):
        sampling.consume(batch(spans(*({"trace": n, "span": 2 * n + half} for n in range(500)))))
    sampler = HeadSampler(rate=0.3)
    expected = {n for n in range(500) if sampler.decide(trace_id(n), "shop", "work", {})}
    assert {span // 2 for span in kept.span_ids()} == expected
    assert len(kept.span_ids()) == 2 * len(expected)
    assert sum(dropped) == 1000 - 2 * len(expected)
    assert 100 < len(expected) < 200


def test_head_sampling_rules():
    """The first rule that fits decides, by service or attribute; a trace in a request is kept whole if one span is."""
    kept = Kept()
    rules = (
        SamplingRuleConfig(rate=1.0, attribute=AttributeCondition(key="priority", value="high")),
        SamplingRuleConfig(rate=0.0, service="noisy"),
    )
    sampling = head(kept, rules=rules)
    sampling.consume(batch(spans({"trace": 0, "span": 0}, service="noisy")))
    assert kept.batches == []
    sampling.consume(
        batch(
            spans(
                {"trace": 1, "span": 1},
                {"trace": 2, "span": 2},
                {"trace": 2, "span": 3, "attributes": {"priority": "high"}},
                service="noisy",
            )
        )
    )
    sampling.consume(batch(spans({"trace": 3, "span": 4})))
    sampling.consume(batch(spans({"trace": 4, "span": 5}, service="noisy", priority="high")))
    assert kept.span_ids() == [2, 3, 4, 5]
    assert [kept.records for kept in kept.batches] == [2, 1, 1]


def test_head_sampling_leaves_metrics_and_logs_alone():
    """Only traces are sampled, and what is empty is left out of the request."""
    kept = Kept()
    logs = REQUESTS["logs"]()
    logs.resource_logs.add().scope_logs.add().log_records.add()
    head(kept, default_rate=0.0).consume(batch(logs, signal="logs"))
    assert len(kept.batches) == 1


# -- tail sampling -----------------------------------------------------------------------------------


class Tail:
    """A tail sampler whose clock is set by hand."""

    def __init__(self, **options):
        self.now_s = 0.0
        self.kept = Kept()
        self.refused: list[bytes] = []
        self.dropped: list[int] = []
        self.sampling = TailSampling(
            TailConfig(**options),
            self.kept,
            refuse=self.refused.append,
            on_dropped=self.dropped.append,
            clock=lambda: self.now_s,
        )

    def send(self, *made, **surroundings):
        self.sampling.consume(batch(spans(*made, **surroundings)))

    def pass_time(self, seconds):
        self.now_s += seconds
        self.sampling.close_windows()


@pytest.fixture
def tail():
    made = []

    def make(**options):
        made.append(Tail(**options))
        return made[-1]

    yield make
    for one in made:
        one.sampling.close()


def test_tail_sampling_looks_at_whole_traces(tail):
    """A trace is kept for an error or for its length, whichever request the span came in; the rest is refused once."""
    t = tail(wait_s=10, rate=0.0, slower_than_s=5)
    t.send({"trace": 0, "span": 0}, {"trace": 1, "span": 1}, {"trace": 2, "span": 2, "seconds": 6})
    t.pass_time(9)
    t.send({"trace": 1, "span": 3, "failed": True, "parent": 1})
    t.send({"trace": 3, "span": 4}, {"trace": 3, "span": 5, "start_ns": 1_700_000_005 * 10**9, "parent": 4})
    assert t.refused == []
    t.pass_time(1)
    assert t.refused == [trace_id(0)]
    t.pass_time(9)
    assert t.refused == [trace_id(0)]
    assert t.kept.span_ids() == [0, 1, 2, 3, 4, 5], "every request is stored at once"


def test_tail_sampling_late_spans(tail):
    """A span that comes after the verdict follows it: one of a refused trace is left out, one of a kept trace stays."""
    t = tail(wait_s=1, rate=0.0)
    t.send({"trace": 0, "span": 0}, {"trace": 1, "span": 1, "failed": True})
    t.pass_time(1)
    t.send({"trace": 0, "span": 2}, {"trace": 1, "span": 3})
    t.pass_time(5)
    assert t.kept.span_ids() == [0, 1, 3]
    assert (t.refused, t.dropped) == ([trace_id(0)], [1])


def test_tail_sampling_rates_by_service(tail):
    """Of the other traces a share is kept, by the service of the root."""
    t = tail(wait_s=1, rate=0.0, services={"checkout": 1.0})
    t.send({"trace": 0, "span": 0, "parent": 9}, service="shop")
    t.send({"trace": 0, "span": 1}, service="checkout")
    t.send({"trace": 1, "span": 2}, service="shop")
    t.pass_time(1)
    assert t.refused == [trace_id(1)]


def test_tail_sampling_keeps_rare_operations(tail):
    """The first traces of each operation in an hour are kept, and again in the next hour."""
    t = tail(wait_s=1, rate=0.0, rare_per_hour=2)
    for number in range(5):
        t.send({"trace": number, "span": number, "name": "common"})
    t.send({"trace": 5, "span": 5, "name": "rare"})
    t.pass_time(1)
    assert t.refused == [trace_id(2), trace_id(3), trace_id(4)]
    t.pass_time(3600)
    t.send({"trace": 6, "span": 6, "name": "common"})
    t.pass_time(1)
    assert len(t.refused) == 3


def test_tail_sampling_is_bounded(tail):
    """With more traces than may be waited for the oldest are decided on early."""
    t = tail(wait_s=1000, rate=0.0, max_traces=10)
    t.send(*({"trace": n, "span": n} for n in range(25)))
    assert t.refused == [trace_id(n) for n in range(15)]


def test_tail_sampling_forgets_what_was_not_stored(tail):
    """A request that the store put off opens no window: it comes again."""
    t = tail(wait_s=1, rate=0.0)
    t.kept.error = UnavailableError("full")
    with pytest.raises(UnavailableError):
        t.send({"trace": 0, "span": 0})
    t.pass_time(10)
    assert t.refused == []


def test_tail_sampling_keeps_what_is_undecided_at_the_end(tail):
    """Traces whose window is open when the receiver ends are kept."""
    t = tail(wait_s=10, rate=0.0)
    t.send({"trace": 0, "span": 0})
    t.sampling.close()
    assert t.refused == []
    assert t.kept.closed


# -- joining -----------------------------------------------------------------------------------------


def consume_at_once(consumer, batches):
    """Consume each in a thread of its own; returns what was raised, in order."""
    raised = [None] * len(batches)

    def consume(index):
        try:
            consumer.consume(batches[index])
        except UnavailableError as error:
            raised[index] = error

    threads = [threading.Thread(target=consume, args=(index,)) for index in range(len(batches))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_joining_stores_small_requests_together():
    """Requests that come at once become one batch; none is acknowledged before it is stored."""
    kept = Kept()
    joining = Joining(BatcherConfig(max_batch_size=20, timeout_ms=5000), kept)
    assert joining.waits
    sent = [batch(spans({"trace": n, "span": n})) for n in range(20)]
    assert consume_at_once(joining, sent) == [None] * 20
    assert [kept.records for kept in kept.batches] == [20]
    assert sorted(kept.span_ids()) == list(range(20))


def test_joining_waits_no_longer_than_it_may():
    """A lone request is stored after the time that it waits for others."""
    kept = Kept()
    Joining(BatcherConfig(max_batch_size=20, timeout_ms=20), kept).consume(batch(spans({"trace": 0, "span": 0})))
    assert [kept.records for kept in kept.batches] == [1]


def test_joining_tells_every_sender_of_a_failure():
    """Where the store puts the whole off, each sender is told to come again."""
    joining = Joining(BatcherConfig(max_batch_size=5, timeout_ms=5000), Kept(UnavailableError("full")))
    raised = consume_at_once(joining, [batch(spans({"trace": n, "span": n})) for n in range(5)])
    assert [str(error) for error in raised] == ["full"] * 5


def test_joining_is_bounded():
    """Beyond the queue's size senders are told to come again; one alone may be larger than it."""
    kept = Kept()
    joining = Joining(BatcherConfig(max_batch_size=1000, timeout_ms=1500, max_queue_size=3), kept)
    raised = consume_at_once(joining, [batch(spans({"trace": n, "span": n})) for n in range(5)])
    assert sorted(error.reason for error in raised if error) == ["queue_full"] * 2
    small = Joining(BatcherConfig(max_batch_size=5, max_queue_size=3), kept)
    small.consume(batch(spans(*({"trace": n, "span": n} for n in range(9)))))
    assert [kept.records for kept in kept.batches] == [3, 9]
