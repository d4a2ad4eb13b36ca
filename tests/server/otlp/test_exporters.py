"""OpenTelemetry's own exporters against the receivers: what was recorded is what is kept."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

import grpc
import pytest
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.common._internal import trace_encoder
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogs
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as GrpcMetrics
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpans
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter as HttpLogs
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as HttpMetrics
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpSpans
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Link, SpanContext, SpanKind, StatusCode

import pyflare
from pyflare.otlp import to_json
from pyflare.server.sinks.journal import JournalSink
from pyflare.store.compaction import compact
from pyflare.store.decode.typed import typed_value
from pyflare.store.journal.writer import JournalWriter
from tests.server.otlp.receivers import Kept, grpc_receiver, http_receiver

RESOURCE: Final = Resource({"service.name": "shop", "process.pid": 7, "flags": [True, False]})
ATTRIBUTES: Final[dict[str, Any]] = {
    "text": "Grüße “quotes” \u0000 \U0001f600",
    "empty": "",
    "yes": True,
    "no": False,
    "int": -(2**63),
    "float": 1e-300,
    "infinite": float("-inf"),
    "texts": ["a", "", "b"],
    "ints": [1, 2**62],
    "floats": [0.5, 1.0],
    "bools": [True, False],
    "bytes": b"\x00\xff",
}
TRANSPORTS: Final = ["http", "http gzip", "http deflate", "grpc", "grpc gzip"]


@contextmanager
def exporting(transport: str, kinds: tuple[Any, Any], path: str, consumer: Any = None) -> Iterator[tuple[Any, Kept]]:
    """An exporter of the kind for HTTP or the one for gRPC, and what the receiver got from it."""
    protocol, _, compression = transport.partition(" ")
    if protocol == "http":
        with http_receiver(consumer) as http:
            endpoint = f"http://127.0.0.1:{http.port}/v1/{path}"
            yield kinds[0](endpoint=endpoint, compression=Compression(compression or "none")), http.kept
    else:
        with grpc_receiver(consumer) as rpc:
            compress = grpc.Compression.Gzip if compression else grpc.Compression.NoCompression
            yield kinds[1](endpoint=f"http://127.0.0.1:{rpc.port}", insecure=True, compression=compress), rpc.kept


def values_of(attributes: Any) -> dict[str, Any]:
    return {attribute.key: value_of(attribute.value) for attribute in attributes}


def value_of(value: Any) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [value_of(item) for item in value.array_value.values]
    return getattr(value, kind)


def record_spans(exporter: SpanExporter) -> None:
    provider = TracerProvider(resource=RESOURCE, shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("library", "1.2", schema_url="https://example.test/schema", attributes={"scope": 1})
    link = Link(SpanContext(1, 2, is_remote=True), {"why": "retry"})
    with tracer.start_as_current_span("outer", kind=SpanKind.SERVER, attributes=ATTRIBUTES, links=[link]) as outer:
        outer.add_event("cached", {"hits": 3, "keys": ["a"]}, timestamp=1_700_000_000_000_000_000)
        with pytest.raises(ValueError, match="wrong"), tracer.start_as_current_span("inner", kind=SpanKind.CLIENT):
            raise ValueError("wrong")
        outer.set_status(StatusCode.OK)
    provider.shutdown()


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_spans(transport: str) -> None:
    """Every kind of attribute, events, links, status and scope of a span arrive as they were recorded."""
    with exporting(transport, (HttpSpans, GrpcSpans), "traces") as (exporter, kept):
        record_spans(exporter)
    inner, outer = [message.resource_spans[0].scope_spans[0].spans[0] for message in kept.messages]
    group = kept.messages[1].resource_spans[0]
    assert values_of(group.resource.attributes) == {**RESOURCE.attributes, "flags": [True, False]}
    assert (group.scope_spans[0].scope.name, group.scope_spans[0].scope.version) == ("library", "1.2")
    assert group.scope_spans[0].schema_url == "https://example.test/schema"
    assert values_of(outer.attributes) == ATTRIBUTES
    assert (outer.name, outer.kind, outer.status.code) == ("outer", 2, 1)
    assert outer.links[0].span_id == (2).to_bytes(8, "big")
    assert values_of(outer.links[0].attributes) == {"why": "retry"}
    assert (outer.events[0].name, outer.events[0].time_unix_nano) == ("cached", 1_700_000_000_000_000_000)
    assert values_of(outer.events[0].attributes) == {"hits": 3, "keys": ["a"]}
    assert inner.parent_span_id == outer.span_id
    assert (inner.status.code, inner.status.message) == (2, "ValueError: wrong")
    assert values_of(inner.events[0].attributes)["exception.message"] == "wrong"


class JsonSpans(SpanExporter):
    """OpenTelemetry's encoder and JSON: its Python exporter for HTTP sends protobuf alone."""

    def __init__(self, port: int) -> None:
        self.port = port

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        body = json.dumps(to_json(trace_encoder.encode_spans(spans))).encode()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("POST", "/v1/traces", body=body, headers={"Content-Type": "application/json"})
        status = connection.getresponse().status
        connection.close()
        return SpanExportResult.SUCCESS if status == 200 else SpanExportResult.FAILURE


