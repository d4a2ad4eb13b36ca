"""What OpenTelemetry's own encoders write is read back equal, live and after compaction."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    Metric,
    ResourceMetrics,
    ScopeMetrics,
    Summary,
    SummaryDataPoint,
)
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import AlwaysOnExemplarFilter, MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from pyflare.store.decode import typed_value
from tests.store.otlp.folder import attributes, both_ways, request, write_requests
from tests.store.records import T0_NS

RESOURCE = Resource(
    {"service.name": "shop", "replicas": 3, "ratio": 1.0, "zones": ["a", "b"], "deployment.environment.name": "test"},
    schema_url="https://example.test/resource/1.0",
)
VALUES: dict[str, Any] = {
    "text": "naïve 語 \x00 end",
    "no text": "",
    "int": -(1 << 63),
    "large int": (1 << 63) - 1,
    "double": 0.1,
    "whole double": 2.0,
    "minus zero": -0.0,
    "infinite": -math.inf,
    "not a number": math.nan,
    "bool": False,
    "texts": ["a", "", "c"],
    "ints": [1, -2],
    "doubles": [1.0, 0.5],
    "bools": [True, False],
    "none in a list": [],
}


@pytest.fixture
def exported() -> Iterator[tuple[TracerProvider, InMemorySpanExporter]]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(resource=RESOURCE)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield provider, exporter
    provider.shutdown()


def test_attributes_of_every_type(tmp_path: Path, exported: tuple[TracerProvider, InMemorySpanExporter]) -> None:
    """Each value an SDK can set on a span comes back with its type and, bit by bit, its value."""
    provider, exporter = exported
    with provider.get_tracer(
        "scope", "1.2", schema_url="https://example.test/scope", attributes={"n": 1}
    ).start_as_current_span("work") as span:
        span.set_attributes(VALUES)
    write_requests(tmp_path, [request("traces", encode_spans(exporter.get_finished_spans()))])
    (row,) = both_ways(tmp_path, "SELECT * FROM spans")
    assert repr(attributes(row)) == repr(VALUES)
    assert json.loads(row["resource"]) == {**RESOURCE.attributes, "zones": ["a", "b"]}
    assert (row["service_name"], row["scope_name"], row["scope_version"]) == ("shop", "scope", "1.2")
    assert json.loads(row["otlp"]) == {
        "resource": {"schemaUrl": "https://example.test/resource/1.0"},
        "scope": {"schemaUrl": "https://example.test/scope", "attributes": {"n": 1}},
    }


def test_spans_as_a_whole(tmp_path: Path, exported: tuple[TracerProvider, InMemorySpanExporter]) -> None:
    """Ids, kinds, times, status, events and links are those of the SDK's spans."""
    provider, exporter = exported
    tracer = provider.get_tracer("scope")
    with tracer.start_as_current_span("root") as root:
        link = trace.Link(root.get_span_context(), {"why": "because", "n": 1})
        child = tracer.start_span("child", kind=trace.SpanKind.CLIENT, start_time=T0_NS, links=[link])
        child.add_event("seen", {"n": 1, "deep": [1.5]}, timestamp=T0_NS + 7)
        child.add_event("plain", timestamp=T0_NS + 8)
        child.set_status(trace.StatusCode.ERROR, "it broke")
        child.end(T0_NS + 123)
    write_requests(tmp_path, [request("traces", encode_spans(exporter.get_finished_spans()))])
    child_row, root_row = both_ways(
        tmp_path, "SELECT *, epoch_ns(start_time) AS at_ns FROM spans ORDER BY operation_name"
    )
    ids = root.get_span_context()
    assert (root_row["trace_id"], root_row["span_id"]) == (f"{ids.trace_id:032x}", f"{ids.span_id:016x}")
    assert (root_row["parent_span_id"], root_row["span_kind"], root_row["status_code"]) == (None, "internal", "unset")
    assert child_row["parent_span_id"] == root_row["span_id"]
    assert (child_row["at_ns"], child_row["duration_ns"]) == (T0_NS, 123)
    assert (child_row["span_kind"], child_row["status_code"], child_row["status_message"]) == (
        "client",
        "error",
        "it broke",
    )
    assert child_row["state"] == "ended"
    seen, plain = child_row["events"]
    assert (seen["name"], json.loads(seen["attributes"])) == ("seen", {"n": 1, "deep": [1.5]})
    assert (plain["name"], plain["attributes"]) == ("plain", None)
    assert seen["time"].value - T0_NS == 7
    (found,) = child_row["links"]
    assert (found["trace_id"], found["span_id"]) == (root_row["trace_id"], root_row["span_id"])
    assert json.loads(found["attributes"]) == {"why": "because", "n": 1}


