"""OTLP in protobuf, read with care: too many records are not unfolded, and a broken record costs only itself.

All signals share one outline: a request holds resources, these hold scopes, and these
hold records. The outline is a message type of our own in which resources, scopes and
records are bytes: unfolding it costs no more memory than the request itself.
"""

from __future__ import annotations

import base64
from functools import cache
from typing import Any, Final

import msgspec
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from pyflare.errors import DataError
from pyflare.otlp.counting import TooManyError, check_count
from pyflare.otlp.messages import SHAPES, Shape, Signal
from pyflare.otlp.parts import TOO_MANY, has_too_many_parts
from pyflare.otlp.reading import Decoded, Fault

_LARGE_BYTES: Final = 1 << 22
"""From here on records are counted first: an empty span is 2 bytes of a request and 170 in memory."""
_LARGE_RECORD_BYTES: Final = 1 << 20
"""From here on the values of a record are counted."""
_BROKEN: Final = "expected protobuf with texts in UTF-8 and values nested less than 100 deep, got bytes that are not"
_OLD_SCOPES: Final = 1000
_OLD_SCOPES_TAG: Final = b"\xc2\x3e"
"""How a field of number 1000 begins: scopes were there before OTLP 0.15."""

_FEW: Final = 1000
"""So often the first byte of that tag may come before it counts as common."""


def decode_protobuf(signal: Signal, body: bytes, *, max_records: int | None = None) -> Decoded:
    """An export request in protobuf, and beside it the records of it that cannot be read.

    Raises:
        DataError: It is not a request of this signal.
        TooManyError: It has more than `max_records` resources, scopes and records, and 4 MiB or more.
    """
    is_odd = _may_have_old_scopes(body)
    outline = None
    if is_odd or len(body) >= _LARGE_BYTES:
        if max_records is not None:
            _check_levels(signal, body, max_records)
        outline = _outline(signal, body)
        if max_records is not None:
            check_count(outline, max_records)
        is_odd = any(resource.old_scopes or _has_large_records(resource) for resource in outline.resources)
    if not is_odd:
        try:
            return Decoded(message=SHAPES[signal].request.FromString(body))
        except DecodeError:
            pass
    return _one_by_one(signal, outline or _outline(signal, body))


def _may_have_old_scopes(body: bytes) -> bool:
    """Whether the tag is somewhere in the bytes, where it may also be part of a value.

    Its first byte is rare, and one byte is looked for 50 times as fast as two.
    """
    first, second = _OLD_SCOPES_TAG
    at = -1
    for _ in range(_FEW):
        at = body.find(first, at + 1)
        if at < 0:
            return False
        if body[at + 1 : at + 2] == bytes([second]):
            return True
    return body.find(_OLD_SCOPES_TAG, at) >= 0


def _has_large_records(resource: Any) -> bool:
    return any(len(record) > _LARGE_RECORD_BYTES for scope in resource.scopes for record in scope.records)


def _check_levels(signal: Signal, body: bytes, max_records: int) -> None:
    """Count resources, then scopes, then records, one level at a time: not even the outline is made of too many."""
    first, second = _levels()
    try:
        resources = first.FromString(body).items
        count = len(resources)
        for resource in resources if count <= max_records else ():
            scopes = second.FromString(resource).items
            count += len(scopes)
            if count <= max_records:
                count += sum(len(second.FromString(scope).items) for scope in scopes)
            if count > max_records:
                break
    except DecodeError:
        raise _unreadable(signal) from None
    if count > max_records:
        raise TooManyError(max_records)


def _outline(signal: Signal, body: bytes) -> Any:
    try:
        return _outline_class().FromString(body)
    except DecodeError:
        raise _unreadable(signal) from None


def _unreadable(signal: Signal) -> DataError:
    name = SHAPES[signal].request.DESCRIPTOR.name
    return DataError(f"expected an {name} in protobuf, got bytes that are none")


def _one_by_one(signal: Signal, outline: Any) -> Decoded:
    shape = SHAPES[signal]
    decoded = Decoded(message=shape.request(), is_whole=False)
    try:
        for part in outline.resources:
            resource = getattr(decoded.message, shape.resources).add(schema_url=part.schema_url)
            if part.HasField("resource"):
                resource.resource.MergeFromString(part.resource)
            for scope_part in (*part.scopes, *part.old_scopes):
                _add_scope(shape, resource, scope_part, decoded)
    except (DecodeError, UnicodeDecodeError):
        raise _unreadable(signal) from None
    return decoded


def _add_scope(shape: Shape, resource: Any, part: Any, decoded: Decoded) -> None:
    scope = getattr(resource, shape.scopes).add(schema_url=part.schema_url)
    if part.HasField("scope"):
        scope.scope.MergeFromString(part.scope)
    container = getattr(scope, shape.records)
    for record in part.records:
        before = len(container)
        try:
            container.add().MergeFromString(record)
        except DecodeError:
            reason = _BROKEN
        else:
            if len(record) <= _LARGE_RECORD_BYTES or not has_too_many_parts(container[before]):
                continue
            reason = TOO_MANY
        del container[before:]
        decoded.faults.append(_fault(reason, record, resource, scope))


def _fault(reason: str, record: bytes, resource: Any, scope: Any) -> Fault:
    return Fault(
        reason=reason,
        record=msgspec.json.encode({"protobuf": base64.b64encode(record).decode()}),
        resource=resource,
        scope=scope,
    )


@cache
def _outline_class() -> Any:
    """The outline: messages down to the scope, bytes below."""
    bytes_, repeated = None, True
    return _classes(
        "outline",
        Scope=(("scope", 1, bytes_, False), ("records", 2, bytes_, repeated), ("schema_url", 3, bytes_, False)),
        Resource=(
            ("resource", 1, bytes_, False),
            ("scopes", 2, "Scope", repeated),
            ("schema_url", 3, bytes_, False),
            ("old_scopes", _OLD_SCOPES, "Scope", repeated),
        ),
        Request=(("resources", 1, "Resource", repeated),),
    )["Request"]


@cache
def _levels() -> tuple[Any, Any]:
    """A request as a list of resources; a resource, or a scope, as a list of what is in it."""
    classes = _classes("levels", First=(("items", 1, None, True),), Second=(("items", 2, None, True),))
    return classes["First"], classes["Second"]


def _classes(package: str, **messages: tuple[tuple[str, int, str | None, bool], ...]) -> dict[str, Any]:
    """Protobuf messages of our own: for each field its name, its number, its message (None for bytes), if repeated."""
    field_type = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name=f"{package}.proto", package=package, syntax="proto3")
    for name, fields in messages.items():
        made = file.message_type.add(name=name)
        for field_name, number, of, is_repeated in fields:
            field = made.field.add(name=field_name, number=number)
            field.label = field_type.LABEL_REPEATED if is_repeated else field_type.LABEL_OPTIONAL
            field.type = field_type.TYPE_BYTES if of is None else field_type.TYPE_MESSAGE
            if of is not None:
                field.type_name = f".{package}.{of}"
            elif not is_repeated:
                field.proto3_optional = True
                field.oneof_index = len(made.oneof_decl)
                made.oneof_decl.add(name=f"_{field_name}")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    found = {name: pool.FindMessageTypeByName(f"{package}.{name}") for name in messages}
    return {name: message_factory.GetMessageClass(descriptor) for name, descriptor in found.items()}
