"""Metrics into the columns of `metrics`: one row per data point."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import pyarrow as pa
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from pyflare.schema.records import Request, WriterInfo
from pyflare.schema.tables import METRICS
from pyflare.store.decode import arrays
from pyflare.store.decode.otlp.attributes import AttributesBuilder
from pyflare.store.decode.otlp.origins import OriginColumns, Origins, serialised
from pyflare.store.decode.otlp.points import points_of
from pyflare.store.decode.otlp.table import finish

_ATTRIBUTE_COLUMNS: Final = {"gen_ai.request.model": "model_id", "gen_ai.response.model": "model_version"}
"""Attributes of points that have columns of their own, and stay attributes all the same."""


def metric_table(requests: Sequence[Request], info: WriterInfo) -> pa.Table:
    """The points of some requests as rows of `metrics`, sorted by time."""
    origins, attributes = Origins(info), AttributesBuilder()
    codes: list[int] = []
    rows: list[dict[str, Any]] = []
    for code, metrics in _groups(requests, origins):
        for metric in metrics:
            for point, row in points_of(metric):
                attributes.add(point.attributes)
                codes.append(code)
                rows.append(row | _promoted(point.attributes))
    shared = OriginColumns(origins.all, pa.array(codes, pa.int32()), info)
    columns = {
        **{column.name: arrays.column([row.get(column.name) for row in rows], column.type) for column in _OF_POINTS},
        **shared.shared(),
        "environment": shared.of(lambda origin: origin.environment),
        "otlp": shared.otlp({row: fields["otlp"] for row, fields in enumerate(rows) if fields["otlp"]}),
    }
    columns["attributes"], columns["attribute_types"] = attributes.finish().maps()
    return finish(columns, METRICS, len(rows))


_OF_POINTS: Final = tuple(
    column for column in METRICS.columns if column.name not in {"otlp", "attributes", "attribute_types"}
)


def _promoted(attributes: Iterable[Any]) -> dict[str, str]:
    return {
        _ATTRIBUTE_COLUMNS[attribute.key]: attribute.value.string_value
        for attribute in attributes
        if attribute.key in _ATTRIBUTE_COLUMNS and attribute.value.string_value
    }


def _groups(requests: Iterable[Request], origins: Origins) -> Iterator[tuple[int, Sequence[Metric]]]:
    for request in requests:
        for resource in ExportMetricsServiceRequest.FromString(request.body).resource_metrics:
            around = (request.project, serialised(resource.resource), resource.schema_url)
            for scope in resource.scope_metrics:
                yield origins.code(*around, serialised(scope.scope), scope.schema_url), scope.metrics