def span(number: int = 1, **fields: Any) -> Span:
    return Span(
        **{
            "trace_id": bytes([7] * 16),
            "span_id": number.to_bytes(8, "big"),
            "name": "work",
            "kind": Span.SPAN_KIND_INTERNAL,
            "start_time_unix_nano": T0_NS,
            "end_time_unix_nano": T0_NS + 1,
            **fields,
        }
    )


def traces(*spans: Span) -> ExportTraceServiceRequest:
    return ExportTraceServiceRequest(resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=spans)])])


def test_values_that_only_the_protocol_has(tmp_path: Path) -> None:
    """Bytes, kvlists, mixed and nested arrays, and values that are empty come back as they are."""
    values = {
        "bytes": AnyValue(bytes_value=b"\x00\xff"),
        "empty": AnyValue(),
        "kvlist": AnyValue(kvlist_value=KeyValueList(values=[KeyValue(key="b", value=AnyValue(bytes_value=b"\x01"))])),
        "mixed": AnyValue(
            array_value=ArrayValue(
                values=[
                    AnyValue(int_value=1),
                    AnyValue(double_value=math.inf),
                    AnyValue(array_value=ArrayValue(values=[AnyValue(), AnyValue(string_value="x")])),
                    AnyValue(kvlist_value=KeyValueList()),
                ]
            )
        ),
    }
    sent = span(attributes=[KeyValue(key=key, value=value) for key, value in values.items()])
    write_requests(tmp_path, [request("traces", traces(sent))])
    (row,) = both_ways(tmp_path, "SELECT * FROM spans")
    assert attributes(row) == {
        "bytes": b"\x00\xff",
        "empty": None,
        "kvlist": {"b": b"\x01"},
        "mixed": [1, math.inf, [None, "x"], {}],
    }
    assert (row["service_name"], row["project"]) == ("unknown_service", "shop")


def test_what_has_no_column(tmp_path: Path) -> None:
    """Flags, a tracestate, dropped counts and odd enumerations are kept beside the columns."""
    sent = span(
        trace_state="a=1",
        flags=0x101,
        kind=0,
        dropped_attributes_count=1,
        dropped_events_count=2,
        dropped_links_count=3,
        events=[Span.Event(name="e", dropped_attributes_count=4)],
        links=[Span.Link(trace_id=bytes(16), span_id=bytes(8), trace_state="b=2", flags=0x300)],
    )
    write_requests(tmp_path, [request("traces", traces(sent))])
    (row,) = both_ways(tmp_path, "SELECT * FROM spans")
    assert (row["trace_state"], row["trace_flags"], row["span_kind"]) == ("a=1", 0x101, "internal")
    assert row["links"][0]["trace_state"] == "b=2"
    assert json.loads(row["otlp"]) == {
        "span": {
            "kind": 0,
            "droppedAttributesCount": 1,
            "droppedEventsCount": 2,
            "droppedLinksCount": 3,
            "events": {"0": {"droppedAttributesCount": 4}},
            "links": {"0": {"flags": 0x300}},
        }
    }


