"""OTLP attributes as Python values, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue


def python_value(value: AnyValue) -> Any:
    """The value as Python: text, number, flag, bytes, list, dict, or None where it is empty."""
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    found = getattr(value, kind)
    if kind == "array_value":
        return [python_value(item) for item in found.values]
    if kind == "kvlist_value":
        return python_attributes(found.values)
    return found


def python_attributes(attributes: Iterable[Any]) -> dict[str, Any]:
    """Attributes as a dict; of several with one key the last counts."""
    return {attribute.key: python_value(attribute.value) for attribute in attributes}


def set_value(target: AnyValue, value: Any) -> None:
    """Write a Python value into an OTLP one, in the place of what was there."""
    target.Clear()
    if value is None:
        return
    if isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, str):
        target.string_value = value
    elif isinstance(value, int):
        target.int_value = value
    elif isinstance(value, float):
        target.double_value = value
    elif isinstance(value, bytes):
        target.bytes_value = value
    elif isinstance(value, dict):
        target.kvlist_value.SetInParent()
        for key, inner in value.items():
            pair = target.kvlist_value.values.add(key=key)
            set_value(pair.value, inner)
    else:
        target.array_value.SetInParent()
        for inner in value:
            set_value(target.array_value.values.add(), inner)
