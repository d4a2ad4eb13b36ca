"""Where records come from: the project, the resource and the instrumentation scope around them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
from google.protobuf.message import Message
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from pyflare.schema.records import WriterInfo
from pyflare.semconv import PROJECT, SERVICE_NAME
from pyflare.store.decode.otlp.values import mapping_of
from pyflare.store.decode.typed import json_text

UNKNOWN_SERVICE: Final = "unknown_service"
_ENVIRONMENTS: Final = ("deployment.environment.name", "deployment.environment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What all records below one scope of one request have in common."""

    project: str
    service_name: str
    environment: str | None
    resource: str
    """The resource's attributes as JSON."""
    scope_name: str | None
    scope_version: str | None
    otlp: Mapping[str, Any]
    """What else OTLP says of resource and scope; see `pyflare.store.decode.otlp`."""


class Origins:
    """The origins of some requests of one journal, each once."""

    def __init__(self, info: WriterInfo) -> None:
        self.all: list[Origin] = []
        self._info = info
        self._codes: dict[tuple[str | None, bytes, str, bytes, str], int] = {}

    def code(self, project: str | None, resource: bytes, resource_url: str, scope: bytes, scope_url: str) -> int:
        """The position in `all` of an origin, given by its request's project and its serialised messages."""
        key = (project, resource, resource_url, scope, scope_url)
        code = self._codes.get(key)
        if code is None:
            code = self._codes[key] = len(self.all)
            self.all.append(self._read(*key))
        return code

    def _read(self, project: str | None, resource: bytes, resource_url: str, scope: bytes, scope_url: str) -> Origin:
        origin, made_by = Resource.FromString(resource), InstrumentationScope.FromString(scope)
        attributes = mapping_of(origin.attributes)
        otlp = {"resource": _rest_of_resource(origin, resource_url), "scope": _rest_of_scope(made_by, scope_url)}
        return Origin(
            project=project or _word(attributes, PROJECT) or self._info.project,
            service_name=_word(attributes, SERVICE_NAME) or UNKNOWN_SERVICE,
            environment=next((word for name in _ENVIRONMENTS if (word := _word(attributes, name))), None),
            resource=json_text(attributes),
            scope_name=made_by.name or None,
            scope_version=made_by.version or None,
            otlp={name: rest for name, rest in otlp.items() if rest},
        )


def _word(attributes: Mapping[str, Any], name: str) -> str | None:
    value = attributes.get(name)
    return value if isinstance(value, str) and value else None


def _rest_of_resource(resource: Resource, schema_url: str) -> dict[str, Any]:
    entities = [
        plain(
            schemaUrl=entity.schema_url,
            type=entity.type,
            idKeys=[*entity.id_keys],
            descriptionKeys=[*entity.description_keys],
        )
        for entity in resource.entity_refs
    ]
    return plain(schemaUrl=schema_url, droppedAttributesCount=resource.dropped_attributes_count, entityRefs=entities)


def _rest_of_scope(scope: InstrumentationScope, schema_url: str) -> dict[str, Any]:
    return plain(
        schemaUrl=schema_url,
        attributes=mapping_of(scope.attributes),
        droppedAttributesCount=scope.dropped_attributes_count,
    )


def plain(**fields: Any) -> dict[str, Any]:
    """Fields by name without those that have protobuf's default: nothing, zero, empty."""
    return {name: value for name, value in fields.items() if value}


def serialised(message: Message) -> bytes:
    """A message as protobuf."""
    return bytes(message.SerializeToString())


class OriginColumns:
    """The columns that records have from their origins."""

    def __init__(self, origins: Sequence[Origin], codes: pa.Array, info: WriterInfo) -> None:
        self._origins = origins
        self._codes = codes
        self._info = info

    def of(self, value: Callable[[Origin], str | None]) -> pa.Array:
        """A column that is the same for all records of an origin."""
        return pa.array([value(origin) for origin in self._origins], pa.string()).take(self._codes)

    def shared(self) -> dict[str, pa.Array]:
        """The columns that every signal's table has."""
        return {
            "project": self.of(lambda origin: origin.project),
            "service_name": self.of(lambda origin: origin.service_name),
            "resource": self.of(lambda origin: origin.resource),
            "scope_name": self.of(lambda origin: origin.scope_name),
            "scope_version": self.of(lambda origin: origin.scope_version),
            "writer_id": pa.repeat(pa.scalar(self._info.writer_id, pa.string()), len(self._codes)),
        }

    def otlp(self, rest: Mapping[int, Mapping[str, Any]]) -> pa.Array:
        """The column `otlp`.

        Args:
            rest: What single records have beside their origin, by position.
        """
        column = self.of(lambda origin: json_text(origin.otlp) if origin.otlp else None)
        if not rest:
            return column
        texts = column.to_pylist()
        for position, fields in rest.items():
            texts[position] = json_text({**self._origins[self._codes[position].as_py()].otlp, **fields})
        return pa.array(texts, pa.string())
