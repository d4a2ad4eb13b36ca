"""One export request in the making: resources, their scopes, and the records below them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyflare.interchange.otlp.rows import Row, mapping_of
from pyflare.otlp import SHAPES, Signal
from pyflare.semconv import SERVICE_NAME
from pyflare.tracing.shipping.encode import fill_attributes


class RequestBuilder:
    """Puts each record below the resource and the scope that its row names, each of which it makes once."""

    def __init__(self, signal: Signal) -> None:
        self._shape = SHAPES[signal]
        self.message = self._shape.request()
        self._resources: dict[tuple[str, str], Any] = {}
        self._scopes: dict[tuple[str, str, str, str, str], Any] = {}
        self._rests: dict[str | None, dict[str, Any]] = {}

    def rest(self, row: Row) -> Mapping[str, Any]:
        """What OTLP said of the row beside its columns: the column `otlp`."""
        text = row["otlp"]
        rest = self._rests.get(text)
        if rest is None:
            rest = self._rests[text] = mapping_of(text)
        return rest

    def records(self, row: Row, *, scope_name: str | None = None, own: Mapping[str, Any] | None = None) -> Any:
        """The repeated field that the row's record belongs in.

        Args:
            row: A row of spans, metrics or logs.
            scope_name: The scope of a record that names none.
            own: Resource attributes that count more than the row's.
        """
        rest = self.rest(row)
        name = row["scope_name"] or scope_name or ""
        version = row["scope_version"] or ""
        resource_key = (row["resource"] or f"service: {row['service_name']}", f"{rest.get('resource')}{own}")
        key = (*resource_key, name, version, str(rest.get("scope")))
        found = self._scopes.get(key)
        if found is None:
            resource = self._resource(resource_key, row, rest.get("resource") or {}, own or {})
            scope = getattr(resource, self._shape.scopes).add()
            _fill_scope(scope, name, version, rest.get("scope") or {})
            found = self._scopes[key] = getattr(scope, self._shape.records)
        return found

    def _resource(self, key: tuple[str, str], row: Row, rest: Mapping[str, Any], own: Mapping[str, Any]) -> Any:
        resource = self._resources.get(key)
        if resource is None:
            resource = self._resources[key] = getattr(self.message, self._shape.resources).add()
            _fill_resource(resource, row, rest, own)
        return resource


def _fill_resource(message: Any, row: Row, rest: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    attributes = mapping_of(row["resource"])
    if row["resource"] is None and row["service_name"]:
        attributes = {SERVICE_NAME: row["service_name"]}
    fill_attributes(message.resource.attributes, {**attributes, **own})
    message.schema_url = rest.get("schemaUrl", "")
    if dropped := rest.get("droppedAttributesCount"):
        message.resource.dropped_attributes_count = dropped
    for entity in rest.get("entityRefs", ()):
        message.resource.entity_refs.add(
            schema_url=entity.get("schemaUrl", ""),
            type=entity.get("type", ""),
            id_keys=entity.get("idKeys", ()),
            description_keys=entity.get("descriptionKeys", ()),
        )


def _fill_scope(message: Any, name: str, version: str, rest: Mapping[str, Any]) -> None:
    message.scope.name = name
    message.scope.version = version
    message.schema_url = rest.get("schemaUrl", "")
    fill_attributes(message.scope.attributes, rest.get("attributes", {}))
    if dropped := rest.get("droppedAttributesCount"):
        message.scope.dropped_attributes_count = dropped
