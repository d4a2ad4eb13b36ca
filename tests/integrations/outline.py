"""The spans of a program as an outline: one line each, below their parents, in the order in which they began."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyflare
from pyflare.schema.records import SpanEnd
from tests.tracing.recorded import Recorded


def outline(recorded: Recorded) -> list[str]:
    """Such as `["chain answer", "  llm chat gpt-4o"]`; every span that began must have ended."""
    assert recorded.running() == []
    spans = sorted(recorded.ended(), key=lambda span: span.start_unix_ns)
    known = {span.span_id for span in spans}
    return [line for span in spans if span.parent_span_id not in known for line in _lines(span, spans, 0)]


def _lines(span: SpanEnd, spans: list[SpanEnd], depth: int) -> Iterator[str]:
    yield f"{'  ' * depth}{span.inference_type or 'span'} {span.name}"
    for below in spans:
        if below.parent_span_id == span.span_id:
            yield from _lines(below, spans, depth + 1)


def counted(recorded: Recorded) -> list[int]:
    """The input tokens of the spans that report some and have none below them that do: each call once."""
    spans = [span for span in recorded.ended() if (span.fields or {}).get("input_tokens") is not None]
    above = {span.parent_span_id for span in spans}
    return [span.fields["input_tokens"] for span in spans if span.span_id not in above]


def stored(recorded: Recorded) -> list[dict[str, Any]]:
    """The spans as the store reads them: what came in a framework's own words is in columns."""
    columns = """operation_name, span_id, parent_span_id, inference_type, status_code, scope_name, input, output,
        model_id, provider, agent_name, tool_name, input_tokens, output_tokens, usage_repeated, session_id, error_type"""
    folder = pyflare.open(recorded.path)
    return folder.sql(f"SELECT {columns} FROM spans ORDER BY start_time").to_pylist()


def stored_outline(recorded: Recorded) -> list[str]:
    """The same outline of the spans as the store reads them."""
    assert recorded.running() == []
    rows = stored(recorded)
    known = {row["span_id"] for row in rows}

    def lines(row: dict[str, Any], depth: int) -> Iterator[str]:
        yield f"{'  ' * depth}{row['inference_type'] or 'span'} {row['operation_name']}"
        for below in rows:
            if below["parent_span_id"] == row["span_id"]:
                yield from lines(below, depth + 1)

    return [line for row in rows if row["parent_span_id"] not in known for line in lines(row, 0)]
