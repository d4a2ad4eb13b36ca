"""OTLP's wire format as ptars is told of it.

The messages are OTLP's, field by field, except that whatever is rare or common to
many records (resources, scopes, events, links, arrays, kvlists) is declared as
the bytes it is on the wire: ptars copies those, and protobuf's own parser reads
each distinct one. Fields that are not declared are skipped.

A parser of protobuf merges a message that stands in pieces in the place of one, and
takes the last of several members of a oneof. ptars does not do so everywhere. No
serialiser writes such bytes; where somebody does, a value may differ from what
protobuf's own parser makes of it, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool

_PACKAGE: Final = "pyflare.wire"
_TYPES: Final = {
    "bool": FieldDescriptorProto.TYPE_BOOL,
    "bytes": FieldDescriptorProto.TYPE_BYTES,
    "double": FieldDescriptorProto.TYPE_DOUBLE,
    "fixed32": FieldDescriptorProto.TYPE_FIXED32,
    "fixed64": FieldDescriptorProto.TYPE_FIXED64,
    "int32": FieldDescriptorProto.TYPE_INT32,
    "int64": FieldDescriptorProto.TYPE_INT64,
    "string": FieldDescriptorProto.TYPE_STRING,
    "uint32": FieldDescriptorProto.TYPE_UINT32,
}
_ONE_OF: Final = frozenset({"AnyValue"})
"""Messages of whose fields one is set."""

_VALUES: Final = {
    "AnyValue": {
        "string_value": (1, "string"),
        "bool_value": (2, "bool"),
        "int_value": (3, "int64"),
        "double_value": (4, "double"),
        "array_value": (5, "bytes"),
        "kvlist_value": (6, "bytes"),
        "bytes_value": (7, "bytes"),
    },
    "KeyValue": {"key": (1, "string"), "value": (2, "AnyValue")},
}
_SPAN: Final = {
    "trace_id": (1, "bytes"),
    "span_id": (2, "bytes"),
    "trace_state": (3, "string"),
    "parent_span_id": (4, "bytes"),
    "name": (5, "string"),
    "kind": (6, "int32"),
    "start_time_unix_nano": (7, "fixed64"),
    "end_time_unix_nano": (8, "fixed64"),
    "attributes": (9, "KeyValue*"),
    "dropped_attributes_count": (10, "uint32"),
    "events": (11, "bytes*"),
    "dropped_events_count": (12, "uint32"),
    "links": (13, "bytes*"),
    "dropped_links_count": (14, "uint32"),
    "status": (15, "Status"),
    "flags": (16, "fixed32"),
}
_LOG: Final = {
    "time_unix_nano": (1, "fixed64"),
    "severity_number": (2, "int32"),
    "severity_text": (3, "string"),
    "body": (5, "bytes?"),
    "attributes": (6, "KeyValue*"),
    "dropped_attributes_count": (7, "uint32"),
    "flags": (8, "fixed32"),
    "trace_id": (9, "bytes"),
    "span_id": (10, "bytes"),
    "observed_time_unix_nano": (11, "fixed64"),
    "event_name": (12, "string"),
}


def _around(record: str) -> dict[str, Any]:
    """The messages around records of a kind."""
    return {
        "Scope": {"scope": (1, "bytes"), "records": (2, f"{record}*"), "schema_url": (3, "string")},
        "Resource": {"resource": (1, "bytes"), "scopes": (2, "Scope*"), "schema_url": (3, "string")},
        "Request": {"resources": (1, "Resource*")},
    }


_FILES: Final[Mapping[str, Mapping[str, Mapping[str, tuple[int, str]]]]] = {
    "traces": {
        **_VALUES,
        "Status": {"message": (2, "string"), "code": (3, "int32")},
        "Span": _SPAN,
        **_around("Span"),
    },
    "logs": {**_VALUES, "Log": _LOG, **_around("Log")},
}
"""By signal: messages and their fields; a star says repeated, a question mark that it matters whether it is there."""


@cache
def request_descriptor(signal: str) -> Any:
    """The descriptor of a signal's request. Raises KeyError where there is none."""
    file = FileDescriptorProto(name=f"{signal}.proto", package=_PACKAGE, syntax="proto3")
    for name, fields in _FILES[signal].items():
        _declare(file, name, fields)
    pool = DescriptorPool()
    pool.Add(file)
    return pool.FindMessageTypeByName(f"{_PACKAGE}.Request")


def _declare(file: FileDescriptorProto, name: str, fields: Mapping[str, tuple[int, str]]) -> None:
    message = file.message_type.add(name=name)
    if name in _ONE_OF:
        message.oneof_decl.add(name="value")
    for field_name, (number, kind) in fields.items():
        repeated = kind.endswith("*")
        label = FieldDescriptorProto.LABEL_REPEATED if repeated else FieldDescriptorProto.LABEL_OPTIONAL
        field = message.field.add(name=field_name, number=number, label=label)
        _set_type(field, kind.rstrip("*?"))
        if name in _ONE_OF:
            field.oneof_index = 0
        elif kind.endswith("?"):
            field.proto3_optional = True
            field.oneof_index = len(message.oneof_decl)
            message.oneof_decl.add(name=f"_{field_name}")


def _set_type(field: FieldDescriptorProto, kind: str) -> None:
    if kind in _TYPES:
        field.type = _TYPES[kind]
    else:
        field.type = FieldDescriptorProto.TYPE_MESSAGE
        field.type_name = f".{_PACKAGE}.{kind}"
