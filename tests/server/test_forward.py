"""Forwarding: everything that was acknowledged reaches the destination, once, however long that is down."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

import pyflare
from pyflare.otlp.messages import REQUESTS
from pyflare.server.config_file import parse_config
from pyflare.server.pipeline import build
from pyflare.store.journal.reader import list_writers
from pyflare.tracing.shipping import forward as shipping_forward
from tests.server.journals import records, span_ids
from tests.server.requests import batch, spans, trace_id
from tests.tracing.shipping.collectors import KINDS, Collector, HttpCollector, Reply


@pytest.fixture(params=sorted(KINDS))
def collector(request):
    """A collector that is up, once over HTTP and once over gRPC."""
    with KINDS[request.param]() as started:
        yield started


def config(collector: Collector, *, store: str = "{}", more: str = "") -> str:
    forward = f"{{endpoint: 'http://127.0.0.1:{collector.port}', protocol: {collector.protocol}}}"
    return f"collector: {{sinks: {{store: {store}, forward: [{forward}]}}{more}}}"


def run(text: str, root: Path):
    return build(parse_config(text, source="test"), root)


def wait_for(condition: Callable[[], bool], timeout_s: float = 15) -> None:
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s, "it did not happen"
        time.sleep(0.02)


def test_requests_are_passed_on(collector, tmp_path):
    """What the store keeps goes out as well, once, several small requests in one."""
    pipeline = run(config(collector), tmp_path)
    for number in range(20):
        pipeline.consume(batch(spans({"trace": number, "span": number, "name": f"n{number}"})))
    wait_for(lambda: len(collector.spans) >= 20)
    pipeline.close()
    assert collector.counts == {(number + 1).to_bytes(8, "big"): 1 for number in range(20)}
    assert len(collector.requests) < 20
    assert len(span_ids(tmp_path)) == 20


def test_nothing_is_kept_where_nothing_should_be(collector, tmp_path):
    """Without a store the folder is only the spool: what has been passed on is deleted."""
    pipeline = run(config(collector, store="null"), tmp_path)
    pipeline.consume(batch(spans({"trace": 0, "span": 0})))
    pipeline.close()
    assert len(collector.spans) == 1
    assert list_writers(tmp_path) == []


def test_a_destination_that_is_down(collector, tmp_path):
    """Requests are acknowledged and wait on disk; the next receiver of the folder passes them on, once."""
    text = config(collector)
    collector.stop()
    first = run(text, tmp_path)
    first.consume(batch(spans({"trace": 0, "span": 0})))
    first.close()
    assert len(span_ids(tmp_path)) == 1
    with pyflare.open(tmp_path, compact=False) as workspace:
        (waits,) = [finding.text for finding in workspace.doctor().findings() if finding.topic == "unshipped"]
    assert waits.startswith("1 record for 127.0.0.1-")
    collector.start()
    second = run(text, tmp_path)
    second.consume(batch(spans({"trace": 1, "span": 1})))
    wait_for(lambda: len(collector.spans) >= 2)
    second.close()
    third = run(text, tmp_path)
    third.consume(batch(spans({"trace": 2, "span": 2})))
    wait_for(lambda: len(collector.spans) >= 3)
    third.close()
    assert set(collector.counts.values()) == {1}


def test_a_refused_request_does_not_take_others_with_it(collector, tmp_path):
    """A request that the destination will never take is counted, and passed over."""

    def refuse_bad(request):
        bad = any(span.name == "bad" for group in request.resource_spans for s in group.scope_spans for span in s.spans)
        return Reply(status=400, grpc_code=grpc_invalid(), keeps=False) if bad else None

    collector.script = refuse_bad
    pipeline = run(config(collector), tmp_path)
    for number in range(8):
        name = "bad" if number == 5 else "good"
        pipeline.consume(batch(spans(*({"trace": number, "span": 10 * number + n, "name": name} for n in range(3)))))
    wait_for(lambda: len(collector.spans) >= 21)
    pipeline.close()
    assert set(collector.names) == {"good"}
    (journal,) = list_writers(tmp_path)
    assert journal.losses() == {"ship_rejected": 3}


def grpc_invalid():
    import grpc

    return grpc.StatusCode.INVALID_ARGUMENT


def test_refused_traces_are_not_passed_on(collector, tmp_path):
    """With tail sampling a request waits for the verdicts on its traces, and goes out without the refused ones."""
    text = config(collector, more=", sampling: {tail: {wait_s: 0.3, rate: 0}}")
    pipeline = run(text, tmp_path)
    pipeline.consume(batch(spans({"trace": 0, "span": 0}, {"trace": 1, "span": 1, "failed": True})))
    wait_for(lambda: len(collector.spans) >= 1)
    pipeline.close()
    assert collector.counts == {(2).to_bytes(8, "big"): 1}
    assert trace_id(0) not in {span.trace_id for span in collector.spans}


def test_every_signal_goes_to_its_own_path(tmp_path):
    """Metrics and logs go out beside traces, each to its service."""
    with HttpCollector() as collector:
        pipeline = run(config(collector), tmp_path)
        for signal in ("logs", "metrics", "traces"):
            message = REQUESTS[signal]()
            {
                "traces": lambda m: m.resource_spans.add().scope_spans.add().spans.add(name="s"),
                "metrics": lambda m: m.resource_metrics.add().scope_metrics.add().metrics.add(name="m"),
                "logs": lambda m: m.resource_logs.add().scope_logs.add().log_records.add(event_name="e"),
            }[signal](message)
            pipeline.consume(batch(message, signal=signal))
        wait_for(lambda: len(collector.headers) >= 3)
        pipeline.close()
        assert [headers[":path"] for headers in collector.headers] == ["/v1/logs", "/v1/metrics", "/v1/traces"]


def test_shipping_leaves_requests_alone(tmp_path):
    """`pyflare.init(endpoint=…)` and what ships journals of spans do not take a receiver's journal for theirs."""
    with HttpCollector() as collector:
        text = config(collector)
        collector.stop()
        pipeline = run(text, tmp_path)
        pipeline.consume(batch(spans({"trace": 0, "span": 0})))
        pipeline.close()
        collector.start()
        shipping_forward.forward(tmp_path, collector.destination())
        assert collector.spans == []
        assert len(records(tmp_path)) == 1
        again = run(text, tmp_path)
        wait_for(lambda: len(collector.spans) >= 1)
        again.close()
        assert set(collector.counts.values()) == {1}


