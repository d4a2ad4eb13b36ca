"""Both engines make the same tables of the same requests."""

from __future__ import annotations

import json
import logging
from base64 import b64encode
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from google.protobuf import json_format
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

from pyflare.schema.arrow import arrow_schema
from pyflare.schema.records import Request
from pyflare.schema.tables import TABLES
from pyflare.store.decode import otlp
from pyflare.store.decode.otlp import columnar, objects
from pyflare.store.decode.otlp.logs import log_table
from pyflare.store.decode.otlp.spans import span_table
from tests.store.otlp.messages import LOG_REQUESTS, METRIC_REQUESTS, TRACE_REQUESTS
from tests.store.records import INFO, T0_NS

EXAMPLES = Path(__file__).parents[4] / "shared" / "data" / "otlp-examples"
MESSAGES = {
    "traces": ExportTraceServiceRequest,
    "metrics": ExportMetricsServiceRequest,
    "logs": ExportLogsServiceRequest,
}
MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def same(one: pa.Table, other: pa.Table) -> bool:
    """Whether two tables are equal, and both are as the schema wants them."""
    one.validate(full=True)
    other.validate(full=True)
    return bool(one.equals(other)) and one.schema.equals(other.schema)


@MANY
@given(TRACE_REQUESTS)
def test_spans_are_the_same_from_both_engines(requests: list[Request]) -> None:
    """Whatever spans a request holds, protobuf's objects and ptars give the same rows."""
    slow = span_table(objects.span_arrays(requests, INFO), INFO)
    fast = span_table(columnar.span_arrays(requests, INFO), INFO)
    assert same(slow, fast)
    assert slow.schema.equals(arrow_schema(TABLES["spans"]))


@MANY
@given(LOG_REQUESTS)
def test_logs_are_the_same_from_both_engines(requests: list[Request]) -> None:
    """Whatever log records a request holds, protobuf's objects and ptars give the same rows."""
    slow = log_table(objects.log_arrays(requests, INFO), INFO)
    fast = log_table(columnar.log_arrays(requests, INFO), INFO)
    assert same(slow, fast)
    assert slow.schema.equals(arrow_schema(TABLES["logs"]))


@MANY
@given(METRIC_REQUESTS)
def test_no_metric_breaks_a_batch(requests: list[Request]) -> None:
    """Whatever metrics a request holds, there is one valid row per data point."""
    rows = otlp.tables(requests, INFO).get("metrics", arrow_schema(TABLES["metrics"]).empty_table())
    rows.validate(full=True)
    assert rows.schema.equals(arrow_schema(TABLES["metrics"]))
    assert rows.num_rows == sum(_points(request) for request in requests)
    for name in ("otlp", "exemplars", "exponential", "quantiles"):
        assert all(text is None or json.loads(text) for text in rows[name].to_pylist() if text != "[]")


def _points(request: Request) -> int:
    resources = ExportMetricsServiceRequest.FromString(request.body).resource_metrics
    metrics = [metric for resource in resources for scope in resource.scope_metrics for metric in scope.metrics]
    return sum(len(getattr(metric, kind).data_points) for metric in metrics if (kind := metric.WhichOneof("data")))


def example(name: str, signal: str) -> bytes:
    """One of the protocol's own examples as protobuf; they write ids as hex, which protobuf's JSON does not."""
    path = EXAMPLES / name
    if not path.exists():
        pytest.skip(f"the protocol's examples are not at {EXAMPLES}")
    content = _with_base64_ids(json.loads(path.read_text()))
    message: Any = MESSAGES[signal]()
    return bytes(json_format.ParseDict(content, message).SerializeToString())


def _with_base64_ids(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_base64_ids(item) for item in value]
    if isinstance(value, dict):
        return {
            key: b64encode(bytes.fromhex(item)).decode()
            if key in {"traceId", "spanId", "parentSpanId"}
            else _with_base64_ids(item)
            for key, item in value.items()
        }
    return value


