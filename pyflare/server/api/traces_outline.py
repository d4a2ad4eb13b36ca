"""An outline as JSON, straight from its columns."""

from __future__ import annotations

from typing import Any

from pyflare.server.api.encoding import ids, numbers
from pyflare.server.api.moments import rfc3339
from pyflare.workspace.outline import Outline


def outline_value(outline: Outline) -> dict[str, Any]:
    """What `schemas.traces.Outline` describes, for msgspec."""
    return {
        "trace_id": outline.trace_id,
        "start_time": rfc3339(outline.start_ns),
        "duration_ns": outline.duration_ns,
        "names": outline.name.words,
        "kinds": outline.kind.words,
        "models": outline.model.words,
        "services": outline.service.words,
        "span_id": ids(outline.span_id),
        "parent": numbers(outline.parent),
        "name": numbers(outline.name.codes),
        "kind": numbers(outline.kind.codes),
        "model": numbers(outline.model.codes),
        "service": numbers(outline.service.codes),
        "offset_ns": numbers(outline.offset_ns),
        "span_duration_ns": numbers(outline.span_duration_ns),
        "status": numbers(outline.status),
        "state": numbers(outline.state),
        "input_tokens": numbers(outline.input_tokens),
        "output_tokens": numbers(outline.output_tokens),
        "cost_micros": numbers(outline.cost_micros),
        "usage_repeated": numbers(outline.usage_repeated),
    }
