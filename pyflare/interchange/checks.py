"""Records of OTLP requests that no store can take: their ids are none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pyflare.otlp import SHAPES, Signal, to_json

_TRACE_ID_BYTES: Final = 16
_SPAN_ID_BYTES: Final = 8


def take_out_invalid(signal: Signal, message: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Remove the invalid records from an export request.

    Yields:
        Why each was removed, and the record as OTLP/JSON with the resource and scope around it.
    """
    if signal == "metrics":
        return
    shape = SHAPES[signal]
    fault_of = _span_fault if signal == "traces" else _log_fault
    for resource in getattr(message, shape.resources):
        for scope in getattr(resource, shape.scopes):
            records = getattr(scope, shape.records)
            bad = [(index, fault) for index, record in enumerate(records) if (fault := fault_of(record)) is not None]
            for index, fault in reversed(bad):
                yield fault, _alone(signal, resource, scope, records[index])
                del records[index]


def _span_fault(span: Any) -> str | None:
    if not _is_id(span.trace_id, _TRACE_ID_BYTES):
        return f"trace_id: expected 16 bytes that are not all zero, got {_shown(span.trace_id)}"
    if not _is_id(span.span_id, _SPAN_ID_BYTES):
        return f"span_id: expected 8 bytes that are not all zero, got {_shown(span.span_id)}"
    if span.parent_span_id and len(span.parent_span_id) != _SPAN_ID_BYTES:
        return f"parent_span_id: expected 8 bytes or none, got {_shown(span.parent_span_id)}"
    return None


def _log_fault(record: Any) -> str | None:
    if len(record.trace_id) not in (0, _TRACE_ID_BYTES):
        return f"trace_id: expected 16 bytes or none, got {_shown(record.trace_id)}"
    if len(record.span_id) not in (0, _SPAN_ID_BYTES):
        return f"span_id: expected 8 bytes or none, got {_shown(record.span_id)}"
    return None


def _is_id(value: bytes, size: int) -> bool:
    return len(value) == size and any(value)


def _shown(value: bytes) -> str:
    if not value:
        return "none"
    return "zeros" if not any(value) else f"{len(value)} bytes"


def _alone(signal: Signal, resource: Any, scope: Any, record: Any) -> dict[str, Any]:
    """A request in OTLP/JSON that holds one record only."""
    shape = SHAPES[signal]
    request = shape.request()
    around = getattr(request, shape.resources).add(resource=resource.resource, schema_url=resource.schema_url)
    within = getattr(around, shape.scopes).add(scope=scope.scope, schema_url=scope.schema_url)
    getattr(within, shape.records).append(record)
    return to_json(request)
