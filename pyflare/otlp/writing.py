"""Protobuf to OTLP/JSON."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from pyflare.otlp.scalars import ID_BYTES, write_bytes, write_double
from pyflare.otlp.values import attributes_json, value_json

_Convert = Callable[[Any], Any]
_WIDE: Final = frozenset(
    {
        FieldDescriptor.TYPE_INT64,
        FieldDescriptor.TYPE_UINT64,
        FieldDescriptor.TYPE_FIXED64,
        FieldDescriptor.TYPE_SFIXED64,
        FieldDescriptor.TYPE_SINT64,
    }
)
"""Types of integers that JSON holds as text."""


def to_json(message: Any) -> dict[str, Any]:
    """An OTLP message, a whole request or a part of one, as OTLP/JSON.

    Ids are lower-case hex, other bytes base64, 64-bit integers text, enums
    numbers, and doubles that are no numbers "NaN", "Infinity" or "-Infinity".
    Fields that have their default and fields that this OTLP does not know are left out.
    """
    plan = _plan(message.DESCRIPTOR)
    written = {}
    for field, value in message.ListFields():
        name, convert = plan[field.number]
        written[name] = value if convert is None else convert(value)
    return written


@cache
def _plan(descriptor: Descriptor) -> dict[int, tuple[str, _Convert | None]]:
    """For each field by number: its name in JSON, and what makes JSON of its value."""
    return {field.number: (str(field.json_name), _converter(field)) for field in descriptor.fields}


def _converter(field: FieldDescriptor) -> _Convert | None:
    if field.message_type is not None and field.message_type.name == "KeyValue" and field.is_repeated:
        return attributes_json
    convert = _single(field)
    if not field.is_repeated:
        return convert
    return list if convert is None else lambda values: [convert(value) for value in values]


def _single(field: FieldDescriptor) -> _Convert | None:
    if field.message_type is not None:
        return value_json if field.message_type.name == "AnyValue" else to_json
    if field.type in _WIDE:
        return str
    if field.type == FieldDescriptor.TYPE_DOUBLE:
        return write_double
    if field.type == FieldDescriptor.TYPE_BYTES:
        return bytes.hex if field.name in ID_BYTES else write_bytes
    return None
