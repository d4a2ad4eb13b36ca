"""Traces: the list, and one of them."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Response

from pyflare.server.api.deps import ERRORS, Asking, Count, Cursor, Limit, Offset, Scoped
from pyflare.server.api.encoding import TRACE_COLUMNS, records, with_scores
from pyflare.server.api.paging import next_link, read_cursor, write_cursor
from pyflare.server.api.schemas.traces import TraceListResponse
from pyflare.store.engine import Engine
from pyflare.workspace.listing import Page, read_page
from pyflare.workspace.listing import count as count_rows
from pyflare.workspace.scored import latest_scores

router = APIRouter(tags=["traces"])

TraceOrder = Literal[
    "-start_time", "start_time",
    "-duration_ms", "duration_ms",
    "-cost_usd", "cost_usd",
    "-total_tokens", "total_tokens",
    "-input_tokens", "input_tokens",
    "-output_tokens", "output_tokens",
    "-span_count", "span_count",
    "-error_count", "error_count",
    "-operation_name", "operation_name",
    "-service_name", "service_name",
    "-status", "status",
    "-user_id", "user_id",
]  # fmt: skip


@router.get("/traces", response_model=TraceListResponse, responses=ERRORS)
def list_traces(
    ask: Asking,
    scope: Scoped,
    limit: Limit = 100,
    offset: Offset = 0,
    cursor: Cursor = None,
    order_by: TraceOrder = "-start_time",
    count: Count = False,  # noqa: FBT002  (a query parameter)
) -> Response:
    """List traces, the newest first unless ordered otherwise."""
    engine = ask.workspace.engine

    def make() -> dict[str, Any]:
        page = read_page(
            engine, "traces", scope,
            columns=TRACE_COLUMNS, order=order_by, limit=limit, offset=offset, after=read_cursor(cursor),
        )  # fmt: skip
        return {
            "traces": _traces(engine, page),
            "next_cursor": write_cursor(page.next),
            "total": count_rows(engine, "traces", scope) if count else None,
        }

    return ask.json(make, headers=lambda value: next_link(ask.request, value))


def _traces(engine: Engine, page: Page) -> list[dict[str, Any]]:
    rows = records(page.rows)
    scores = latest_scores(engine, "trace_id", [row["trace_id"] for row in rows])
    return [{**row, "attributes": {}} for row in with_scores(rows, scores, "trace_id")]
