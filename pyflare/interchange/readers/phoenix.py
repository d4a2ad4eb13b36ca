"""Phoenix' data frames of spans, as Parquet, CSV or JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pyflare.errors import DataError
from pyflare.interchange.intake import Intake
from pyflare.interchange.readers.foreign import ForeignSpan, ForeignSpans, span_id_of, trace_id_of
from pyflare.interchange.readers.lines import Record, records
from pyflare.interchange.readers.moments import moment_ns

_JSON_TEXT: Final = frozenset({"metadata", "llm.prompt_template.variables", "llm.invocation_parameters"})
"""Attributes that are objects as JSON text in OpenInference."""
_PREFIX: Final = "attributes."


def read_phoenix(path: Path, intake: Intake) -> None:
    """Read what `get_spans_dataframe` of Phoenix gives, or its spans as JSON lines."""
    spans = ForeignSpans(intake, resource={"service.name": "phoenix"}, scope_name="phoenix.export")
    for record in records(path):
        if isinstance(record, Exception):
            intake.refuse("traces", str(record), {})
            continue
        try:
            spans.add(_span(record))
        except (ValueError, TypeError) as error:
            intake.refuse("traces", f"expected a span of Phoenix: {error}", record)
    spans.finish()


def _span(record: Record) -> ForeignSpan:
    context = record.get("context")
    nested = context if isinstance(context, Mapping) else {}
    start_ns = moment_ns(record.get("start_time"))
    if start_ns is None:
        raise DataError("expected start_time, got none")
    parent = record.get("parent_id")
    return ForeignSpan(
        trace_id=trace_id_of(_id(record, nested, "trace_id")),
        span_id=span_id_of(_id(record, nested, "span_id")),
        parent_span_id=span_id_of(str(parent)) if parent else None,
        name=str(record.get("name") or ""),
        start_ns=start_ns,
        end_ns=moment_ns(record.get("end_time")),
        status=str(record.get("status_code") or "unset"),
        status_message=str(record.get("status_message") or ""),
        attributes=_attributes(record),
        events=[*_events(record.get("events"))],
    )


def _id(record: Record, context: Mapping[str, Any], name: str) -> str:
    value = record.get(f"context.{name}") or context.get(name)
    if not value:
        raise DataError(f"expected context.{name}, got none")
    return str(value)


def _attributes(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if record.get("span_kind"):
        found["openinference.span.kind"] = str(record["span_kind"]).upper()
    for name, value in record.items():
        if name.startswith(_PREFIX):
            _flatten(found, name.removeprefix(_PREFIX), value)
    nested = record.get("attributes")
    if isinstance(nested, Mapping):
        for name, value in nested.items():
            _flatten(found, name, value)
    return found


def _flatten(found: dict[str, Any], name: str, value: Any) -> None:
    """Objects and lists of objects as OpenInference has them: one attribute for each leaf, positions in the name."""
    if value is None:
        return
    if name in _JSON_TEXT and not isinstance(value, str):
        found[name] = json.dumps(value, ensure_ascii=False)
    elif isinstance(value, Mapping):
        for key, member in value.items():
            _flatten(found, f"{name}.{key}", member)
    elif _holds_objects(value):
        for position, item in enumerate(value):
            _flatten(found, f"{name}.{position}", item)
    else:
        found[name] = value


def _holds_objects(value: Any) -> bool:
    return (
        isinstance(value, Sequence) and not isinstance(value, str) and any(isinstance(item, Mapping) for item in value)
    )


def _events(value: Any) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
    for event in value if isinstance(value, list) else ():
        if not isinstance(event, Mapping):
            continue
        flat: dict[str, Any] = {}
        attributes = event.get("attributes")
        for name, member in attributes.items() if isinstance(attributes, Mapping) else ():
            _flatten(flat, name, member)
        yield moment_ns(event.get("timestamp")) or 0, str(event.get("name") or ""), flat