@pytest.mark.parametrize(
    ("start_ns", "end_ns", "duration_ns", "rest"),
    [
        (T0_NS, T0_NS - 5, 0, {"startTimeUnixNano": T0_NS, "endTimeUnixNano": T0_NS - 5}),
        (T0_NS, 0, None, None),
        (0, 0, None, None),
        (T0_NS, (1 << 64) - 1, (1 << 62) - T0_NS, {"startTimeUnixNano": T0_NS, "endTimeUnixNano": (1 << 64) - 1}),
        ((1 << 64) - 1, (1 << 64) - 1, 0, {"startTimeUnixNano": (1 << 64) - 1, "endTimeUnixNano": (1 << 64) - 1}),
    ],
)
def test_impossible_times(tmp_path: Path, start_ns: int, end_ns: int, duration_ns: int | None, rest: Any) -> None:
    """A span whose clock went wrong harms no other; what came is kept beside what the columns can hold."""
    odd = span(2, start_time_unix_nano=start_ns, end_time_unix_nano=end_ns)
    write_requests(tmp_path, [request("traces", traces(span(1), odd))])
    one, two = both_ways(tmp_path, "SELECT * FROM spans ORDER BY span_id")
    assert one["duration_ns"] == 1
    assert two["duration_ns"] == duration_ns
    assert (two["otlp"] and json.loads(two["otlp"])["span"]) == rest


def test_a_key_that_comes_twice(tmp_path: Path) -> None:
    """Of two attributes with one key, which OTLP forbids, the last one counts, and the span can be read."""
    twice = [KeyValue(key="k", value=AnyValue(int_value=n)) for n in (1, 2)]
    write_requests(tmp_path, [request("traces", traces(span(1, attributes=twice), span(2, attributes=twice[:1])))])
    one, two = both_ways(tmp_path, "SELECT attributes, attribute_types FROM spans ORDER BY span_id")
    assert (attributes(one), attributes(two)) == ({"k": 2}, {"k": 1})


def test_whose_project_it_is(tmp_path: Path) -> None:
    """The request's project counts before the resource's, and that before the journal's."""
    named = traces(span(2))
    named.resource_spans[0].resource.attributes.append(
        KeyValue(key="pyflare.project", value=AnyValue(string_value="named"))
    )
    both = ExportTraceServiceRequest()
    both.CopyFrom(named)
    both.resource_spans[0].scope_spans[0].spans[0].span_id = (3).to_bytes(8, "big")
    records = [request("traces", traces(span(1))), request("traces", named), request("traces", both, project="asked")]
    write_requests(tmp_path, records, project="journal")
    found = both_ways(tmp_path, "SELECT project FROM spans ORDER BY span_id")
    assert [row["project"] for row in found] == ["journal", "named", "asked"]


def test_metrics_of_every_kind(tmp_path: Path) -> None:
    """Counters, gauges, histograms and exponential ones of an SDK come back with every number equal."""
    reader = InMemoryMetricReader()
    view = View(instrument_name="sizes", aggregation=ExponentialBucketHistogramAggregation())
    provider = MeterProvider([reader], RESOURCE, views=[view], exemplar_filter=AlwaysOnExemplarFilter())
    meter = provider.get_meter("scope", "1")
    meter.create_counter("calls", "{call}", "Calls made").add(3, {"gen_ai.request.model": "m", "k": True})
    meter.create_up_down_counter("open").add(-2)
    meter.create_gauge("heat").set(1.5)
    latency = meter.create_histogram("latency", "s", explicit_bucket_boundaries_advisory=[1.0, 2.5])
    sizes = meter.create_histogram("sizes")
    for value in (0.5, 2.0, 7.0):
        latency.record(value)
        sizes.record(value)
    message = encode_metrics(reader.get_metrics_data())
    provider.shutdown()
    write_requests(tmp_path, [request("metrics", message)])
    found = {row["metric_name"]: row for row in both_ways(tmp_path, "SELECT * FROM metrics")}
    calls, heat, histogram, exponential = (found[name] for name in ("calls", "heat", "latency", "sizes"))
    assert (calls["value_type"], calls["value"], calls["value_int"]) == ("sum", 3.0, 3)
    assert (calls["unit"], calls["description"], calls["is_monotonic"]) == ("{call}", "Calls made", True)
    assert (calls["temporality"], calls["model_id"], calls["environment"]) == ("cumulative", "m", "test")
    assert attributes(calls) == {"gen_ai.request.model": "m", "k": True}
    assert json.loads(calls["exemplars"])[0]["asInt"] == 3
    assert (found["open"]["value_int"], found["open"]["is_monotonic"]) == (-2, False)
    assert (heat["value_type"], heat["value"], heat["value_int"]) == ("gauge", 1.5, None)
    assert [histogram[f"histogram_{name}"] for name in ("count", "sum", "min", "max")] == [3, 9.5, 0.5, 7.0]
    assert [(bucket["upper_bound"], bucket["count"]) for bucket in histogram["histogram_buckets"]] == [
        (1.0, 1),
        (2.5, 1),
        (math.inf, 1),
    ]
    sent = _point(message, "sizes")
    stored = json.loads(exponential["exponential"])
    assert (stored["scale"], stored["zeroCount"]) == (sent.scale, sent.zero_count)
    assert stored["positive"] == {"offset": sent.positive.offset, "bucketCounts": [*sent.positive.bucket_counts]}
    assert exponential["value_type"] == "exponential_histogram"
    assert calls["timestamp"].value == _point(message, "calls").time_unix_nano
    assert calls["start_time"].value == _point(message, "calls").start_time_unix_nano


