"""OTLP's values as Python's, and as text with a type beside it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from pyflare.store.decode.typed import typed_text


def value_of(message: AnyValue) -> Any:
    """What a value says: None for an empty one, the last of several entries with one key in a kvlist.

    A reference into a string table, which belongs to profiles alone, counts as empty.
    """
    match message.WhichOneof("value"):
        case "string_value":
            return message.string_value
        case "int_value":
            return message.int_value
        case "bool_value":
            return message.bool_value
        case "double_value":
            return message.double_value
        case "array_value":
            return [value_of(item) for item in message.array_value.values]
        case "kvlist_value":
            return mapping_of(message.kvlist_value.values)
        case "bytes_value":
            return message.bytes_value
    return None


def mapping_of(attributes: Iterable[KeyValue]) -> dict[str, Any]:
    """Attributes by key; the last of several with one key."""
    return {attribute.key: value_of(attribute.value) for attribute in attributes}


def text_of(message: AnyValue) -> tuple[str, str | None]:
    """A value's text and type, as in the columns `attributes` and `attribute_types`."""
    kind = message.WhichOneof("value")
    if kind == "string_value":
        return message.string_value, None
    if kind == "int_value":
        return str(message.int_value), "int"
    return typed_text(value_of(message))
