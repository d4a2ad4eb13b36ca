"""The engine that is always there: protobuf's own objects, record by record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from pyflare.schema.records import Request, WriterInfo
from pyflare.store.decode.otlp.attributes import Attributes, AttributesBuilder
from pyflare.store.decode.otlp.logs import LogArrays, body_text
from pyflare.store.decode.otlp.origins import Origins, serialised
from pyflare.store.decode.otlp.spans import SpanArrays


def span_arrays(requests: Sequence[Request], info: WriterInfo) -> SpanArrays:
    """The spans of some requests."""
    origins = Origins(info)
    spans: list[Span] = []
    origin: list[int] = []
    for code, group in _span_groups(requests, origins):
        spans += group
        origin += [code] * len(group)
    return SpanArrays(
        origins=origins.all,
        origin=pa.array(origin, pa.int32()),
        trace_id=[span.trace_id for span in spans],
        span_id=[span.span_id for span in spans],
        parent_span_id=[span.parent_span_id for span in spans],
        trace_state=pa.array([span.trace_state for span in spans], pa.string()),
        name=pa.array([span.name for span in spans], pa.string()),
        kind=pa.array([span.kind for span in spans], pa.int32()),
        start_ns=pa.array([span.start_time_unix_nano for span in spans], pa.uint64()),
        end_ns=pa.array([span.end_time_unix_nano for span in spans], pa.uint64()),
        status_code=pa.array([span.status.code for span in spans], pa.int32()),
        status_message=pa.array([span.status.message for span in spans], pa.string()),
        flags=pa.array([span.flags for span in spans], pa.uint32()),
        dropped_attributes=pa.array([span.dropped_attributes_count for span in spans], pa.uint32()),
        dropped_events=pa.array([span.dropped_events_count for span in spans], pa.uint32()),
        dropped_links=pa.array([span.dropped_links_count for span in spans], pa.uint32()),
        attributes=_attributes(spans),
        events={row: span.events for row, span in enumerate(spans) if span.events},
        links={row: span.links for row, span in enumerate(spans) if span.links},
    )


def log_arrays(requests: Sequence[Request], info: WriterInfo) -> LogArrays:
    """The log records of some requests."""
    origins = Origins(info)
    records: list[LogRecord] = []
    origin: list[int] = []
    accepted_ns: list[int] = []
    for request, code, group in _log_groups(requests, origins):
        records += group
        origin += [code] * len(group)
        accepted_ns += [request.unix_ns] * len(group)
    return LogArrays(
        origins=origins.all,
        origin=pa.array(origin, pa.int32()),
        accepted_ns=pa.array(accepted_ns, pa.int64()),
        time_ns=pa.array([record.time_unix_nano for record in records], pa.uint64()),
        observed_ns=pa.array([record.observed_time_unix_nano for record in records], pa.uint64()),
        severity_number=pa.array([record.severity_number for record in records], pa.int32()),
        severity_text=pa.array([record.severity_text for record in records], pa.string()),
        body=pa.array([body_text(record.body) if record.HasField("body") else None for record in records], pa.string()),
        event_name=pa.array([record.event_name for record in records], pa.string()),
        trace_id=[record.trace_id for record in records],
        span_id=[record.span_id for record in records],
        flags=pa.array([record.flags for record in records], pa.uint32()),
        dropped_attributes=pa.array([record.dropped_attributes_count for record in records], pa.uint32()),
        attributes=_attributes(records),
    )


def _attributes(records: Iterable[Any]) -> Attributes:
    builder = AttributesBuilder()
    for record in records:
        builder.add(record.attributes)
    return builder.finish()


def _span_groups(requests: Iterable[Request], origins: Origins) -> Iterator[tuple[int, Sequence[Span]]]:
    for request in requests:
        for resource in ExportTraceServiceRequest.FromString(request.body).resource_spans:
            around = (request.project, serialised(resource.resource), resource.schema_url)
            for scope in resource.scope_spans:
                yield origins.code(*around, serialised(scope.scope), scope.schema_url), scope.spans


def _log_groups(requests: Iterable[Request], origins: Origins) -> Iterator[tuple[Request, int, Sequence[LogRecord]]]:
    for request in requests:
        for resource in ExportLogsServiceRequest.FromString(request.body).resource_logs:
            around = (request.project, serialised(resource.resource), resource.schema_url)
            for scope in resource.scope_logs:
                yield request, origins.code(*around, serialised(scope.scope), scope.schema_url), scope.log_records
