"""Attributes and other values of any type: by far the most of a request, so written out by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from pyflare.otlp.scalars import read_bytes, read_double, read_int, write_bytes, write_double

NESTING_MAX: Final = 28
"""How deep arrays and kvlists may lie in one another. A kvlist takes three levels of protobuf, which stops at 100."""


class AnyValueJson(msgspec.Struct, rename="camel", gc=False):
    """A value as OTLP/JSON has it: one of its fields is set, or none."""

    string_value: str | None = None
    int_value: int | float | str | None = None
    double_value: float | str | None = None
    bool_value: bool | None = None
    array_value: ArrayJson | None = None
    kvlist_value: KvlistJson | None = None
    bytes_value: str | None = None


class ArrayJson(msgspec.Struct, gc=False):
    """The values of an array."""

    values: list[AnyValueJson] | None = None


class KeyValueJson(msgspec.Struct, gc=False):
    """An attribute."""

    key: str | None = None
    value: AnyValueJson | None = None


class KvlistJson(msgspec.Struct, gc=False):
    """The entries of a kvlist."""

    values: list[KeyValueJson] | None = None


def fill_attributes(container: Any, items: Iterable[KeyValueJson], depth: int = 0) -> None:
    """Add attributes to a repeated field of KeyValue.

    Raises:
        ValueError: A value cannot be read.
    """
    add = container.add
    for item in items:
        attribute = add()
        if item.key:
            attribute.key = item.key
        value = item.value
        if value is None:
            continue
        if value.string_value is not None:
            attribute.value.string_value = value.string_value
        else:
            fill_value(attribute.value, value, depth)


def fill_value(message: Any, value: AnyValueJson, depth: int = 0) -> None:
    """Fill an AnyValue.

    Raises:
        ValueError: The value cannot be read, or is nested too deep.
    """
    if value.string_value is not None:
        message.string_value = value.string_value
    elif value.int_value is not None:
        message.int_value = read_int(value.int_value)
    elif value.double_value is not None:
        message.double_value = read_double(value.double_value)
    elif value.bool_value is not None:
        message.bool_value = value.bool_value
    elif value.bytes_value is not None:
        message.bytes_value = read_bytes(value.bytes_value)
    else:
        _fill_nested(message, value, depth + 1)


def _fill_nested(message: Any, value: AnyValueJson, depth: int) -> None:
    if depth > NESTING_MAX:
        raise ValueError(f"expected arrays and kvlists nested at most {NESTING_MAX} deep, got more")
    if value.array_value is not None:
        array = message.array_value
        array.SetInParent()
        for item in value.array_value.values or ():
            fill_value(array.values.add(), item, depth)
    elif value.kvlist_value is not None:
        message.kvlist_value.SetInParent()
        fill_attributes(message.kvlist_value.values, value.kvlist_value.values or (), depth)
    else:
        message.SetInParent()


def attributes_json(attributes: Iterable[Any]) -> list[dict[str, Any]]:
    """A repeated field of KeyValue as OTLP/JSON."""
    return [
        {"key": attribute.key, "value": value_json(attribute.value)}
        if attribute.HasField("value")
        else {"key": attribute.key}
        for attribute in attributes
    ]


def value_json(message: Any) -> dict[str, Any]:
    """An AnyValue as OTLP/JSON; an empty object where it is empty."""
    match message.WhichOneof("value"):
        case "string_value":
            return {"stringValue": message.string_value}
        case "int_value":
            return {"intValue": str(message.int_value)}
        case "double_value":
            return {"doubleValue": write_double(message.double_value)}
        case "bool_value":
            return {"boolValue": message.bool_value}
        case "array_value":
            return {"arrayValue": {"values": [value_json(item) for item in message.array_value.values]}}
        case "kvlist_value":
            return {"kvlistValue": {"values": attributes_json(message.kvlist_value.values)}}
        case "bytes_value":
            return {"bytesValue": write_bytes(message.bytes_value)}
    return {}
