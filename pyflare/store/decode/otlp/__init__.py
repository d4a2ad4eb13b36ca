"""OTLP requests into tables.

Two engines lay requests out as arrays: `objects`, on protobuf's own classes, is
always there; `columnar`, on ptars and Arrow's kernels, is three times as fast and is
used for larger batches where ptars is installed. What comes after, from arrays to
columns, is the same for both.

Nothing that OTLP carries is left out. What no column holds stands in the column
`otlp`, a JSON object of up to three parts: `resource`, `scope`, and `span`,
`record` or (for metrics) `metric` and `point`. Each holds fields under the names of
OTLP/JSON, and only those that have no column and are not empty. Attributes are an
object by key, as in `resource`; 64-bit integers are numbers; `events` and `links`
are objects by position.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

import pyarrow as pa
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from pyflare.schema.records import Request, WriterInfo
from pyflare.store.decode.otlp import columnar, objects
from pyflare.store.decode.otlp.logs import log_table
from pyflare.store.decode.otlp.metrics import metric_table
from pyflare.store.decode.otlp.spans import span_table

__all__ = ["is_sound", "tables"]

_Arrays = TypeVar("_Arrays")

_logger: Final = logging.getLogger(__name__)

_MESSAGES: Final[Mapping[str, Any]] = {
    "traces": ExportTraceServiceRequest,
    "metrics": ExportMetricsServiceRequest,
    "logs": ExportLogsServiceRequest,
}


def is_sound(request: Request) -> bool:
    """Whether a request is of a known signal and its body is protobuf of that. `tables` takes only such."""
    message = _MESSAGES.get(request.signal)
    if message is None:
        return False
    try:
        message.FromString(request.body)
    except DecodeError:
        return False
    return True


def tables(requests: Sequence[Request], info: WriterInfo) -> dict[str, pa.Table]:
    """The records of sound requests, by table name; tables without rows are left out.

    Each table has exactly `arrow_schema(table)` and is sorted by its time column.

    Args:
        requests: Requests of one journal, of any signal.
        info: Whose journal it is.
    """
    made: dict[str, pa.Table] = {}
    for signal, (name, table_of) in _TABLES.items():
        of_signal = [request for request in requests if request.signal == signal]
        if of_signal and (rows := table_of(of_signal, info)).num_rows:
            made[name] = rows
    return made


def _span_rows(requests: Sequence[Request], info: WriterInfo) -> pa.Table:
    return span_table(_laid_out(columnar.span_arrays, objects.span_arrays, requests, info), info)


def _log_rows(requests: Sequence[Request], info: WriterInfo) -> pa.Table:
    return log_table(_laid_out(columnar.log_arrays, objects.log_arrays, requests, info), info)


def _laid_out(
    fast: Callable[[Sequence[Request], WriterInfo], _Arrays],
    sure: Callable[[Sequence[Request], WriterInfo], _Arrays],
    requests: Sequence[Request],
    info: WriterInfo,
) -> _Arrays:
    """What the faster engine returns, or the other one where ptars fails on the batch."""
    size_bytes = sum(len(request.body) for request in requests)
    if size_bytes >= columnar.WORTHWHILE_BYTES and columnar.is_available():
        try:
            return fast(requests, info)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # a panic in Rust is no Exception
            _logger.warning("ptars failed on %d bytes of OTLP, which are decoded without it: %r", size_bytes, error)
    return sure(requests, info)


_TABLES: Final[Mapping[str, tuple[str, Callable[[Sequence[Request], WriterInfo], pa.Table]]]] = {
    "traces": ("spans", _span_rows),
    "metrics": ("metrics", metric_table),
    "logs": ("logs", _log_rows),
}
"""By signal: the table's name, and what makes it."""
