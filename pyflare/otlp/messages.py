"""The three signals, and what OTLP calls the parts of their requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

Signal = Literal["traces", "metrics", "logs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A signal's request: resources hold scopes, scopes hold records."""

    request: Any
    """The class of the protobuf request."""
    response: Any
    """The class of the protobuf response."""
    resources: str
    """The field of the request that holds resources."""
    scopes: str
    """The field of a resource that holds scopes."""
    records: str
    """The field of a scope that holds records: spans, metrics or log records."""
    rejected: str
    """The field of a partial success that counts what was refused."""
    service: str
    """The gRPC service that takes the request."""


SHAPES: Final[dict[Signal, Shape]] = {
    "traces": Shape(
        request=ExportTraceServiceRequest,
        response=ExportTraceServiceResponse,
        resources="resource_spans",
        scopes="scope_spans",
        records="spans",
        rejected="rejected_spans",
        service="opentelemetry.proto.collector.trace.v1.TraceService",
    ),
    "metrics": Shape(
        request=ExportMetricsServiceRequest,
        response=ExportMetricsServiceResponse,
        resources="resource_metrics",
        scopes="scope_metrics",
        records="metrics",
        rejected="rejected_data_points",
        service="opentelemetry.proto.collector.metrics.v1.MetricsService",
    ),
    "logs": Shape(
        request=ExportLogsServiceRequest,
        response=ExportLogsServiceResponse,
        resources="resource_logs",
        scopes="scope_logs",
        records="log_records",
        rejected="rejected_log_records",
        service="opentelemetry.proto.collector.logs.v1.LogsService",
    ),
}
"""The shape of each signal's request."""

REQUESTS: Final[dict[Signal, Any]] = {signal: shape.request for signal, shape in SHAPES.items()}
"""The protobuf message of each signal's export request."""
