"""OTLP/JSON to protobuf. Records (spans, metrics, log records) are read one by one: a fault costs one record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import msgspec

from pyflare.errors import DataError
from pyflare.otlp.counting import TooManyError, check_count
from pyflare.otlp.messages import SHAPES, Shape, Signal
from pyflare.otlp.parts import TOO_MANY, has_too_many_parts
from pyflare.otlp.scalars import Notes
from pyflare.otlp.structs import Fill, filler, struct_of

_OLD_SCOPES: Final = {
    "traces": "instrumentationLibrarySpans",
    "metrics": "instrumentationLibraryMetrics",
    "logs": "instrumentationLibraryLogs",
}
"""What scopes were called before OTLP 0.15."""
_LARGE_RECORD_BYTES: Final = 1 << 20
"""From here on the values of a record are counted."""
_REASON_CHARS: Final = 300
_UNREADABLE: Final = (ValueError, TypeError, RecursionError, msgspec.MsgspecError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A record that could not be read."""

    reason: str
    """What was expected and what came."""
    record: bytes
    """The record as it came, in JSON."""
    resource: Any
    """The protobuf message of the resource around it: a ResourceSpans, ResourceMetrics or ResourceLogs."""
    scope: Any
    """The same for the scope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What a request in JSON held."""

    message: Any
    """The request as protobuf, without the records that could not be read."""
    faults: list[Fault] = field(default_factory=list)
    notes: Notes = field(default_factory=dict)
    """What its sender should do otherwise, although it was understood."""
    is_whole: bool = True
    """Whether the message is all that the bytes said: False where it has been put together anew."""


def from_json(signal: Signal, data: bytes | dict[str, Any]) -> Any:
    """The protobuf message of an export request in OTLP/JSON. Unknown fields are ignored.

    Raises:
        DataError: It is not a request of this signal, or one of its records cannot be read; says where and why.
    """
    decoded = decode_json(signal, data if isinstance(data, bytes) else msgspec.json.encode(data))
    if decoded.faults:
        raise DataError(decoded.faults[0].reason)
    return decoded.message


def decode_json(signal: Signal, data: bytes, *, max_records: int | None = None) -> Decoded:
    """An export request in OTLP/JSON, and beside it the records of it that cannot be read.

    Raises:
        DataError: It is not JSON, or not a request of this signal; says where and why.
        TooManyError: It has more than `max_records` resources, scopes and records.
    """
    reader = _reader(signal)
    shape = reader.shape
    try:
        request = reader.decode(data.decode())
        if max_records is not None:
            check_count(request, max_records)
        decoded = Decoded(message=shape.request())
        for resource_json in request.resources or ():
            resource = getattr(decoded.message, shape.resources).add()
            _fill_resource(reader, resource, resource_json, decoded)
    except TooManyError:
        raise
    except _UNREADABLE as error:
        raise DataError(f"expected OTLP/JSON of {signal}: {_reason(error)}") from error
    return decoded


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """What reads the requests of one signal."""

    shape: Shape
    decode: Any
    decode_record: Any
    fill_record: Fill
    fill_resource: Fill
    fill_scope: Fill


@cache
def _reader(signal: Signal) -> _Reader:
    shape = SHAPES[signal]
    resources = shape.request.DESCRIPTOR.fields_by_name[shape.resources]
    scopes = resources.message_type.fields_by_name[shape.scopes]
    records = scopes.message_type.fields_by_name[shape.records]
    resource, scope = (
        one.message_type.fields_by_name[name].message_type for one, name in ((resources, "resource"), (scopes, "scope"))
    )
    scope_json = _struct(
        "ScopeJson",
        scope=(struct_of(scope), "scope"),
        old_scope=(struct_of(scope), "instrumentationLibrary"),
        records=(list[msgspec.Raw], records.json_name),
        schema_url=(str, "schemaUrl"),
    )
    resource_json = _struct(
        "ResourceJson",
        resource=(struct_of(resource), "resource"),
        scopes=(_list_of(scope_json), scopes.json_name),
        old_scopes=(_list_of(scope_json), _OLD_SCOPES[signal]),
        schema_url=(str, "schemaUrl"),
    )
    return _Reader(
        shape=shape,
        decode=msgspec.json.Decoder(
            _struct("RequestJson", resources=(_list_of(resource_json), resources.json_name))
        ).decode,
        decode_record=msgspec.json.Decoder(struct_of(records.message_type)).decode,
        fill_record=filler(records.message_type),
        fill_resource=filler(resource),
        fill_scope=filler(scope),
    )


def _struct(name: str, **fields: tuple[Any, str]) -> Any:
    """A struct of optional fields, each with its type and its name in JSON."""
    return msgspec.defstruct(
        name,
        [(field, type | None, None) for field, (type, _) in fields.items()],
        rename={field: json_name for field, (_, json_name) in fields.items()},
        gc=False,
    )


def _list_of(type: Any) -> Any:
    return list[type]


def _fill_resource(reader: _Reader, resource: Any, json: Any, decoded: Decoded) -> None:
    resource.schema_url = json.schema_url or ""
    if json.resource is not None:
        resource.resource.SetInParent()
        reader.fill_resource(resource.resource, json.resource, decoded.notes)
    add_scope = getattr(resource, reader.shape.scopes).add
    for scope_json in _scopes(json):
        scope = add_scope()
        scope.schema_url = scope_json.schema_url or ""
        named = scope_json.scope or scope_json.old_scope
        if named is not None:
            scope.scope.SetInParent()
            reader.fill_scope(scope.scope, named, decoded.notes)
        _fill_records(reader, resource, scope, scope_json.records or (), decoded)


def _scopes(json: Any) -> Iterator[Any]:
    yield from json.scopes or ()
    yield from json.old_scopes or ()


def _fill_records(reader: _Reader, resource: Any, scope: Any, records: Any, decoded: Decoded) -> None:
    container = getattr(scope, reader.shape.records)
    for record in records:
        before = len(container)
        try:
            struct = reader.decode_record(record)
            reader.fill_record(container.add(), struct, decoded.notes)
            if len(memoryview(record)) > _LARGE_RECORD_BYTES and has_too_many_parts(container[before]):
                raise ValueError(TOO_MANY)
        except _UNREADABLE as error:
            del container[before:]
            fault = Fault(reason=_reason(error), record=bytes(record), resource=resource, scope=scope)
            decoded.faults.append(fault)


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "expected values nested less deep"
    return str(error)[:_REASON_CHARS]