def test_a_request_too_large_for_the_backend_goes_in_pieces(collector, tmp_path):
    """Where a backend takes smaller requests than the receiver, what is too large for it is halved until it fits."""

    def refuse_large(request):
        return Reply(status=413, grpc_code=grpc_invalid(), keeps=False) if request.ByteSize() > 20_000 else None

    collector.script = refuse_large
    pipeline = run(config(collector), tmp_path)
    message = spans(*({"trace": n, "span": n, "attributes": {"t": "x" * 900}} for n in range(100)))
    other = message.resource_spans.add()
    other.CopyFrom(message.resource_spans[0])
    other.schema_url = "https://example.com/schema"
    del other.scope_spans[0].spans[:-1]
    other.scope_spans[0].spans[0].span_id = (101).to_bytes(8, "big")
    other.scope_spans[0].spans.add(trace_id=trace_id(7), span_id=(102).to_bytes(8, "big"), name="x" * 30_000)
    pipeline.consume(batch(message))
    wait_for(lambda: len(collector.spans) >= 101)
    pipeline.close()
    assert collector.counts == {(n + 1).to_bytes(8, "big"): 1 for n in range(101)}
    schemas = {g.schema_url for r in collector.requests if r.ByteSize() <= 20_000 for g in r.resource_spans}
    assert schemas == {"", "https://example.com/schema"}
    (journal,) = list_writers(tmp_path)
    assert journal.losses() == {"ship_rejected": 1}
