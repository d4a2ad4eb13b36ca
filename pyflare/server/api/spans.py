"""Spans of many traces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from fastapi import APIRouter, Response

from pyflare.server.api.deps import ERRORS, Asking, Count, Cursor, Limit, Offset, Scoped
from pyflare.server.api.encoding import with_moments
from pyflare.server.api.paging import next_link, read_cursor, write_cursor
from pyflare.server.api.schemas.traces import SpanListResponse
from pyflare.store.engine import Engine
from pyflare.workspace.annotate import scores_of_spans
from pyflare.workspace.listing import TOTAL_TOKENS_SQL, read_page
from pyflare.workspace.listing import count as count_rows

router = APIRouter(tags=["spans"])

SpanOrder = Literal[
    "-start_time", "start_time",
    "-duration_ms", "duration_ms",
    "-cost_usd", "cost_usd",
    "-total_tokens", "total_tokens",
    "-input_tokens", "input_tokens",
    "-output_tokens", "output_tokens",
    "-operation_name", "operation_name",
    "-service_name", "service_name",
    "-kind", "kind",
    "-model_id", "model_id",
    "-status", "status",
]  # fmt: skip

_RAISED: Final = "list_filter(events, lambda event: event.name = 'exception')[1].attributes->>'$.\"exception.{}\"'"
_KIND: Final = f"coalesce(error_type, {_RAISED.format('type')})"
_MESSAGE: Final = f"coalesce(status_message, {_RAISED.format('message')})"
_ERROR: Final = (
    f"CASE WHEN status_code = 'error' THEN CASE WHEN starts_with({_MESSAGE}, {_KIND}) THEN {_MESSAGE} "
    f"ELSE coalesce(nullif(concat_ws(': ', {_KIND}, {_MESSAGE}), ''), 'error') END END"
)
SPAN_COLUMNS: Final[Mapping[str, str]] = {
    "trace_id": "trace_id",
    "span_id": "span_id",
    "parent_span_id": "parent_span_id",
    "service_name": "service_name",
    "operation_name": "operation_name",
    "kind": "inference_type",
    "start_time": "epoch_ns(start_time)",
    "duration_ms": "duration_ns / 1e6",
    "state": "state",
    "status": "status_code",
    "error": _ERROR,
    "provider": "provider",
    "model_id": "model_id",
    "input_preview": "input_preview",
    "output_preview": "output_preview",
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "total_tokens": TOTAL_TOKENS_SQL,
    "cost_usd": "cost_micros / 1e6",
    "time_to_first_chunk_ms": "time_to_first_chunk_ns / 1e6",
    "user_id": "user_id",
    "session_id": "session_id",
    "feature_id": "feature_id",
    "environment": "environment",
    "team": "team",
    "tags": "coalesce(tags, [])",
}
"""SQL of the fields of `schemas.traces.SpanRow`; times in unix nanoseconds."""


@router.get("/spans", response_model=SpanListResponse, responses=ERRORS)
def list_spans(
    ask: Asking,
    scope: Scoped,
    limit: Limit = 100,
    offset: Offset = 0,
    cursor: Cursor = None,
    order_by: SpanOrder = "-start_time",
    count: Count = False,  # noqa: FBT002  (a query parameter)
) -> Response:
    """List spans of all traces, the newest first unless ordered otherwise."""
    engine = ask.workspace.engine

    def make() -> dict[str, Any]:
        after = read_cursor(cursor)
        page = read_page(
            engine, "spans", scope,
            columns=SPAN_COLUMNS, order=order_by, limit=limit, offset=offset, after=after,
        )  # fmt: skip
        return {
            "spans": span_values(engine, page.rows),
            "next_cursor": write_cursor(page.next),
            "total": count_rows(engine, "spans", scope) if count else None,
        }

    return ask.json(make, headers=lambda value: next_link(ask.request, value))


def span_values(engine: Engine, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What `schemas.traces.SpanRow` describes, of rows with `SPAN_COLUMNS`."""
    found = with_moments(rows)
    scores = scores_of_spans(engine, [(row["trace_id"], row["span_id"]) for row in found])
    return [{**row, "scores": scores.get((row["trace_id"], row["span_id"]), {})} for row in found]