def test_spans_in_json() -> None:
    """The same spans in JSON arrive as the same messages."""
    with http_receiver() as http:
        record_spans(JsonSpans(http.port))
        inner, outer = [message.resource_spans[0].scope_spans[0].spans[0] for message in http.kept.messages]
    assert values_of(outer.attributes) == ATTRIBUTES
    assert inner.parent_span_id == outer.span_id
    assert inner.events[0].name == "exception"


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_metrics(transport: str) -> None:
    """Counters, gauges and histograms of both kinds arrive with their exact numbers."""
    with exporting(transport, (HttpMetrics, GrpcMetrics), "metrics") as (exporter, kept):
        reader = PeriodicExportingMetricReader(exporter, export_interval_millis=3_600_000)
        view = View(instrument_name="exponential", aggregation=ExponentialBucketHistogramAggregation())
        provider = MeterProvider([reader], resource=RESOURCE, views=[view], shutdown_on_exit=False)
        meter = provider.get_meter("library")
        meter.create_counter("tokens", unit="{token}", description="Used").add(2**53 + 1, {"model": "a"})
        meter.create_up_down_counter("queue").add(-2.5)
        meter.create_gauge("load").set(0.75)
        for name in ("explicit", "exponential"):
            histogram = meter.create_histogram(name)
            for value in (1.0, 20.0, 300.0):
                histogram.record(value)
        provider.shutdown()
    (message,) = kept.messages
    found = {metric.name: metric for metric in message.resource_metrics[0].scope_metrics[0].metrics}
    tokens = found["tokens"]
    assert (tokens.unit, tokens.description) == ("{token}", "Used")
    assert (tokens.sum.is_monotonic, tokens.sum.data_points[0].as_int) == (True, 2**53 + 1)
    assert values_of(tokens.sum.data_points[0].attributes) == {"model": "a"}
    assert (found["queue"].sum.is_monotonic, found["queue"].sum.data_points[0].as_double) == (False, -2.5)
    assert found["load"].gauge.data_points[0].as_double == 0.75
    explicit = found["explicit"].histogram.data_points[0]
    assert (explicit.count, explicit.sum, explicit.min, explicit.max) == (3, 321.0, 1.0, 300.0)
    assert sum(explicit.bucket_counts) == 3
    exponential = found["exponential"].exponential_histogram.data_points[0]
    assert (exponential.count, sum(exponential.positive.bucket_counts)) == (3, 3)
    assert kept.batches[0].records == 5


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_logs(transport: str) -> None:
    """Log records arrive with severity, event name, trace and a body of any type."""
    body = {"text": "hello", "list": [1, "two", {"three": None}], "bytes": b"\x00"}
    with exporting(transport, (HttpLogs, GrpcLogs), "logs") as (exporter, kept):
        provider = LoggerProvider(RESOURCE, shutdown_on_exit=False)
        provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
        provider.get_logger("library").emit(
            LogRecord(
                timestamp=1_700_000_000_000_000_000,
                observed_timestamp=1_700_000_000_000_000_001,
                severity_text="warning",
                severity_number=SeverityNumber.WARN,
                body=body,
                attributes={"n": 1},
                event_name="gen_ai.choice",
                context=None,
            )
        )
        provider.shutdown()
    (message,) = kept.messages
    (record,) = message.resource_logs[0].scope_logs[0].log_records
    assert (record.severity_number, record.severity_text, record.event_name) == (13, "warning", "gen_ai.choice")
    assert (record.time_unix_nano, record.observed_time_unix_nano) == (
        1_700_000_000_000_000_000,
        1_700_000_000_000_000_001,
    )
    parts = {entry.key: entry.value for entry in record.body.kvlist_value.values}
    assert parts["text"].string_value == "hello"
    assert [item.WhichOneof("value") for item in parts["list"].array_value.values] == [
        "int_value",
        "string_value",
        "kvlist_value",
    ]
    assert parts["bytes"].bytes_value == b"\x00"