@pytest.mark.parametrize(("name", "signal"), [("trace.json", "traces"), ("logs.json", "logs"), ("events.json", "logs")])
def test_the_protocols_examples(name: str, signal: str) -> None:
    """The examples that come with the protocol are the same from both engines, and none is empty."""
    requests = [Request(signal, T0_NS, example(name, signal))]
    if signal == "traces":
        slow = span_table(objects.span_arrays(requests, INFO), INFO)
        fast = span_table(columnar.span_arrays(requests, INFO), INFO)
    else:
        slow = log_table(objects.log_arrays(requests, INFO), INFO)
        fast = log_table(columnar.log_arrays(requests, INFO), INFO)
    assert slow.num_rows
    assert same(slow, fast)


def test_the_protocols_metrics() -> None:
    """The example of metrics becomes one row per data point, of every kind in it."""
    rows = otlp.tables([Request("metrics", T0_NS, example("metrics.json", "metrics"))], INFO)["metrics"]
    kinds = set(rows["value_type"].to_pylist())
    assert kinds == {"sum", "gauge", "histogram", "exponential_histogram"}
    assert set(rows["service_name"].to_pylist()) == {"my.service"}


def many_spans(count: int) -> bytes:
    spans = [
        Span(trace_id=bytes([1] * 16), span_id=number.to_bytes(8, "big"), name="x" * 200, start_time_unix_nano=T0_NS)
        for number in range(1, count + 1)
    ]
    return ExportTraceServiceRequest(
        resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=spans)])]
    ).SerializeToString()


EDITS = st.lists(st.tuples(st.integers(0, 999), st.binary(max_size=3), st.integers(0, 3)), min_size=1, max_size=3)


@MANY
@given(TRACE_REQUESTS, EDITS)
def test_damaged_bytes_are_refused_or_decoded(requests: list[Request], edits: list[tuple[int, bytes, int]]) -> None:
    """Bytes that protobuf's parser still accepts, whatever they say now, give valid rows from either engine."""
    for request in requests:
        body = bytearray(request.body)
        for at, inserted, removed in edits:
            position = at % (len(body) + 1)
            body[position : position + removed] = inserted
        damaged = Request("traces", T0_NS, bytes(body))
        if otlp.is_sound(damaged):
            for engine in (objects, columnar):
                span_table(engine.span_arrays([damaged], INFO), INFO).validate(full=True)


def test_large_batches_take_the_fast_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that is large enough goes through ptars, a small one through protobuf's objects."""
    used: list[str] = []
    for engine in (columnar, objects):
        real = engine.span_arrays
        monkeypatch.setattr(
            engine, "span_arrays", lambda *given, real=real, engine=engine: used.append(engine.__name__) or real(*given)
        )
    otlp.tables([Request("traces", T0_NS, many_spans(1000))], INFO)
    otlp.tables([Request("traces", T0_NS, many_spans(3))], INFO)
    assert used == [columnar.__name__, objects.__name__]


def test_a_failure_of_ptars_costs_speed_and_no_spans(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where ptars fails on a batch, even by a panic, protobuf's objects decode it, and it is logged."""

    class Panic(BaseException):
        pass

    def fail(*given: object) -> None:
        raise Panic

    monkeypatch.setattr(columnar, "_records", fail)
    with caplog.at_level(logging.WARNING):
        rows = otlp.tables([Request("traces", T0_NS, many_spans(1000))], INFO)["spans"]
    assert rows.num_rows == 1000
    assert "decoded without it" in caplog.text


def test_without_ptars_everything_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where ptars is not installed, large batches are decoded all the same."""
    monkeypatch.setattr(columnar, "is_available", lambda: False)
    assert otlp.tables([Request("traces", T0_NS, many_spans(1000))], INFO)["spans"].num_rows == 1000


@pytest.mark.parametrize(
    ("signal", "body", "sound"),
    [
        ("traces", b"", True),
        ("traces", many_spans(1), True),
        ("traces", many_spans(1)[:-1], False),
        ("traces", b"\xff" * 9, False),
        ("profiles", b"", False),
    ],
)
def test_only_sound_requests_are_decoded(signal: str, body: bytes, sound: bool) -> None:
    """A body that protobuf does not parse, and a signal of a newer PyFlare, are told apart before decoding."""
    assert otlp.is_sound(Request(signal, T0_NS, body)) is sound
