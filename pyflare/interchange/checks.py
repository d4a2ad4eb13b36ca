"""Records of OTLP requests that a folder cannot take, by the same rules as a receiver's."""

from __future__ import annotations

from typing import Any

from pyflare.otlp import Signal, to_json
from pyflare.otlp.alone import head_json, metric_of_point, request_json
from pyflare.otlp.check import check


class _Taken:
    """Gathers what is taken out of one request."""

    def __init__(self, signal: Signal) -> None:
        self.all: list[tuple[str, dict[str, Any]]] = []
        self._signal: Signal = signal

    def add(self, reason: str, resource: Any, scope: Any, record: Any) -> None:
        """Take a record."""
        self.all.append((reason, surrounded(self._signal, resource, scope, to_json(record))))

    def add_points(self, bad: list[tuple[int, str]], resource: Any, scope: Any, metric: Any) -> None:
        """Take data points of a metric, each as a metric of its own."""
        for index, reason in bad:
            self.add(reason, resource, scope, metric_of_point(metric, index))


def take_out_invalid(signal: Signal, message: Any) -> list[tuple[str, dict[str, Any]]]:
    """Remove the invalid records from an export request.

    Returns:
        Why each was removed, and the record as OTLP/JSON with the resource and scope around it.
    """
    taken = _Taken(signal)
    check(signal, message, taken, {})
    return taken.all


def surrounded(signal: Signal, resource: Any, scope: Any, record: Any) -> dict[str, Any]:
    """A request in OTLP/JSON that holds one record, which is JSON already."""
    return request_json(signal, head_json(resource, "resource"), head_json(scope, "scope"), record)
