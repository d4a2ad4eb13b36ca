"""Requests that came twice: their sender did not hear that they had been accepted.

Spans have ids and collapse on them. Log records and data points have none, but a
request that says the same at the same nanoseconds, byte for byte, is a repetition.
See docs/decisions/0008-repeated-requests.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import Final

from pyflare.schema.records import Request

_MOST: Final = 10_000
"""Requests remembered: about a megabyte."""
_DIGEST_BYTES: Final = 16


class Repeats:
    """Remembers the latest requests of a journal, as far as they have no ids of their own."""

    def __init__(self) -> None:
        self._digests: dict[bytes, None] = {}

    def has(self, request: Request) -> bool:
        """Whether the same came before. From now on it has, in any case."""
        if request.signal == "traces":
            return False
        digest = blake2b(request.body, digest_size=_DIGEST_BYTES, person=request.signal.encode())
        digest.update((request.project or "").encode())
        key = digest.digest()
        if key in self._digests:
            return _is_timed(request)
        self._digests[key] = None
        if len(self._digests) > _MOST:
            del self._digests[next(iter(self._digests))]
        return False


def _is_timed(request: Request) -> bool:
    """Whether each record says when it was: without that, equal records may be different events."""
    return all(_times_ns(request))


def _times_ns(request: Request) -> Iterator[int]:
    return _of_logs(request.body) if request.signal == "logs" else _of_points(request.body)


def _of_logs(body: bytes) -> Iterator[int]:
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

    for resource in ExportLogsServiceRequest.FromString(body).resource_logs:
        for scope in resource.scope_logs:
            for record in scope.log_records:
                yield record.time_unix_nano or record.observed_time_unix_nano


def _of_points(body: bytes) -> Iterator[int]:
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

    for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                kind = metric.WhichOneof("data")
                for point in getattr(metric, kind).data_points if kind else ():
                    yield point.time_unix_nano
