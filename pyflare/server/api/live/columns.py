"""The SQL of the fields of `schemas.traces.SpanRow`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pyflare.server.api.encoding import TRACE_COLUMNS
from pyflare.workspace.listing import TOTAL_TOKENS_SQL

_SAME: Final = (
    "trace_id", "span_id", "parent_span_id", "service_name", "operation_name", "start_time", "state", "provider",
    "model_id", "input_preview", "output_preview", "input_tokens", "output_tokens", "user_id", "session_id",
    "feature_id", "environment", "team",
)  # fmt: skip
_SHARED: Final = ("duration_ms", "status", "cost_usd", "tags")
_EXCEPTION: Final = "list_filter(events, lambda event: event.name = 'exception')[1].attributes"
_KIND: Final = f"coalesce(error_type, {_EXCEPTION} ->> '$.\"exception.type\"')"
_MESSAGE: Final = f"coalesce(status_message, {_EXCEPTION} ->> '$.\"exception.message\"')"

SPAN_COLUMNS: Final[Mapping[str, str]] = {
    **{name: name for name in _SAME},
    **{name: TRACE_COLUMNS[name] for name in _SHARED},
    "kind": "inference_type",
    "error": (
        f"CASE WHEN status_code = 'error' THEN coalesce(CASE WHEN starts_with({_MESSAGE}, {_KIND}) THEN {_MESSAGE} "
        f"ELSE nullif(concat_ws(': ', {_KIND}, {_MESSAGE}), '') END, 'error') END"
    ),
    "total_tokens": TOTAL_TOKENS_SQL,
    "time_to_first_chunk_ms": "time_to_first_chunk_ns / 1e6",
}
