"""Attributes that every resource should have: host, version, environment."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import KeyValue

from pyflare.otlp.messages import SHAPES
from pyflare.server.batch import Batch, Consumer
from pyflare.server.config import EnrichConfig
from pyflare.server.processors.attributes import set_value
from pyflare.server.processors.stage import Stage


class Enrich(Stage):
    """Adds attributes to each resource that does not have them. What a sender says counts more."""

    def __init__(self, attributes: Mapping[str, Any], to: Consumer) -> None:
        super().__init__(to)
        self._attributes = {name: _attribute(name, value) for name, value in attributes.items()}

    def process(self, batch: Batch) -> None:
        """Add what is missing."""
        for group in getattr(batch.message, SHAPES[batch.signal].resources):
            attributes = group.resource.attributes
            there = {attribute.key for attribute in attributes}
            missing = [attribute for name, attribute in self._attributes.items() if name not in there]
            if missing:
                attributes.extend(missing)
                batch.changed()


def enriching_attributes(config: EnrichConfig) -> dict[str, Any]:
    """The attributes that a configuration adds; empty for none."""
    named = {
        "host.name": socket.gethostname() if config.host else None,
        "service.version": config.version,
        "deployment.environment.name": config.environment,
    }
    return {**{name: value for name, value in named.items() if value is not None}, **config.attributes}


def _attribute(name: str, value: Any) -> KeyValue:
    attribute = KeyValue(key=name)
    set_value(attribute.value, value)
    return attribute
