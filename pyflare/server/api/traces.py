"""Traces: the list, one of them, and its spans."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import pyarrow as pa
from fastapi import APIRouter, Path, Query, Response

from pyflare.server.api.deps import ERRORS, NOT_FOUND, Asking, Count, Cursor, Limit, Offset, Scoped
from pyflare.server.api.encoding import TRACE_COLUMNS, records, with_moments
from pyflare.server.api.paging import check_place, next_link, page_link, read_cursor, write_cursor
from pyflare.server.api.schemas.traces import Outline, Span, SpanIds, Trace, TraceListResponse
from pyflare.server.api.spans_whole import attributes_of, read_rows, span_value
from pyflare.server.api.traces_outline import outline_value
from pyflare.store.engine import Engine
from pyflare.store.filters import EVERYTHING, Condition
from pyflare.workspace.annotate import find_scores, has_scores, scores_of
from pyflare.workspace.contents import with_contents
from pyflare.workspace.directory import Located
from pyflare.workspace.listing import Place, read_page
from pyflare.workspace.listing import count as count_rows
from pyflare.workspace.logged import with_logged_content
from pyflare.workspace.lookup import find_trace_row, locate, read_spans
from pyflare.workspace.opened import find_span, opened_spans, read_span
from pyflare.workspace.outline import read_outline
from pyflare.workspace.searching import find_text

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
TraceId = Annotated[str, Path(pattern="^[0-9a-f]{1,32}$", description="32 hex digits, or a beginning that is unique.")]
SpanId = Annotated[str, Path(pattern="^[0-9a-f]{16}$", description="16 hex digits.")]
_SPAN_ORDER: Final = "start_time"
_MOST_SCORES: Final = 10_000


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
        after = read_cursor(cursor)
        page = read_page(
            engine, "traces", scope,
            columns=TRACE_COLUMNS, order=order_by, limit=limit, offset=offset, after=after,
        )  # fmt: skip
        return {
            "traces": trace_values(engine, page.rows),
            "next_cursor": write_cursor(page.next),
            "total": count_rows(engine, "traces", scope) if count else None,
        }

    return ask.json(make, headers=lambda value: next_link(ask.request, value))


def trace_values(engine: Engine, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What `schemas.traces.Trace` describes, of rows with `TRACE_COLUMNS`."""
    found = with_moments(rows)
    scores = scores_of(engine, [row["trace_id"] for row in found])
    return [{**row, "scores": scores.get(row["trace_id"], {}), "attributes": {}} for row in found]


@router.get("/traces/{trace_id}", response_model=Trace, responses=ERRORS | NOT_FOUND)
def get_trace(ask: Asking, trace_id: TraceId) -> Response:
    """One trace, summed up, with the attributes of its root span."""
    engine = ask.workspace.engine

    def make() -> dict[str, Any]:
        located = locate(engine, trace_id)
        (value,) = trace_values(engine, [find_trace_row(engine, located, TRACE_COLUMNS)])
        return {**value, "attributes": attributes_of(read_span(engine, located, value["root_span_id"]))}

    return ask.json(make)


@router.get("/traces/{trace_id}/spans", response_model=list[Span], responses=ERRORS | NOT_FOUND)
def list_spans_of_trace(
    ask: Asking, trace_id: TraceId, limit: Limit = 1000, offset: Offset = 0, cursor: Cursor = None
) -> Response:
    """The spans of a trace, whole, in the order of start. `Link` leads to the next page; `origins` are left out."""
    engine = ask.workspace.engine
    ends: list[str | None] = []

    def make() -> list[dict[str, Any]]:
        located = locate(engine, trace_id)
        rows, after = _page_of_spans(engine, located, limit=limit, offset=offset, after=read_cursor(cursor))
        ends.append(write_cursor(after))
        scores = _scores(engine, located.trace_id)
        return [span_value(row, scores=scores.get(row["span_id"], ()), origins=False) for row in read_rows(rows)]

    return ask.json(make, headers=lambda _: page_link(ask.request, ends[0]))


def _page_of_spans(
    engine: Engine, located: Located, *, limit: int, offset: int, after: Place | None
) -> tuple[pa.Table, Place | None]:
    """A page of a trace's spans, and the place where it ended; None where it is the last."""
    spans = opened_spans(engine, located) if after is None else None
    if spans is not None:
        rows = spans.slice(offset, limit + 1)
    else:
        rows = _read_page(engine, located, limit=limit, offset=offset, after=after)
    page, at = rows.slice(0, limit), limit - 1
    place = None
    if rows.num_rows > limit:
        place = Place(order=_SPAN_ORDER, value=rows["start_unix_ns"][at].as_py(), ids=(rows["span_id"][at].as_py(),))
    return with_logged_content(engine, page), place


def _read_page(engine: Engine, located: Located, *, limit: int, offset: int, after: Place | None) -> pa.Table:
    """The spans of a page, and one more where there is one."""
    where = EVERYTHING
    if after is not None:
        check_place(after, order=_SPAN_ORDER, key=int, ids=1)
        where = Condition(f"(start_time, span_id) > (make_timestamp_ns({after.value}), ?)", after.ids)
    tail = f"ORDER BY start_time, span_id LIMIT {limit + 1} OFFSET {offset}"
    return read_spans(engine, located, where=where, tail=tail, expected=min(limit, located.span_count))


def _scores(engine: Engine, trace_id: str, span_id: str | None = None) -> dict[str, list[dict[str, Any]]]:
    """The scores of a trace's spans, by span."""
    if not has_scores(engine):
        return {}
    rows = find_scores(engine, {"trace_id": trace_id, "span_id": span_id}, limit=_MOST_SCORES)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in records(rows):
        if row["span_id"] is not None:
            found.setdefault(row["span_id"], []).append(row)
    return found


@router.get("/traces/{trace_id}/spans/{span_id}", response_model=Span, responses=ERRORS | NOT_FOUND)
def get_span(
    ask: Asking,
    trace_id: TraceId,
    span_id: SpanId,
    *,
    whole: Annotated[bool, Query(description="Put content that is kept apart back, up to 4 MB of each.")] = False,
) -> Response:
    """One span with everything."""
    engine = ask.workspace.engine

    def make() -> dict[str, Any]:
        located = locate(engine, trace_id)
        (found,) = read_rows(find_span(engine, located, span_id))
        row = with_contents(engine, found) if whole else found
        return span_value(row, scores=_scores(engine, located.trace_id, span_id).get(span_id, ()))

    return ask.json(make)


@router.get("/traces/{trace_id}/outline", response_model=Outline, responses=ERRORS | NOT_FOUND)
def get_outline(ask: Asking, trace_id: TraceId) -> Response:
    """All spans of a trace, narrow and by column."""
    return ask.json(lambda: outline_value(read_outline(ask.workspace.engine, trace_id)))


@router.get("/traces/{trace_id}/search", response_model=SpanIds, responses=ERRORS | NOT_FOUND)
def search_trace(
    ask: Asking,
    trace_id: TraceId,
    text: Annotated[str, Query(min_length=1, max_length=1000, description="In whatever case.")],
    limit: Annotated[int, Query(ge=1, le=100_000, description="Spans at most.")] = 10_000,
) -> Response:
    """Find the spans of a trace whose name, input, output, attributes or errors hold a text."""
    engine = ask.workspace.engine
    return ask.json(lambda: {"span_ids": find_text(engine, locate(engine, trace_id), text, limit=limit)})