def _point(message: ExportMetricsServiceRequest, name: str) -> Any:
    metrics = message.resource_metrics[0].scope_metrics[0].metrics
    (metric,) = (metric for metric in metrics if metric.name == name)
    return getattr(metric, metric.WhichOneof("data")).data_points[0]


def test_summaries_and_flags(tmp_path: Path) -> None:
    """A summary's quantiles, a point's flags and a metric's metadata come back."""
    values = [SummaryDataPoint.ValueAtQuantile(quantile=quantile, value=quantile * 2) for quantile in (0.5, 0.99)]
    point = SummaryDataPoint(time_unix_nano=T0_NS, count=4, sum=2.5, quantile_values=values, flags=1)
    metric = Metric(
        name="old",
        summary=Summary(data_points=[point]),
        metadata=[KeyValue(key="m", value=AnyValue(string_value="x"))],
    )
    message = ExportMetricsServiceRequest(
        resource_metrics=[ResourceMetrics(scope_metrics=[ScopeMetrics(metrics=[metric])])]
    )
    write_requests(tmp_path, [request("metrics", message)])
    (row,) = both_ways(tmp_path, "SELECT * FROM metrics")
    assert (row["value_type"], row["histogram_count"], row["histogram_sum"]) == ("summary", 4, 2.5)
    assert json.loads(row["quantiles"]) == [{"quantile": 0.5, "value": 1.0}, {"quantile": 0.99, "value": 1.98}]
    assert json.loads(row["otlp"]) == {"metric": {"metadata": {"m": "x"}}, "point": {"flags": 1}}
    assert row["start_time"] is None


BODIES: list[Any] = ["text", 7, 1.5, True, b"\x00\x01", ["a", 1, None], {"deep": {"n": [1.0]}}, math.inf, ""]


@pytest.mark.parametrize("body", BODIES, ids=repr)
def test_bodies_of_every_type(tmp_path: Path, body: Any) -> None:
    """A log record's body is JSON that gives the value back, whatever type it was."""
    exporter = InMemoryLogRecordExporter()
    provider = LoggerProvider(resource=RESOURCE)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    ids = trace.SpanContext(random.getrandbits(128) | 1, 9, is_remote=False, trace_flags=trace.TraceFlags(1))
    context = trace.set_span_in_context(trace.NonRecordingSpan(ids))
    provider.get_logger("scope", "2").emit(
        LogRecord(
            timestamp=T0_NS,
            observed_timestamp=T0_NS + 5,
            context=context,
            severity_number=SeverityNumber.WARN,
            severity_text="warning",
            body=body,
            attributes={"n": 1, "nested": {"a": [1, "b"]}},
            event_name="it.happened",
        )
    )
    write_requests(tmp_path, [request("logs", encode_logs(exporter.get_finished_logs()))])
    provider.shutdown()
    (row,) = both_ways(tmp_path, "SELECT * FROM logs")
    assert repr(typed_value(row["body"], "array")) == repr(body)
    assert (row["timestamp"].value, row["observed_time"].value) == (T0_NS, T0_NS + 5)
    assert (row["trace_id"], row["span_id"], row["trace_flags"]) == (f"{ids.trace_id:032x}", f"{9:016x}", 1)
    assert (row["severity_number"], row["severity_text"]) == (13, "warning")
    assert (row["event_name"], row["scope_name"], row["service_name"]) == ("it.happened", "scope", "shop")
    assert attributes(row) == {"n": 1, "nested": {"a": [1, "b"]}}
