"""Hiding what must not be recorded, before anything of it touches a disk."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any, Final

from pyflare.errors import ConfigError
from pyflare.otlp.messages import SHAPES
from pyflare.server.batch import Batch, Consumer, Rejection
from pyflare.server.config import RedactConfig
from pyflare.server.processors.attributes import python_attributes, python_value, set_value
from pyflare.server.processors.stage import Stage
from pyflare.tracing.redaction import RedactionConfig
from pyflare.tracing.redaction.redactor import Redactor

_PLAIN: Final = re.compile(r"[0-9a-fA-F]*")
_IDS_AND_TIMES: Final = re.compile(r".*(Id|UnixNano)")
_PAIR: Final = {"key", "value"}


class Redact(Stage):
    """Redacts attribute values of resources, scopes, spans, events, links and data points, status messages and log bodies.

    What was refused and goes to quarantine is redacted, too.
    """

    def __init__(self, redactor: Redactor, to: Consumer) -> None:
        super().__init__(to)
        self._redactor = redactor

    @property
    def waits(self) -> bool:
        """Always: to look through a large request takes long."""
        return True

    def process(self, batch: Batch) -> None:
        """Redact the message and the rejections of a batch."""
        changed = False
        shape = SHAPES[batch.signal]
        for group in getattr(batch.message, shape.resources):
            changed |= self._surroundings(group.resource)
            for scope in getattr(group, shape.scopes):
                changed |= self._surroundings(scope.scope)
                for record in getattr(scope, shape.records):
                    changed |= self._record(batch.signal, record)
        if changed:
            batch.changed()
        batch.rejections[:] = [self._rejection(rejection) for rejection in batch.rejections]

    def _surroundings(self, holder: Any) -> bool:
        """A resource or scope: it names things, which `metrics_only` keeps."""
        return not self._redactor.metrics_only and self._attributes(holder.attributes, "resource")

    def _record(self, signal: str, record: Any) -> bool:
        if signal == "traces":
            changed = self._attributes(record.attributes) | self._status(record.status)
            for inner in (*record.events, *record.links):
                changed |= self._attributes(inner.attributes)
            return changed
        if signal == "logs":
            return self._attributes(record.attributes) | self._body(record)
        changed = False
        for point in _points(record):
            changed |= self._attributes(point.attributes)
            for exemplar in getattr(point, "exemplars", ()):
                changed |= self._attributes(exemplar.filtered_attributes)
        return changed

    def _attributes(self, attributes: Any, field: str = "attributes") -> bool:
        """Redact in place. Whether there was something to hide."""
        if not attributes:
            return False
        values = python_attributes(attributes)
        redacted = self._redactor.redact_attributes(values, field=field)
        if redacted is values:
            return False
        for index in reversed(range(len(attributes))):
            attribute = attributes[index]
            if attribute.key not in redacted:
                del attributes[index]
            elif redacted[attribute.key] is not values[attribute.key]:
                set_value(attribute.value, redacted[attribute.key])
        return True

    def _status(self, status: Any) -> bool:
        if not status.message:
            return False
        before = status.message
        status.message = self._redactor.redact_text(before, field="status_message")
        return bool(status.message != before)

    def _body(self, record: Any) -> bool:
        if not record.HasField("body"):
            return False
        values = {"body": python_value(record.body)}
        redacted = self._redactor.redact_attributes(values, field="log")
        if redacted is values:
            return False
        set_value(record.body, redacted.get("body"))
        return True

    def _rejection(self, rejection: Rejection) -> Rejection:
        if self._redactor.metrics_only:
            return Rejection(reason=rejection.reason, record={})
        return Rejection(reason=self._redactor.redact_text(rejection.reason), record=self._json(rejection.record))

    def _json(self, value: Any, name: str = "") -> Any:
        """A part of a record as OTLP/JSON. Ids and times stay, or their digits would pass for a card's."""
        if isinstance(value, list):
            return [self._json(item, name) for item in value]
        if isinstance(value, dict):
            if value.keys() == _PAIR and isinstance(value["key"], str):
                return self._pair(value["key"], value["value"])
            return {key: self._json(inner, key) for key, inner in value.items()}
        if not isinstance(value, str) or (_IDS_AND_TIMES.fullmatch(name) and _PLAIN.fullmatch(value)):
            return value
        return self._redactor.redact_text(value)

    def _pair(self, key: str, value: Any) -> dict[str, Any]:
        redacted = self._redactor.redact_attributes({key: value}).get(key)
        return {"key": key, "value": redacted if isinstance(redacted, dict) else {"stringValue": str(redacted)}}


def redaction_config(config: RedactConfig) -> RedactionConfig:
    """The configuration as tracing has it.

    Raises:
        ConfigError: Something in it cannot be used, or the key's variable is not set.
    """
    key = None
    if config.hash_key_env is not None:
        key = os.environ.get(config.hash_key_env)
        if key is None:
            raise ConfigError(
                f"collector.redact.hash_key_env names {config.hash_key_env}, and the environment has no such variable."
            )
    return RedactionConfig(
        patterns=config.patterns,
        custom=config.custom,
        action=config.action,
        actions=config.actions,
        fields=config.fields,
        hash_key=key,
        metrics_only=config.metrics_only,
    )


def _points(metric: Any) -> Iterator[Any]:
    kind = metric.WhichOneof("data")
    if kind is not None:
        yield from getattr(metric, kind).data_points
