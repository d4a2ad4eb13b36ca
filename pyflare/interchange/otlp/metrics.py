"""Rows of `metrics` as OTLP: points of one metric come together again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import pyarrow as pa

from pyflare.interchange.otlp.request import RequestBuilder
from pyflare.interchange.otlp.rows import Row, attributes_of, json_value, mapping_of, plain_rows
from pyflare.schema.tables import METRICS
from pyflare.tracing.shipping.encode import fill_attributes

_COLUMNS: Final = [name for name in METRICS.column_names if name not in {"project", "writer_id", "environment"}]
_TEMPORALITIES: Final = {"delta": 1, "cumulative": 2}
_IDENTITY: Final = ("metric_name", "value_type", "unit", "description", "temporality", "is_monotonic")

Rest = Mapping[str, Any]


def add_metrics(builder: RequestBuilder, metrics: pa.Table) -> None:
    """Add the data points of a table to a request."""
    found: dict[tuple[Any, ...], Any] = {}
    for row in plain_rows(metrics.select(_COLUMNS)):
        rest = builder.rest(row)
        records = builder.records(row)
        key = (id(records), str(rest.get("metric")), *(row[name] for name in _IDENTITY))
        points = found.get(key)
        if points is None:
            points = found[key] = _add_metric(records, row, rest.get("metric", {}))
        _add_point(points, row, rest.get("point", {}))


def _add_metric(records: Any, row: Row, rest: Rest) -> Any:
    """Make a metric; returns its points."""
    metric = records.add(name=row["metric_name"], unit=row["unit"] or "", description=row["description"] or "")
    fill_attributes(metric.metadata, rest.get("metadata", {}))
    data = getattr(metric, row["value_type"])
    data.SetInParent()
    temporality = rest.get("aggregationTemporality", _TEMPORALITIES.get(row["temporality"], 0))
    if temporality:
        data.aggregation_temporality = temporality
    if row["is_monotonic"]:
        data.is_monotonic = True
    return data.data_points


def _add_point(points: Any, row: Row, rest: Rest) -> None:
    point = points.add(
        time_unix_nano=rest.get("timeUnixNano", row["timestamp"]),
        start_time_unix_nano=rest.get("startTimeUnixNano", row["start_time"] or 0),
        flags=rest.get("flags", 0),
    )
    fill_attributes(point.attributes, attributes_of(row["attributes"], row["attribute_types"]))
    _FILL[row["value_type"]](point, row, rest)
    for exemplar in json_value(row["exemplars"]) if row["exemplars"] else ():
        _add_exemplar(point.exemplars.add(), exemplar)


def _fill_number(point: Any, row: Row, _rest: Rest) -> None:
    if row["value_int"] is not None:
        point.as_int = row["value_int"]
    elif row["value"] is not None:
        point.as_double = row["value"]


def _fill_statistics(point: Any, row: Row, rest: Rest) -> None:
    point.count = rest.get("count", row["histogram_count"] or 0)
    for field in ("sum", "min", "max"):
        if row[f"histogram_{field}"] is not None:
            setattr(point, field, row[f"histogram_{field}"])


def _fill_histogram(point: Any, row: Row, rest: Rest) -> None:
    _fill_statistics(point, row, rest)
    buckets = row["histogram_buckets"] or ()
    point.explicit_bounds.extend(rest.get("explicitBounds", [bucket["upper_bound"] for bucket in buckets[:-1]]))
    point.bucket_counts.extend(rest.get("bucketCounts", [bucket["count"] for bucket in buckets]))


def _fill_exponential(point: Any, row: Row, rest: Rest) -> None:
    _fill_statistics(point, row, rest)
    exponential = mapping_of(row["exponential"])
    point.scale = exponential.get("scale", 0)
    point.zero_count = exponential.get("zeroCount", 0)
    point.zero_threshold = exponential.get("zeroThreshold", 0.0)
    for side in ("positive", "negative"):
        if side in exponential:
            buckets = getattr(point, side)
            buckets.SetInParent()
            buckets.offset = exponential[side].get("offset", 0)
            buckets.bucket_counts.extend(exponential[side].get("bucketCounts", ()))


def _fill_summary(point: Any, row: Row, rest: Rest) -> None:
    point.count = rest.get("count", row["histogram_count"] or 0)
    point.sum = 0.0 if row["histogram_sum"] is None else row["histogram_sum"]
    for at in json_value(row["quantiles"]) if row["quantiles"] else ():
        point.quantile_values.add(quantile=at["quantile"], value=at["value"])


def _add_exemplar(message: Any, exemplar: Mapping[str, Any]) -> None:
    message.time_unix_nano = exemplar.get("timeUnixNano", 0)
    message.trace_id = bytes.fromhex(exemplar.get("traceId", ""))
    message.span_id = bytes.fromhex(exemplar.get("spanId", ""))
    if "asInt" in exemplar:
        message.as_int = exemplar["asInt"]
    elif "asDouble" in exemplar:
        message.as_double = exemplar["asDouble"]
    fill_attributes(message.filtered_attributes, exemplar.get("filteredAttributes", {}))


_FILL: Final[Mapping[str, Callable[[Any, Row, Rest], None]]] = {
    "gauge": _fill_number,
    "sum": _fill_number,
    "histogram": _fill_histogram,
    "exponential_histogram": _fill_exponential,
    "summary": _fill_summary,
}
"""By kind: what puts a row's values into a point."""
