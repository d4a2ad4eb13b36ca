"""One span with everything: content, conversation, events, attributes with their types, and where columns came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
import pyarrow as pa

from pyflare.server.api.moments import rfc3339
from pyflare.store.decode import typed_value
from pyflare.workspace.conversation import Chat, chat_of
from pyflare.workspace.mapping import mapping_of

_EXCEPTION: Final = "exception"
_SAME: Final = (
    "trace_id", "span_id", "parent_span_id", "service_name", "operation_name", "span_kind",
    "duration_ns", "state", "status_message", "error_type", "provider", "model_id", "model_version", "response_id",
    "agent_name", "tool_name", "input_ref", "output_ref", "input_tokens", "output_tokens", "cache_read_tokens",
    "cache_write_tokens", "reasoning_tokens", "input_audio_tokens", "output_audio_tokens",
    "user_id", "session_id", "feature_id", "environment", "team", "scope_name", "scope_version",
)  # fmt: skip
"""Columns that are given as they are, by the same name."""
_MS: Final = 1e6
_USD: Final = 1e6


def read_rows(table: pa.Table) -> list[dict[str, Any]]:
    """Stored spans as dicts: moments as unix nanoseconds, maps as dicts."""
    fields = [field.with_type(_plain(field.type)) for field in table.schema]
    plain = pa.table(
        [column.cast(field.type) for column, field in zip(table.columns, fields, strict=True)],
        schema=pa.schema(fields),
    )
    rows: list[dict[str, Any]] = plain.to_pylist(maps_as_pydicts="lossy")
    return rows


def attributes_of(rows: pa.Table) -> dict[str, str]:
    """The attributes of the first of some spans, as text; none where there is no span."""
    found = rows["attributes"].slice(0, 1).to_pylist(maps_as_pydicts="lossy")
    return (found[0] or {}) if found else {}


_SCORE: Final = (
    "score_id", "timestamp", "trace_id", "span_id", "session_id", "name", "value", "label", "comment", "source",
)  # fmt: skip


def score_value(row: Mapping[str, Any]) -> dict[str, Any]:
    """What `schemas.traces.ScoreRow` describes, of a row whose time is text."""
    return {name: row[name] for name in _SCORE}


def _plain(type: pa.DataType) -> pa.DataType:
    if pa.types.is_timestamp(type):
        return pa.int64()
    if pa.types.is_list(type):
        return pa.list_(_plain(type.value_type))
    if pa.types.is_struct(type):
        return pa.struct([field.with_type(_plain(field.type)) for field in type])
    return type


def span_value(
    row: Mapping[str, Any], *, scores: Sequence[Mapping[str, Any]] = (), origins: bool = True
) -> dict[str, Any]:
    """What `schemas.traces.Span` describes, for msgspec.

    Args:
        row: One of `read_rows`, with `start_unix_ns`.
        scores: Rows of `scores` that judge it.
        origins: Whether to find out where its columns came from, which takes a while.
    """
    start_ns, duration_ns = row["start_unix_ns"], row["duration_ns"]
    attributes = _attributes(row["attributes"], row["attribute_types"])
    events = [_event(event, start_ns) for event in row["events"] or ()]
    return {
        **{name: row[name] for name in _SAME},
        "kind": row["inference_type"],
        "start_time": rfc3339(start_ns),
        "end_time": None if duration_ns is None else rfc3339(start_ns + duration_ns),
        "duration_ms": _scaled(duration_ns, _MS),
        "status": row["status_code"],
        "error": _error(row, events),
        "finish_reasons": row["finish_reasons"] or [],
        "input": raw(row["input"]),
        "output": raw(row["output"]),
        "total_tokens": _sum(row["input_tokens"], row["output_tokens"]),
        "usage_repeated": bool(row["usage_repeated"]),
        "cost_usd": _scaled(row["cost_micros"], _USD),
        "time_to_first_chunk_ms": _scaled(row["time_to_first_chunk_ns"], _MS),
        "tags": row["tags"] or [],
        "attributes": attributes,
        "resource": _json(row["resource"]) or {},
        "events": events,
        "links": [_link(link) for link in row["links"] or ()],
        "chat": _chat(row, attributes),
        "origins": [*_origins(row)] if origins else [],
        "scores": [score_value(score) for score in scores],
    }


def _scaled(value: int | None, by: float) -> float | None:
    return None if value is None else value / by


def _sum(*counts: int | None) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def raw(text: str | None) -> Any:
    """Stored JSON as it stands; a string of it where it is none after all."""
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return text


def _json(text: str | None) -> Any:
    if text is None:
        return None
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return text


def _attributes(texts: Mapping[str, str] | None, types: Mapping[str, str] | None) -> dict[str, Any]:
    known = types or {}
    return {key: _typed(text, known.get(key)) for key, text in (texts or {}).items()}


def _typed(text: str, type: str | None) -> Any:
    """An attribute's value as JSON can hold it: bytes and numbers without end stay text."""
    if type in (None, "bytes", "string"):
        return text
    try:
        value = typed_value(text, type)
        return msgspec.Raw(msgspec.json.encode(value)) if type != "double" or abs(value) < float("inf") else text
    except (ValueError, TypeError, RecursionError, OverflowError):
        return text


def _event(event: Mapping[str, Any], start_ns: int) -> dict[str, Any]:
    found = _json(event["attributes"])
    return {
        "name": event["name"] or "",
        "time": rfc3339(event["time"] or start_ns),
        "offset_ns": (event["time"] or start_ns) - start_ns,
        "attributes": found if isinstance(found, dict) else {},
    }


def _link(link: Mapping[str, Any]) -> dict[str, Any]:
    found = _json(link["attributes"])
    return {
        "trace_id": link["trace_id"],
        "span_id": link["span_id"],
        "attributes": found if isinstance(found, dict) else {},
    }


def _error(row: Mapping[str, Any], events: Iterable[Mapping[str, Any]]) -> str | None:
    """What went wrong in one line: the exception's type and message."""
    if row["status_code"] != "error":
        return None
    raised: Mapping[str, Any] = next((event["attributes"] for event in events if event["name"] == _EXCEPTION), {})
    kind = row["error_type"] or raised.get("exception.type")
    message = row["status_message"] or raised.get("exception.message")
    if kind and message:
        return str(message) if str(message).startswith(str(kind)) else f"{kind}: {message}"
    return str(kind or message or "error")


def _chat(row: Mapping[str, Any], attributes: Mapping[str, Any]) -> Chat | None:
    return chat_of(
        kind=row["inference_type"], input=_json(row["input"]), output=_json(row["output"]), attributes=attributes
    )


def _origins(row: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    for source in mapping_of(row):
        yield {"column": source.column, "dialect": source.dialect, "attribute": source.attribute or None}
