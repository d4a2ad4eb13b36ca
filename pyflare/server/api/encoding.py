"""Rows of Arrow as values for msgspec, without a model in between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from pyflare.server.api.moments import rfc3339
from pyflare.workspace.listing import TOTAL_TOKENS_SQL

_RFC3339: Final = "%Y-%m-%dT%H:%M:%SZ"
"""For Arrow, whose seconds have as many digits as the type."""
_MOMENTS: Final = frozenset({"start_time", "end_time"})
_MS: Final = "duration_ns / 1e6"
_USD: Final = "cost_micros / 1e6"

TRACE_COLUMNS: Final[Mapping[str, str]] = {
    "trace_id": "trace_id",
    "root_span_id": "root_span_id",
    "service_name": "service_name",
    "operation_name": "operation_name",
    "model_id": "model_ids[1]",
    "model_ids": "coalesce(model_ids, [])",
    "start_time": "epoch_ns(start_time)",
    "end_time": "epoch_ns(start_time) + duration_ns",
    "duration_ms": _MS,
    "state": "coalesce(state, 'running')",
    "status": "coalesce(status_code, 'unset')",
    "span_count": "span_count",
    "error_count": "error_count",
    "input_preview": "input_preview",
    "output_preview": "output_preview",
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "total_tokens": TOTAL_TOKENS_SQL,
    "cost_usd": _USD,
    "user_id": "user_id",
    "session_id": "session_id",
    "feature_id": "feature_id",
    "environment": "environment",
    "team": "team",
    "tags": "coalesce(tags, [])",
}
"""SQL of the fields of `schemas.traces.Trace` that a row of `traces` holds; times in unix nanoseconds."""


def with_moments(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same rows, their start and end as RFC 3339 instead of unix nanoseconds."""
    for row in rows:
        for name in row.keys() & _MOMENTS:
            if row[name] is not None:
                row[name] = rfc3339(row[name])
    return rows


def records(table: pa.Table) -> list[dict[str, Any]]:
    """Each row as a dict, times as RFC 3339 in UTC with nanoseconds."""
    names = table.column_names
    columns = [_readable(column).to_pylist() for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _readable(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.strftime(column, format=_RFC3339) if pa.types.is_timestamp(column.type) else column


def numbers(column: pa.Array) -> msgspec.Raw:
    """Numbers or truths as a JSON list, without a Python object for each."""
    return _joined(pc.fill_null(pc.cast(column, pa.string()), "null"), ",", "[", "]")


def ids(column: pa.Array) -> msgspec.Raw:
    """Hex ids as a JSON list."""
    return _joined(column, '","', '["', '"]')


def _joined(texts: pa.Array, between: str, before: str, after: str) -> msgspec.Raw:
    if not len(texts):
        return msgspec.Raw(b"[]")
    whole = pa.ListArray.from_arrays(pa.array([0, len(texts)], pa.int32()), texts)
    return msgspec.Raw(f"{before}{pc.binary_join(whole, between)[0].as_py()}{after}".encode())
