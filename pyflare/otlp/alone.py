"""One record of a request by itself, for a quarantine: in OTLP/JSON, with the resource and the scope around it."""

from __future__ import annotations

from typing import Any

from pyflare.otlp.messages import SHAPES, Signal
from pyflare.otlp.writing import to_json


def head_json(message: Any, name: str) -> dict[str, Any]:
    """What a message that holds others says itself: its resource or scope, as `name` says, and its schema URL."""
    head = {name: to_json(getattr(message, name))} if message.HasField(name) else {}
    return {**head, "schemaUrl": message.schema_url} if message.schema_url else head


def request_json(signal: Signal, resource: dict[str, Any], scope: dict[str, Any], record: Any) -> dict[str, Any]:
    """A request that holds one record.

    Args:
        signal: What the record is of.
        resource: What `head_json` gives of the message around it.
        scope: The same of the scope.
        record: The record in OTLP/JSON.
    """
    shape = SHAPES[signal]
    resources = shape.request.DESCRIPTOR.fields_by_name[shape.resources]
    scopes = resources.message_type.fields_by_name[shape.scopes]
    records = scopes.message_type.fields_by_name[shape.records]
    inner = {**scope, str(records.json_name): [record]}
    return {str(resources.json_name): [{**resource, str(scopes.json_name): [inner]}]}


def metric_of_point(metric: Any, index: int) -> Any:
    """A metric with one of its data points."""
    kind = metric.WhichOneof("data")
    alone = type(metric)(name=metric.name, description=metric.description, unit=metric.unit, metadata=metric.metadata)
    data, source = getattr(alone, kind), getattr(metric, kind)
    for field, value in source.ListFields():
        if field.name != "data_points":
            setattr(data, field.name, value)
    data.data_points.append(source.data_points[index])
    return alone
