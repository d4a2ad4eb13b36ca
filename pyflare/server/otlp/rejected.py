"""What was refused of a request: counted whole, kept up to a limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec

from pyflare.otlp import Fault, Signal, to_json
from pyflare.otlp.alone import head_json, metric_of_point, request_json
from pyflare.server.batch import Rejection
from pyflare.server.otlp.limits import Limits


class Rejected:
    """Gathers the refused records of one request."""

    def __init__(self, signal: Signal, limits: Limits) -> None:
        self._signal: Signal = signal
        self._limits = limits
        self._around: tuple[Any, Any, dict[str, Any], dict[str, Any]] | None = None
        self._kept: list[Rejection] = []
        self._kept_bytes = 0
        self.reasons: Counter[str] = Counter()
        """How many were refused for each reason."""

    @property
    def count(self) -> int:
        """How many records (for metrics: data points) were refused."""
        return self.reasons.total()

    @property
    def kept(self) -> list[Rejection]:
        """What goes to quarantine: the first of them, and how many more there were."""
        more = self.count - len(self._kept)
        if not more:
            return self._kept
        reason = f"{more:,} more records of the same request were refused, and only the first are kept"
        return [*self._kept, Rejection(reason=reason, record={})]

    def add(self, reason: str, resource: Any, scope: Any, record: Any) -> None:
        """Take a record that is a protobuf message."""
        self._add(reason, 1, resource, scope, lambda: self._json(record))

    def add_fault(self, fault: Fault) -> None:
        """Take a record that could not be read."""
        size = len(fault.record)
        record = msgspec.json.decode(fault.record) if size <= self._limits.max_rejection_bytes else _too_large(size)
        points = _points_in(record) if self._signal == "metrics" else 1
        self._add(fault.reason, points, fault.resource, fault.scope, lambda: record)

    def add_points(self, bad: list[tuple[int, str]], resource: Any, scope: Any, metric: Any) -> None:
        """Take data points of a metric, each as a metric of its own."""
        for index, reason in bad:
            self._add(reason, 1, resource, scope, lambda: self._json(metric_of_point(metric, index)))  # noqa: B023

    def _json(self, record: Any) -> dict[str, Any]:
        """A record as JSON, which is never made of one that is too large to keep: it takes many times the memory."""
        size = record.ByteSize()
        return to_json(record) if size <= self._limits.max_rejection_bytes else _too_large(size)

    def _add(self, reason: str, count: int, resource: Any, scope: Any, record: Callable[[], Any]) -> None:
        self.reasons[reason] += count
        limits = self._limits
        if len(self._kept) < limits.max_kept_rejections and self._kept_bytes < limits.max_kept_bytes:
            self._kept.append(Rejection(reason=reason, record=self._surrounded(resource, scope, record())))

    def _surrounded(self, resource: Any, scope: Any, record: Any) -> dict[str, Any]:
        """A request of OTLP/JSON that holds this one record."""
        resource_json, scope_json = self._around_json(resource, scope)
        request = request_json(self._signal, resource_json, scope_json, record)
        self._kept_bytes += len(msgspec.json.encode(request))
        return request

    def _around_json(self, resource: Any, scope: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The resource and the scope as JSON, made once for the records of one scope."""
        if self._around is None or self._around[0] is not resource or self._around[1] is not scope:
            self._around = resource, scope, self._head(resource, "resource"), self._head(scope, "scope")
        return self._around[2:]

    def _head(self, message: Any, name: str) -> dict[str, Any]:
        size = getattr(message, name).ByteSize() + len(message.schema_url)
        return head_json(message, name) if size <= self._limits.max_rejection_bytes else _too_large(size)


def _too_large(size: int) -> dict[str, Any]:
    """What quarantine has in place of something too large to keep: how many bytes it had."""
    return {"tooLargeToKeep": size}


def _points_in(record: Any) -> int:
    """How many data points a metric in JSON has; 1 where that cannot be told."""
    if not isinstance(record, dict):
        return 1
    points = [data.get("dataPoints") for data in record.values() if isinstance(data, dict)]
    return max(1, *(len(found) for found in points if isinstance(found, list)), 0)
