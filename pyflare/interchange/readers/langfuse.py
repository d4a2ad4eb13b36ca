"""Langfuse's exports: observations, or traces with their observations in them, as JSON or JSON lines."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pyflare.errors import DataError
from pyflare.interchange.intake import Intake
from pyflare.interchange.readers.foreign import ForeignSpan, ForeignSpans, span_id_of, trace_id_of
from pyflare.interchange.readers.lines import Record, records
from pyflare.interchange.readers.moments import moment_ns

_OBSERVATION: Final = "langfuse.observation"
_USAGE: Final = f"{_OBSERVATION}.usage_details"
_COST: Final = f"{_OBSERVATION}.cost_details"
_JSON_FIELDS: Final = {
    "input": f"{_OBSERVATION}.input",
    "output": f"{_OBSERVATION}.output",
    "modelParameters": f"{_OBSERVATION}.model.parameters",
    "usageDetails": _USAGE,
    "costDetails": _COST,
    "metadata": f"{_OBSERVATION}.metadata",
}
"""Fields that are JSON text in attributes; text stays as it is."""
_TEXT_FIELDS: Final = {
    "model": f"{_OBSERVATION}.model.name",
    "level": f"{_OBSERVATION}.level",
    "statusMessage": f"{_OBSERVATION}.status_message",
    "completionStartTime": f"{_OBSERVATION}.completion_start_time",
    "promptName": f"{_OBSERVATION}.prompt.name",
    "promptVersion": f"{_OBSERVATION}.prompt.version",
    "version": "langfuse.version",
    "environment": "langfuse.environment",
}
_TRACE_FIELDS: Final = {
    "userId": "langfuse.user.id",
    "sessionId": "langfuse.session.id",
    "tags": "langfuse.trace.tags",
    "release": "langfuse.release",
    "environment": "langfuse.environment",
    "name": "langfuse.trace.name",
}
_INSTANT: Final = ("EVENT", "TRACE")
"""Kinds that have no end of their own."""
_ID_HEX_DIGITS: Final = 32


def read_langfuse(path: Path, intake: Intake) -> None:
    """Read traces or observations, as Langfuse's API and its exports give them."""
    spans = ForeignSpans(intake, resource={"service.name": "langfuse"}, scope_name="langfuse.export")
    for record in records(path):
        if isinstance(record, Exception):
            intake.refuse("traces", str(record), {})
            continue
        for one in _pages(record):
            _take(one, spans, intake)
    spans.finish()


def _pages(record: Record) -> list[Record]:
    """The records of a page of the API, or the record itself."""
    data = record.get("data")
    if isinstance(data, list) and "id" not in record:
        return [item for item in data if isinstance(item, dict)]
    return [record]


def _take(record: Record, spans: ForeignSpans, intake: Intake) -> None:
    named = {_camel(name): value for name, value in record.items()}
    try:
        if "traceId" in named:
            spans.add(_observation(named, {}))
        else:
            _take_trace(named, spans, intake)
    except (ValueError, TypeError) as error:
        intake.refuse("traces", f"expected a trace or an observation of Langfuse: {error}", record)


def _take_trace(trace: Record, spans: ForeignSpans, intake: Intake) -> None:
    """A trace's observations; the trace itself as a span where it has none."""
    shared = _attributes(trace, {}, _TRACE_FIELDS)
    observations = [item for item in trace.get("observations") or () if isinstance(item, dict)]
    for item in observations:
        named = {_camel(name): value for name, value in item.items()}
        try:
            spans.add(_observation({"traceId": trace.get("id"), **named}, shared))
        except (ValueError, TypeError) as error:
            intake.refuse("traces", f"expected an observation of Langfuse: {error}", item)
    if not observations:
        whole = {**trace, "type": "TRACE", "traceId": trace.get("id"), "startTime": trace.get("timestamp")}
        spans.add(_observation(whole, shared))
    for score in trace.get("scores") or ():
        if isinstance(score, dict):
            _take_score({"traceId": trace.get("id"), **score}, intake)


def _observation(record: Record, shared: Mapping[str, Any]) -> ForeignSpan:
    start_ns = moment_ns(record.get("startTime"))
    for name, value in (("id", record.get("id")), ("traceId", record.get("traceId")), ("startTime", start_ns)):
        if not value:
            raise DataError(f"expected {name}, got none")
    assert start_ns is not None
    parent = record.get("parentObservationId")
    kind = str(record.get("type") or "SPAN").upper()
    return ForeignSpan(
        trace_id=trace_id_of(str(record["traceId"])),
        span_id=span_id_of(str(record["id"])),
        parent_span_id=span_id_of(str(parent)) if parent else None,
        name=str(record.get("name") or ""),
        start_ns=start_ns,
        end_ns=moment_ns(record.get("endTime")) or (start_ns if kind in _INSTANT else None),
        status="error" if record.get("level") == "ERROR" else "unset",
        status_message=str(record.get("statusMessage") or ""),
        attributes={**shared, **_attributes(record, _JSON_FIELDS, _TEXT_FIELDS), **_measured(record, kind)},
    )


def _measured(record: Record, kind: str) -> dict[str, Any]:
    """The kind of work, and tokens and cost where only the older fields have them."""
    found: dict[str, Any] = {f"{_OBSERVATION}.type": "span" if kind in _INSTANT else kind.lower()}
    usage, cost = record.get("usage"), record.get("calculatedTotalCost")
    if not record.get("usageDetails") and isinstance(usage, Mapping):
        found[_USAGE] = json.dumps({name: count for name, count in usage.items() if isinstance(count, int)})
    if not record.get("costDetails") and isinstance(cost, int | float):
        found[_COST] = json.dumps({"total": cost})
    return found


def _camel(name: str) -> str:
    """Exports write traceId or trace_id."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _attributes(record: Record, json_fields: Mapping[str, str], text_fields: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, attribute in text_fields.items():
        value = record.get(name)
        if value not in (None, "", []):
            found[attribute] = value if isinstance(value, list) else str(value)
    for name, attribute in json_fields.items():
        value = record.get(name)
        if value not in (None, {}):
            found[attribute] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return found


def _take_score(score: Record, intake: Intake) -> None:
    value = score.get("value")
    identity = str(score.get("id") or json.dumps(score, sort_keys=True))
    observation = score.get("observationId")
    row = {
        "score_id": hashlib.sha256(identity.encode()).hexdigest()[:_ID_HEX_DIGITS],
        "trace_id": trace_id_of(str(score["traceId"])),
        "span_id": span_id_of(str(observation)) if observation else None,
        "name": str(score.get("name") or ""),
        "value": value if isinstance(value, int | float) else None,
        "label": score.get("stringValue") or (value if isinstance(value, str) else None),
        "comment": score.get("comment"),
        "source": str(score.get("source") or "langfuse").lower(),
    }
    given_ns = moment_ns(score.get("timestamp"))
    intake.row("scores", row if given_ns is None else {**row, "timestamp": given_ns}, key="score_id")
