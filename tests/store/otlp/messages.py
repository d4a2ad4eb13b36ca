"""OTLP messages of every shape, for Hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import (
    AnyValue,
    ArrayValue,
    EntityRef,
    InstrumentationScope,
    KeyValue,
    KeyValueList,
)
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    Exemplar,
    ExponentialHistogram,
    ExponentialHistogramDataPoint,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
    Summary,
    SummaryDataPoint,
)
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from pyflare.schema.records import Request

UINT64 = (1 << 64) - 1
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
KEYS = st.sampled_from(["", "a", "b", "service.name", "pyflare.project", "gen_ai.request.model"]) | TEXT
TIMES = st.integers(0, UINT64) | st.integers(1_790_000_000_000_000_000, 1_790_000_000_000_000_100) | st.just(0)
COUNTS = st.sampled_from([0, 0, 0, 1, 0xFFFFFFFF])
FLAGS = st.sampled_from([0, 1, 257, 0xFFFFFFFF])

LEAVES: st.SearchStrategy[AnyValue] = st.one_of(
    st.builds(AnyValue),
    st.builds(AnyValue, string_value=TEXT),
    st.builds(AnyValue, bool_value=st.booleans()),
    st.builds(AnyValue, int_value=st.integers(-(1 << 63), (1 << 63) - 1)),
    st.builds(AnyValue, double_value=st.floats() | st.sampled_from([0.0, -0.0, 1.0, 1e300])),
    st.builds(AnyValue, bytes_value=st.binary(max_size=4)),
    st.builds(AnyValue, string_value_strindex=st.integers(0, 9)),
)


def _nested(children: st.SearchStrategy[AnyValue]) -> st.SearchStrategy[AnyValue]:
    entries = st.lists(st.builds(KeyValue, key=KEYS, value=children), max_size=3)
    return st.one_of(
        st.builds(AnyValue, array_value=st.builds(ArrayValue, values=st.lists(children, max_size=3))),
        st.builds(AnyValue, kvlist_value=st.builds(KeyValueList, values=entries)),
    )


VALUES = st.recursive(LEAVES, _nested, max_leaves=6)
ATTRIBUTES = st.lists(st.builds(KeyValue, key=KEYS, value=VALUES) | st.builds(KeyValue, key=KEYS), max_size=5)
RESOURCES = st.builds(
    Resource,
    attributes=ATTRIBUTES,
    dropped_attributes_count=COUNTS,
    entity_refs=st.lists(st.builds(EntityRef, type=TEXT, id_keys=st.lists(TEXT, max_size=2)), max_size=1),
)
SCOPES = st.builds(
    InstrumentationScope, name=TEXT, version=TEXT, attributes=ATTRIBUTES, dropped_attributes_count=COUNTS
)
TRACE_IDS = st.binary(min_size=16, max_size=16)
SPAN_IDS = st.binary(min_size=8, max_size=8)

SPANS = st.builds(
    Span,
    trace_id=TRACE_IDS,
    span_id=SPAN_IDS,
    parent_span_id=st.just(b"") | SPAN_IDS,
    trace_state=TEXT,
    flags=FLAGS,
    name=TEXT,
    kind=st.integers(0, 5) | st.sampled_from([-1, 9]),
    start_time_unix_nano=TIMES,
    end_time_unix_nano=TIMES,
    attributes=ATTRIBUTES,
    dropped_attributes_count=COUNTS,
    dropped_events_count=COUNTS,
    dropped_links_count=COUNTS,
    status=st.none() | st.builds(Status, message=TEXT, code=st.integers(0, 2) | st.just(7)),
    events=st.lists(
        st.builds(Span.Event, time_unix_nano=TIMES, name=TEXT, attributes=ATTRIBUTES, dropped_attributes_count=COUNTS),
        max_size=2,
    ),
    links=st.lists(
        st.builds(
            Span.Link,
            trace_id=TRACE_IDS,
            span_id=SPAN_IDS,
            trace_state=TEXT,
            attributes=ATTRIBUTES,
            dropped_attributes_count=COUNTS,
            flags=FLAGS,
        ),
        max_size=2,
    ),
)
LOGS = st.builds(
    LogRecord,
    time_unix_nano=TIMES,
    observed_time_unix_nano=TIMES,
    severity_number=st.integers(0, 24),
    severity_text=TEXT,
    body=st.none() | VALUES,
    attributes=ATTRIBUTES,
    dropped_attributes_count=COUNTS,
    flags=FLAGS,
    trace_id=st.just(b"") | TRACE_IDS,
    span_id=st.just(b"") | SPAN_IDS,
    event_name=TEXT,
)

DOUBLES = st.floats()
EXEMPLARS = st.lists(
    st.builds(Exemplar, filtered_attributes=ATTRIBUTES, time_unix_nano=TIMES, span_id=SPAN_IDS, as_double=DOUBLES)
    | st.builds(Exemplar, as_int=st.integers(-9, 9), trace_id=TRACE_IDS),
    max_size=1,
)
_POINT: dict[str, Any] = {
    "attributes": ATTRIBUTES,
    "start_time_unix_nano": TIMES,
    "time_unix_nano": TIMES,
    "flags": FLAGS,
}
_STATISTICS: dict[str, Any] = {
    **_POINT,
    "count": TIMES,
    "sum": st.none() | DOUBLES,
    "min": st.none() | DOUBLES,
    "max": st.none() | DOUBLES,
    "exemplars": EXEMPLARS,
}
NUMBERS = st.lists(
    st.builds(NumberDataPoint, **_POINT, exemplars=EXEMPLARS, as_double=DOUBLES)
    | st.builds(NumberDataPoint, **_POINT, as_int=st.integers(-(1 << 63), (1 << 63) - 1))
    | st.builds(NumberDataPoint, **_POINT),
    max_size=2,
)
HISTOGRAMS = st.lists(
    st.builds(
        HistogramDataPoint,
        **_STATISTICS,
        explicit_bounds=st.lists(DOUBLES, max_size=2),
        bucket_counts=st.lists(TIMES, max_size=3),
    ),
    max_size=2,
)
BUCKETS = st.builds(
    ExponentialHistogramDataPoint.Buckets, offset=st.integers(-9, 9), bucket_counts=st.lists(TIMES, max_size=3)
)
EXPONENTIALS = st.lists(
    st.builds(
        ExponentialHistogramDataPoint,
        **_STATISTICS,
        scale=st.integers(-10, 20),
        zero_count=TIMES,
        zero_threshold=DOUBLES,
        positive=st.none() | BUCKETS,
        negative=st.none() | BUCKETS,
    ),
    max_size=2,
)
QUANTILES = st.lists(st.builds(SummaryDataPoint.ValueAtQuantile, quantile=DOUBLES, value=DOUBLES), max_size=2)
SUMMARIES = st.lists(
    st.builds(SummaryDataPoint, **_POINT, count=TIMES, sum=DOUBLES, quantile_values=QUANTILES), max_size=2
)
TEMPORALITIES = st.integers(0, 2) | st.just(9)
DATA = st.one_of(
    st.fixed_dictionaries({}),
    st.fixed_dictionaries({"gauge": st.builds(Gauge, data_points=NUMBERS)}),
    st.fixed_dictionaries(
        {"sum": st.builds(Sum, data_points=NUMBERS, aggregation_temporality=TEMPORALITIES, is_monotonic=st.booleans())}
    ),
    st.fixed_dictionaries(
        {"histogram": st.builds(Histogram, data_points=HISTOGRAMS, aggregation_temporality=TEMPORALITIES)}
    ),
    st.fixed_dictionaries(
        {
            "exponential_histogram": st.builds(
                ExponentialHistogram, data_points=EXPONENTIALS, aggregation_temporality=TEMPORALITIES
            )
        }
    ),
    st.fixed_dictionaries({"summary": st.builds(Summary, data_points=SUMMARIES)}),
)
METRICS = st.builds(
    lambda data, **fields: Metric(**fields, **data), DATA, name=TEXT, unit=TEXT, description=TEXT, metadata=ATTRIBUTES
)


def _around(request: Any, resource: Any, scope: Any, records: dict[str, Any]) -> st.SearchStrategy[bytes]:
    scopes = st.lists(st.builds(scope, scope=st.none() | SCOPES, schema_url=TEXT, **records), max_size=2)
    name = next(name for name in resource.DESCRIPTOR.fields_by_name if name.startswith("scope_"))
    resources = st.lists(
        st.builds(resource, resource=st.none() | RESOURCES, schema_url=TEXT, **{name: scopes}), max_size=2
    )
    request_field = name.replace("scope", "resource")
    return st.builds(lambda of: request(**{request_field: of}).SerializeToString(), resources)


def _requests(signal: str, bodies: st.SearchStrategy[bytes]) -> st.SearchStrategy[list[Request]]:
    one = st.builds(
        Request, signal=st.just(signal), unix_ns=st.integers(1, 9), body=bodies, project=st.none() | st.just("mine")
    )
    return st.lists(one, max_size=3)


TRACE_REQUESTS = _requests(
    "traces", _around(ExportTraceServiceRequest, ResourceSpans, ScopeSpans, {"spans": st.lists(SPANS, max_size=3)})
)
LOG_REQUESTS = _requests(
    "logs", _around(ExportLogsServiceRequest, ResourceLogs, ScopeLogs, {"log_records": st.lists(LOGS, max_size=3)})
)
METRIC_REQUESTS = _requests(
    "metrics",
    _around(ExportMetricsServiceRequest, ResourceMetrics, ScopeMetrics, {"metrics": st.lists(METRICS, max_size=3)}),
)
