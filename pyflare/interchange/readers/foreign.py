"""Spans that other tools have exported, as OTLP: with the attribute names that their instrumentation gives them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pyflare.interchange.intake import Intake
from pyflare.otlp import SHAPES
from pyflare.tracing.shipping.encode import fill_attributes

_TRACE_ID_DIGITS: Final = 32
_SPAN_ID_DIGITS: Final = 16
_HEX: Final = re.compile(r"[0-9a-f]+")
_REQUEST_SPANS: Final = 200
_INTERNAL: Final = 1
_STATUS_CODES: Final = {"ok": 1, "error": 2}

Events = Sequence[tuple[int, str, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignSpan:
    """A span of another tool."""

    trace_id: str
    """32 hex digits; see `trace_id_of`."""
    span_id: str
    parent_span_id: str | None
    name: str
    start_ns: int
    end_ns: int | None
    status: str = "unset"
    """ok, error or unset, in any case."""
    status_message: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    events: Events = ()


class ForeignSpans:
    """Hands spans over to an intake, some hundred at a time."""

    def __init__(self, intake: Intake, *, resource: Mapping[str, Any], scope_name: str) -> None:
        self._intake = intake
        self._resource = resource
        self._scope_name = scope_name
        self._begin()

    def _begin(self) -> None:
        self._request = SHAPES["traces"].request()
        resource = self._request.resource_spans.add()
        fill_attributes(resource.resource.attributes, self._resource)
        scope = resource.scope_spans.add()
        scope.scope.name = self._scope_name
        self._spans = scope.spans

    def add(self, span: ForeignSpan) -> None:
        """Take a span. Raises ValueError or TypeError where OTLP cannot hold it."""
        before = len(self._spans)
        try:
            _fill(self._spans.add(), span)
        except (ValueError, TypeError):
            del self._spans[before:]
            raise
        if len(self._spans) >= _REQUEST_SPANS:
            self.finish()

    def finish(self) -> None:
        """Hand over what is left."""
        if self._spans:
            self._intake.request("traces", self._request)
            self._begin()


def _fill(message: Any, span: ForeignSpan) -> None:
    message.trace_id = bytes.fromhex(span.trace_id)
    message.span_id = bytes.fromhex(span.span_id)
    message.parent_span_id = bytes.fromhex(span.parent_span_id or "")
    message.name = span.name
    message.kind = _INTERNAL
    message.start_time_unix_nano = span.start_ns
    message.end_time_unix_nano = span.end_ns or 0
    code = _STATUS_CODES.get(span.status.lower(), 0)
    if code or span.status_message:
        message.status.code = code
        message.status.message = span.status_message
    fill_attributes(message.attributes, span.attributes)
    for time_ns, name, attributes in span.events:
        fill_attributes(message.events.add(time_unix_nano=time_ns, name=name).attributes, attributes)


def trace_id_of(text: str) -> str:
    """A tool's trace id as 32 hex digits: its own where it is that or a UUID, else one that follows from it."""
    return _id_of(text, _TRACE_ID_DIGITS)


def span_id_of(text: str) -> str:
    """A tool's span id as 16 hex digits: its own where it is that, else one that follows from it."""
    return _id_of(text, _SPAN_ID_DIGITS)


def _id_of(text: str, digits: int) -> str:
    plain = text.lower().replace("-", "")
    if len(plain) == digits and _HEX.fullmatch(plain):
        return plain
    return hashlib.sha256(text.encode()).hexdigest()[:digits]