@pytest.mark.parametrize("transport", ["http gzip", "grpc"])
def test_values_are_read_back_equal(transport: str, tmp_path: Path) -> None:
    """What an exporter sent is in the folder, every value equal to what was recorded."""
    journal = JournalWriter(tmp_path, service_name="receiver")
    with exporting(transport, (HttpSpans, GrpcSpans), "traces", JournalSink(journal)) as (exporter, _):
        record_spans(exporter)
    journal.close()
    compact(tmp_path)
    with pyflare.open(tmp_path) as workspace:
        (outer,), (inner,) = workspace.spans(name="outer"), workspace.spans(name="inner")
    values = dict(outer["attributes"])
    types = dict(outer["attribute_types"])
    assert {name: typed_value(text, types.get(name)) for name, text in values.items()} == ATTRIBUTES
    assert (outer["service_name"], outer["scope_name"], outer["scope_version"]) == ("shop", "library", "1.2")
    assert (outer["span_kind"], outer["status_code"], outer["events"][0]["name"]) == ("server", "ok", "cached")
    assert json.loads(outer["events"][0]["attributes"]) == {"hits": 3, "keys": ["a"]}
    assert json.loads(outer["resource"]) == {**RESOURCE.attributes, "flags": [True, False]}
    assert (inner["parent_span_id"], inner["status_message"]) == (outer["span_id"], "ValueError: wrong")
    assert inner["error_type"] == "ValueError"


def test_many_senders_at_once() -> None:
    """Exporters of many threads over both transports all get their spans across."""
    kept = Kept()
    with http_receiver(kept) as http, grpc_receiver(kept) as rpc:
        exporters: list[Any] = [HttpSpans(endpoint=f"http://127.0.0.1:{http.port}/v1/traces") for _ in range(4)]
        exporters += [GrpcSpans(endpoint=f"http://127.0.0.1:{rpc.port}", insecure=True) for _ in range(4)]

        def work(exporter: Any) -> None:
            provider = TracerProvider(resource=RESOURCE, shutdown_on_exit=False)
            provider.add_span_processor(SimpleSpanProcessor(exporter))
            for _ in range(25):
                provider.get_tracer("t").start_span("s").end()
            provider.shutdown()

        threads = [threading.Thread(target=work, args=(exporter,)) for exporter in exporters]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    ids = {span.span_id for message in kept.messages for span in message.resource_spans[0].scope_spans[0].spans}
    assert len(ids) == 200
