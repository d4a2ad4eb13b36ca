"""Rows of `logs` as OTLP."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from pyflare.interchange.otlp.request import RequestBuilder
from pyflare.interchange.otlp.rows import Row, attributes_of, json_value, plain_rows
from pyflare.schema.tables import LOGS
from pyflare.tracing.shipping.encode import fill_attributes, set_value

_COLUMNS: Final = [name for name in LOGS.column_names if name not in {"project", "writer_id"}]


def add_logs(builder: RequestBuilder, logs: pa.Table) -> None:
    """Add the log records of a table to a request."""
    for row in plain_rows(logs.select(_COLUMNS)):
        _add(builder, row)


def _add(builder: RequestBuilder, row: Row) -> None:
    rest = builder.rest(row).get("record", {})
    record = builder.records(row).add(
        time_unix_nano=rest.get("timeUnixNano", row["timestamp"]),
        observed_time_unix_nano=rest.get("observedTimeUnixNano", row["observed_time"] or 0),
        severity_number=row["severity_number"] or 0,
        severity_text=row["severity_text"] or "",
        trace_id=bytes.fromhex(row["trace_id"] or ""),
        span_id=bytes.fromhex(row["span_id"] or ""),
        flags=row["trace_flags"] or 0,
        event_name=row["event_name"] or "",
        dropped_attributes_count=rest.get("droppedAttributesCount", 0),
    )
    if row["body"] is not None:
        record.body.SetInParent()
        set_value(record.body, json_value(row["body"]))
    fill_attributes(record.attributes, attributes_of(row["attributes"], row["attribute_types"]))
