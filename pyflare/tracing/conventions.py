"""A span's columns in OpenTelemetry's words: what leaves the process carries the conventions' attributes."""

from __future__ import annotations

from typing import Any

from pyflare.semconv import (
    COLUMN_ATTRIBUTES,
    MIME_TYPE_ATTRIBUTES,
    OPERATION_NAME,
    TIME_TO_FIRST_CHUNK,
    TYPE_OPERATIONS,
)

_TOOL_ATTRIBUTES = {"input": "gen_ai.tool.call.arguments", "output": "gen_ai.tool.call.result"}


def otel_attributes(
    *,
    inference_type: str | None,
    scope: dict[str, Any] | None,
    fields: dict[str, Any] | None,
    input: bytes | None,
    output: bytes | None,
    attributes: dict[str, Any] | None,
) -> dict[str, Any]:
    """The attributes of a span as it goes to an OpenTelemetry backend; the span's own come last and win."""
    result: dict[str, Any] = {}
    if inference_type is not None:
        result[COLUMN_ATTRIBUTES["inference_type"]] = inference_type
        if inference_type in TYPE_OPERATIONS:
            result[OPERATION_NAME] = TYPE_OPERATIONS[inference_type]
    for column, value in (*(scope or {}).items(), *(fields or {}).items()):
        if column in COLUMN_ATTRIBUTES:
            result[COLUMN_ATTRIBUTES[column]] = value
        elif column == "time_to_first_chunk_ns":
            result[TIME_TO_FIRST_CHUNK] = value / 1e9
    for column, content in (("input", input), ("output", output)):
        if content is not None:
            _set_content(result, column, content.decode(), is_tool=inference_type == "tool")
    result.update(attributes or {})
    return result


def _set_content(result: dict[str, Any], column: str, content: str, *, is_tool: bool) -> None:
    if is_tool:
        result[_TOOL_ATTRIBUTES[column]] = content
        return
    name = COLUMN_ATTRIBUTES[column]
    result[name] = content
    result[MIME_TYPE_ATTRIBUTES[name]] = "application/json"
