"""The OTLP services: one for each signal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pyflare.errors import ConfigError
from pyflare.tracing.shipping.answer import Accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a collector offers for one signal."""

    method: str
    """Its path over gRPC."""
    response: Any
    """The protobuf message of its answers."""
    rejected: Callable[[Any], int]
    """How many records a partial success says were refused."""

    def accepted(self, response: Any) -> Accepted:
        """What an answer says."""
        partial = response.partial_success
        return Accepted(rejected_spans=self.rejected(partial), message=partial.error_message)


def service_of(signal: str) -> Service:
    """The service of a signal: `traces`, `metrics` or `logs`. Loads protobuf.

    Raises:
        ConfigError: There is no such signal.
    """
    if signal == "traces":
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

        return _service("trace.v1.Trace", ExportTraceServiceResponse, lambda partial: partial.rejected_spans)
    if signal == "metrics":
        from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse

        return _service(
            "metrics.v1.Metrics", ExportMetricsServiceResponse, lambda partial: partial.rejected_data_points
        )
    if signal == "logs":
        from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse

        return _service("logs.v1.Logs", ExportLogsServiceResponse, lambda partial: partial.rejected_log_records)
    raise ConfigError(f"OTLP has the signals 'traces', 'metrics' and 'logs', not {signal!r}.")


def _service(name: str, response: Any, rejected: Callable[[Any], int]) -> Service:
    method = f"/opentelemetry.proto.collector.{name}Service/Export"
    return Service(method=method, response=response, rejected=rejected)
