"""The data points of the five kinds of metrics as rows of `metrics`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    AggregationTemporality,
    Exemplar,
    ExponentialHistogramDataPoint,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
    SummaryDataPoint,
)

from pyflare.store.decode.otlp.origins import plain
from pyflare.store.decode.otlp.table import LATEST_NS
from pyflare.store.decode.otlp.values import mapping_of
from pyflare.store.decode.typed import json_text

_LARGEST: Final = (1 << 63) - 1
_TEMPORALITIES: Final[dict[int, str]] = {
    AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA: "delta",
    AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE: "cumulative",
}

Point = tuple[Any, dict[str, Any]]
"""A data point's message, and its row by column name; `otlp` is a dict there."""


def points_of(metric: Metric) -> Iterator[Point]:
    """The points of a metric."""
    kind = metric.WhichOneof("data")
    if kind is None:
        return
    data = getattr(metric, kind)
    shared, rest = _of_metric(metric, data, kind)
    for point in data.data_points:
        row = {**shared, **_times(point), **_VALUES[kind](point)}
        rest_of_point = {**_rest_of_times(point), **row.pop("otlp", {})}
        if point.flags:
            rest_of_point["flags"] = point.flags
        row["otlp"] = {name: part for name, part in (("metric", rest), ("point", rest_of_point)) if part}
        yield point, row


def _of_metric(metric: Metric, data: Any, kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the points of a metric have in common: columns, and what none holds."""
    rest = plain(metadata=mapping_of(metric.metadata))
    temporality = getattr(data, "aggregation_temporality", 0)
    if temporality not in _TEMPORALITIES and temporality:
        rest["aggregationTemporality"] = temporality
    shared = {
        "metric_name": metric.name,
        "value_type": kind,
        "unit": metric.unit or None,
        "description": metric.description or None,
        "temporality": _TEMPORALITIES.get(temporality),
        "is_monotonic": data.is_monotonic if kind == "sum" else None,
    }
    return shared, rest


def _times(point: Any) -> dict[str, Any]:
    start_ns = point.start_time_unix_nano
    return {
        "timestamp": min(point.time_unix_nano, LATEST_NS),
        "start_time": min(start_ns, LATEST_NS) if start_ns else None,
    }


def _rest_of_times(point: Any) -> dict[str, Any]:
    times = {"timeUnixNano": point.time_unix_nano, "startTimeUnixNano": point.start_time_unix_nano}
    return {name: time_ns for name, time_ns in times.items() if time_ns > LATEST_NS}


def _number(point: NumberDataPoint) -> dict[str, Any]:
    kind = point.WhichOneof("value")
    value_int = point.as_int if kind == "as_int" else None
    value = point.as_double if kind == "as_double" else value_int
    return {
        "value": None if value is None else float(value),
        "value_int": value_int,
        "exemplars": _exemplars(point.exemplars),
    }


def _histogram(point: HistogramDataPoint) -> dict[str, Any]:
    bounds, counts = point.explicit_bounds, point.bucket_counts
    row = {**_statistics(point), "exemplars": _exemplars(point.exemplars)}
    fits = len(counts) == len(bounds) + 1 and max(counts) <= _LARGEST
    if fits:
        row["histogram_buckets"] = [
            {"upper_bound": bound, "count": count} for bound, count in zip((*bounds, math.inf), counts, strict=True)
        ]
    elif bounds or counts:
        row["otlp"] |= {"explicitBounds": [*bounds], "bucketCounts": [*counts]}
    return row


def _exponential(point: ExponentialHistogramDataPoint) -> dict[str, Any]:
    exponential: dict[str, Any] = {
        "scale": point.scale,
        "zeroCount": point.zero_count,
        "zeroThreshold": point.zero_threshold,
    }
    if point.HasField("positive"):
        exponential["positive"] = _buckets(point.positive)
    if point.HasField("negative"):
        exponential["negative"] = _buckets(point.negative)
    return {
        **_statistics(point),
        "exponential": json_text(exponential),
        "exemplars": _exemplars(point.exemplars),
    }


def _buckets(buckets: ExponentialHistogramDataPoint.Buckets) -> dict[str, Any]:
    return {"offset": buckets.offset, "bucketCounts": [*buckets.bucket_counts]}


def _summary(point: SummaryDataPoint) -> dict[str, Any]:
    quantiles = [{"quantile": at.quantile, "value": at.value} for at in point.quantile_values]
    return {
        "histogram_count": min(point.count, _LARGEST),
        "histogram_sum": point.sum,
        "quantiles": json_text(quantiles),
        "otlp": _rest_of_count(point.count),
    }


def _statistics(point: HistogramDataPoint | ExponentialHistogramDataPoint) -> dict[str, Any]:
    """Count, sum, least and greatest; None where they were not sent."""
    return {
        "histogram_count": min(point.count, _LARGEST),
        "histogram_sum": point.sum if point.HasField("sum") else None,
        "histogram_min": point.min if point.HasField("min") else None,
        "histogram_max": point.max if point.HasField("max") else None,
        "otlp": _rest_of_count(point.count),
    }


def _rest_of_count(count: int) -> dict[str, Any]:
    return {"count": count} if count > _LARGEST else {}


def _exemplars(exemplars: Iterable[Exemplar]) -> str | None:
    found = [_exemplar(exemplar) for exemplar in exemplars]
    return json_text(found) if found else None


def _exemplar(exemplar: Exemplar) -> dict[str, Any]:
    kind = exemplar.WhichOneof("value")
    value = {"asInt": exemplar.as_int} if kind == "as_int" else {"asDouble": exemplar.as_double} if kind else {}
    return {
        "timeUnixNano": exemplar.time_unix_nano,
        **value,
        **plain(
            traceId=exemplar.trace_id.hex(),
            spanId=exemplar.span_id.hex(),
            filteredAttributes=mapping_of(exemplar.filtered_attributes),
        ),
    }


_VALUES: Final[dict[str, Callable[[Any], dict[str, Any]]]] = {
    "gauge": _number,
    "sum": _number,
    "histogram": _histogram,
    "exponential_histogram": _exponential,
    "summary": _summary,
}
"""By kind: the columns of a point that say what was measured."""
