"""What OTLP/JSON is checked against, and how it becomes protobuf: made from protobuf's own descriptors.

So every field that the installed OTLP has is read. JSON null means that a field is absent.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any, Final

import msgspec
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from pyflare.otlp.scalars import ID_BYTES, Notes, read_bytes, read_double, read_enum, read_id, read_int
from pyflare.otlp.values import AnyValueJson, KeyValueJson, fill_attributes, fill_value

Fill = Callable[[Any, Any, Notes], None]
"""Puts the value of a field (a struct, for a message) into a protobuf message, and notes what is odd about it."""

_TYPES: Final = {
    FieldDescriptor.CPPTYPE_STRING: str,  # bytes too: they are hex or base64
    FieldDescriptor.CPPTYPE_BOOL: bool,
    FieldDescriptor.CPPTYPE_DOUBLE: float | str,
}
_INTEGER: Final = int | float | str
"""A double in place of an integer is fine as long as it is one: 1.0, or 1e9."""


@cache
def struct_of(descriptor: Descriptor) -> Any:
    """The msgspec struct that the JSON of a message is decoded into."""
    fields = [(field.name, _type_of(field) | None, None) for field in descriptor.fields]
    return msgspec.defstruct(f"{descriptor.name}Json", fields, rename=_json_names(descriptor), gc=False)


def _json_names(descriptor: Descriptor) -> dict[str, str]:
    return {field.name: field.json_name for field in descriptor.fields}


def _type_of(field: FieldDescriptor) -> Any:
    one = _single_type(field)
    return list[one] if field.is_repeated else one  # type: ignore[valid-type]


def _single_type(field: FieldDescriptor) -> Any:
    if field.message_type is None:
        return _TYPES.get(field.cpp_type, _INTEGER)
    if field.message_type.name == "AnyValue":
        return AnyValueJson
    if field.message_type.name == "KeyValue":
        return KeyValueJson
    return struct_of(field.message_type)


@cache
def filler(descriptor: Descriptor) -> Fill:
    """What fills a message from its struct.

    The function returned raises ValueError where a value cannot be read; it says which field's.
    """
    plan = tuple((field.name, field.json_name, _field_filler(field)) for field in descriptor.fields)

    def fill(message: Any, struct: Any, notes: Notes) -> None:
        for name, json_name, fill_field in plan:
            value = getattr(struct, name)
            if value is None:
                continue
            try:
                fill_field(message, value, notes)
            except (ValueError, TypeError) as error:
                raise ValueError(f"{json_name}: {error}") from error

    return fill


def _field_filler(field: FieldDescriptor) -> Fill:
    if field.message_type is None:
        return partial(_fill_many if field.is_repeated else _fill_one, field.name, _reader(field))
    if field.message_type.name == "AnyValue":
        return partial(_fill_any, field.name)
    if field.message_type.name == "KeyValue":
        return partial(_fill_key_values, field.name)
    return partial(_fill_messages if field.is_repeated else _fill_message, field.name, filler(field.message_type))


def _fill_one(name: str, read: Callable[[Any, Notes], Any], message: Any, value: Any, notes: Notes) -> None:
    setattr(message, name, read(value, notes))


def _fill_many(name: str, read: Callable[[Any, Notes], Any], message: Any, values: Any, notes: Notes) -> None:
    getattr(message, name).extend([read(value, notes) for value in values])


def _fill_any(name: str, message: Any, value: AnyValueJson, _notes: Notes) -> None:
    fill_value(getattr(message, name), value)


def _fill_key_values(name: str, message: Any, values: list[KeyValueJson], _notes: Notes) -> None:
    fill_attributes(getattr(message, name), values)


def _fill_message(name: str, fill: Fill, message: Any, value: Any, notes: Notes) -> None:
    inner = getattr(message, name)
    inner.SetInParent()
    fill(inner, value, notes)


def _fill_messages(name: str, fill: Fill, message: Any, values: Any, notes: Notes) -> None:
    add = getattr(message, name).add
    for value in values:
        fill(add(), value, notes)


def _reader(field: FieldDescriptor) -> Callable[[Any, Notes], Any]:
    """What makes a protobuf scalar of a JSON one."""
    if field.type == FieldDescriptor.TYPE_BYTES:
        if field.name in ID_BYTES:
            return lambda value, notes: read_id(value, field.name, notes)
        return lambda value, _notes: read_bytes(value)
    if field.enum_type is not None:
        return lambda value, notes: read_enum(value, field.enum_type, notes)
    if field.cpp_type == FieldDescriptor.CPPTYPE_DOUBLE:
        return lambda value, _notes: read_double(value)
    if field.cpp_type in _TYPES:
        return lambda value, _notes: value
    return lambda value, _notes: read_int(value)
